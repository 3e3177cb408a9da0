package loadgen

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"time"
	"unicode/utf8"
)

// Answer is one line of an answers log: an Exchange as JSON.
type Answer struct {
	Seq int64 `json:"seq"`
	// Intended, Sent and Done are wall-clock times; Sent is zero when nothing
	// was written.
	Intended time.Time `json:"intended"`
	Sent     time.Time `json:"sent,omitzero"`
	Done     time.Time `json:"done"`
	Warmup   bool      `json:"warmup,omitempty"`
	Status   int       `json:"status,omitempty"`
	// Kind and Error are set when there was no complete answer. What became of
	// such a request on the server is not known when Sent is set.
	Kind    ErrorKind `json:"kind,omitempty"`
	Error   string    `json:"error,omitempty"`
	Retried bool      `json:"retried,omitempty"`
	// Request and Response are the bodies as text. A body that is not UTF-8
	// loses its bad bytes.
	Request  string `json:"request,omitempty"`
	Response string `json:"response,omitempty"`
}

// AnswersLog writes every exchange as a line of JSON: give its Record method
// to Plan.Record, and call Flush after Run. It is not safe for concurrent use;
// Run does not need that.
type AnswersLog struct {
	out *bufio.Writer
	err error
}

// NewAnswersLog returns a log that writes to w in blocks of 256 KiB.
func NewAnswersLog(w io.Writer) *AnswersLog {
	return &AnswersLog{out: bufio.NewWriterSize(w, 256<<10)}
}

// Record writes one line. The first failure is kept for Flush and ends the
// writing.
func (l *AnswersLog) Record(x *Exchange) {
	if l.err != nil {
		return
	}
	line, err := json.Marshal(answerOf(x))
	if err == nil {
		_, err = l.out.Write(append(line, '\n'))
	}
	l.err = err
}

// Flush writes what is still held back and returns the first error of all.
func (l *AnswersLog) Flush() error {
	if l.err == nil {
		l.err = l.out.Flush()
	}
	if l.err != nil {
		return fmt.Errorf("answers log: %w", l.err)
	}
	return nil
}

func answerOf(x *Exchange) Answer {
	a := Answer{
		Seq: x.Seq, Intended: x.Start.Add(x.Intended), Done: x.Start.Add(x.Done),
		Warmup: x.Warmup, Status: x.Status, Retried: x.Retried,
		Request: text(x.RequestBody), Response: text(x.ResponseBody),
	}
	if x.Sent > 0 {
		a.Sent = x.Start.Add(x.Sent)
	}
	if x.Err != nil {
		a.Kind, a.Error = KindOf(x.Err), x.Err.Error()
	}
	return a
}

func text(b []byte) string {
	if utf8.Valid(b) {
		return string(b)
	}
	return string([]rune(string(b)))
}

// ReadAnswers calls each for every line of an answers log, with its number
// from 1. A line that cannot be read is handed over as err, and reading goes
// on; each returns false to stop. The error returned is that of reading r.
func ReadAnswers(r io.Reader, each func(line int, a Answer, err error) bool) error {
	in := bufio.NewReaderSize(r, 64<<10)
	for number := 1; ; number++ {
		line, readErr := in.ReadBytes('\n')
		if readErr != nil && readErr != io.EOF {
			return fmt.Errorf("answers log, line %d: %w", number, readErr)
		}
		if len(line) > 0 {
			var a Answer
			err := json.Unmarshal(line, &a)
			if err != nil {
				err = fmt.Errorf("answers log, line %d: %w", number, err)
			}
			if !each(number, a, err) {
				return nil
			}
		}
		if readErr == io.EOF {
			return nil
		}
	}
}
