package bench

import (
	"errors"
	"fmt"
	"io"
	"strings"
)

// Input is one file to read, opened by the caller.
type Input struct {
	// Label is the value of .file for all results of this input. Inputs of
	// equal label count as one.
	Label string

	// Path stands in positions and messages; nothing here opens it.
	Path string

	// Reader gives the text. [Read] reads it to its end and does not close it.
	Reader io.Reader
}

// ParseInputs reads arguments as benchstat does: "path", "label=path", and
// whatever the caller understands by "-". Paths become their own labels; one
// that is named several times becomes path#0, path#1 and so on, for otherwise
// its samples would be doubled. Equal labels are left as they are: whoever
// gives two files one label wants them pooled.
//
// Readers are left nil, for the caller to open.
func ParseInputs(args []string) []Input {
	inputs := make([]Input, len(args))
	times := make(map[string]int)
	for i, arg := range args {
		label, path, labelled := strings.Cut(arg, "=")
		if labelled {
			inputs[i] = Input{Label: label, Path: path}
			continue
		}
		inputs[i] = Input{Path: arg}
		times[arg]++
	}
	seen := make(map[string]int)
	for i, arg := range args {
		if strings.Contains(arg, "=") {
			continue
		}
		inputs[i].Label = arg
		if times[arg] > 1 {
			inputs[i].Label = fmt.Sprintf("%s#%d", arg, seen[arg])
			seen[arg]++
		}
	}
	return inputs
}

// ErrNoResults is what an [InputError] wraps when an input has no benchmark
// line with a finite value. benchstat says nothing about such inputs, so that
// a benchmark that failed to build looks like one that did not change.
var ErrNoResults = errors.New("no benchmark results")

// InputError says that an input as a whole cannot be used.
type InputError struct {
	Label string // the input's label
	Path  string // the input's path
	Err   error  // ErrNoResults, or the error of its Reader
}

// Error names the path and says what is wrong with it.
func (e *InputError) Error() string { return fmt.Sprintf("%s: %v", e.Path, e.Err) }

// Unwrap gives Err.
func (e *InputError) Unwrap() error { return e.Err }
