package runtimemetrics

import (
	"errors"
	"fmt"
	"iter"
	"strconv"
	"strings"
)

// Sample is a line of Prometheus' text format.
type Sample struct {
	Name   string
	Labels []Label // as written; nil: it has none
	Value  float64 // may be NaN or infinite
}

// Label is a label of a sample, its escapes undone.
type Label struct{ Name, Value string }

// Label returns the value of a label, "" if the sample does not have it.
func (s *Sample) Label(name string) string {
	for _, l := range s.Labels {
		if l.Name == name {
			return l.Value
		}
	}
	return ""
}

// LineError says which line of a text is no sample, and why.
type LineError struct {
	Line int    // from 1
	Name string // what the line begins with, perhaps the name of a metric
	Err  error
}

// Error names the line and what is wrong with it.
func (e *LineError) Error() string { return fmt.Sprintf("line %d: %v", e.Line, e.Err) }

// Unwrap returns the cause.
func (e *LineError) Unwrap() error { return e.Err }

var (
	errNoName  = errors.New("it does not begin with the name of a metric")
	errNoValue = errors.New("it has no value")
	errLabels  = errors.New("its labels cannot be read")
)

// Samples yields the samples of a text in their order, and for each line that
// cannot be read a [LineError]. Comments and empty lines are passed over. The
// time of a sample is not read.
func Samples(text []byte) iter.Seq2[Sample, *LineError] {
	return func(yield func(Sample, *LineError) bool) {
		n := 0
		for line := range strings.Lines(string(text)) {
			n++
			line = strings.TrimSpace(line)
			if line == "" || line[0] == '#' {
				continue
			}
			sample, err := parseSample(line)
			var broken *LineError
			if err != nil {
				broken = &LineError{Line: n, Name: sample.Name, Err: err}
			}
			if !yield(sample, broken) {
				return
			}
		}
	}
}

// parseSample reads name{labels} value time.
func parseSample(line string) (s Sample, err error) {
	end := 0
	for end < len(line) && isNameByte(line[end]) {
		end++
	}
	if s.Name = line[:end]; s.Name == "" || s.Name[0] >= '0' && s.Name[0] <= '9' {
		return s, errNoName
	}
	rest := strings.TrimLeft(line[end:], " \t")
	if strings.HasPrefix(rest, "{") {
		if s.Labels, rest, err = parseLabels(rest[1:]); err != nil {
			return s, err
		}
	} else if rest != "" && rest == line[end:] {
		return s, errNoName
	}
	fields := strings.Fields(rest) // the value, and perhaps a time
	if len(fields) == 0 {
		return s, errNoValue
	}
	if s.Value, err = strconv.ParseFloat(fields[0], 64); err != nil {
		return s, fmt.Errorf("its value is %.20q, not a number", fields[0])
	}
	return s, nil
}

func isNameByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == ':'
}

// parseLabels reads a="x",b="y"} and returns what follows it.
func parseLabels(text string) (labels []Label, rest string, err error) {
	for {
		text = strings.TrimLeft(text, " \t,")
		if after, ok := strings.CutPrefix(text, "}"); ok {
			return labels, after, nil
		}
		name, after, ok := strings.Cut(text, "=")
		after = strings.TrimLeft(after, " \t")
		if !ok || !strings.HasPrefix(after, `"`) {
			return nil, "", errLabels
		}
		var value strings.Builder
		closed, i := false, 1
		for ; i < len(after) && !closed; i++ {
			switch c := after[i]; {
			case c == '"':
				closed = true
			case c == '\\' && i+1 < len(after):
				if i++; after[i] == 'n' {
					value.WriteByte('\n')
				} else {
					value.WriteByte(after[i])
				}
			default:
				value.WriteByte(c)
			}
		}
		if !closed {
			return nil, "", errLabels
		}
		labels, text = append(labels, Label{strings.TrimSpace(name), value.String()}), after[i:]
	}
}
