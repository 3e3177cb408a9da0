package audit

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// longestLine bounds the memory one line may take. An exchange of draws is
// below 8 KiB.
const longestLine = 1 << 20

// ReadAnswers reads a log of answers: a JSON object a line, see [Exchange].
// A line that cannot be read is kept as malformed, with its number, and reading
// goes on; so is a last line that was cut off. name is what the log is called
// in reports. The error is that of reading r.
func ReadAnswers(r io.Reader, name string) (*Log, error) {
	log := &Log{}
	in := bufio.NewReaderSize(r, 64<<10)
	intern := make(map[string]string) // activities and prizes repeat endlessly
	for number := 1; ; number++ {
		line, err := readLine(in)
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, errTooLong) {
			return log, fmt.Errorf("%s, line %d: %w", name, number, err)
		}
		switch {
		case errors.Is(err, errTooLong):
			log.Malformed = append(log.Malformed, Malformed{name, number, err.Error()})
		case len(bytes.TrimSpace(line)) > 0:
			a, bad := parseLine(line)
			if bad != nil {
				log.Malformed = append(log.Malformed, Malformed{name, number, bad.Error()})
				break
			}
			a.Activity, a.Prize = interned(intern, a.Activity), interned(intern, a.Prize)
			log.Answers = append(log.Answers, a)
		}
		if errors.Is(err, io.EOF) {
			return log, nil
		}
	}
}

var errTooLong = errors.New("the line is longer than 1 MiB")

// readLine returns the next line; io.EOF comes with the last one, even if that
// is empty. A line over the limit is skipped and reported as errTooLong.
func readLine(in *bufio.Reader) ([]byte, error) {
	var line []byte
	tooLong := false
	for {
		part, err := in.ReadSlice('\n')
		if len(line)+len(part) > longestLine {
			tooLong, line = true, nil
		}
		if !tooLong {
			line = append(line, part...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
		case tooLong && (err == nil || errors.Is(err, io.EOF)): // the next call finds the end again
			return nil, errTooLong
		default:
			return line, err
		}
	}
}

func parseLine(line []byte) (Answer, error) {
	var x Exchange
	if err := json.Unmarshal(line, &x); err != nil {
		return Answer{}, err
	}
	return ParseExchange(x)
}

func interned(known map[string]string, s string) string {
	if k, ok := known[s]; ok {
		return k
	}
	known[s] = s
	return s
}

// Append adds another log's answers and malformed lines.
func (l *Log) Append(other *Log) {
	l.Answers = append(l.Answers, other.Answers...)
	l.Malformed = append(l.Malformed, other.Malformed...)
}
