package stackprofile

import (
	"bytes"
	"cmp"
	"errors"
	"iter"
)

// Limits bound what a reader takes from a file that is damaged or hostile.
// Memory is at most about MaxBytes + 4 × MaxFrames bytes, and the tables of
// names, which are part of MaxBytes. The zero value lets through profiles ten
// times as large as the largest that services write.
type Limits struct {
	// MaxBytes is the longest input, unpacked; 0 is 1 GiB.
	MaxBytes int64
	// MaxFrames is the most frames that all stacks may have together; 0 is 268
	// million.
	MaxFrames int
}

// orDefault are the limits with what is not set.
func (l Limits) orDefault() Limits {
	return Limits{MaxBytes: cmp.Or(l.MaxBytes, 1<<30), MaxFrames: cmp.Or(l.MaxFrames, 1<<28)}
}

var errEmpty = errors.New("the input is empty")

// lines goes through the lines of data with their numbers, from 1, without what
// ends them.
func lines(data []byte) iter.Seq2[int, []byte] {
	return func(yield func(int, []byte) bool) {
		for n := 1; len(data) > 0; n++ {
			line, rest, _ := bytes.Cut(data, []byte("\n"))
			data = rest
			if !yield(n, bytes.TrimSuffix(line, []byte("\r"))) {
				return
			}
		}
	}
}
