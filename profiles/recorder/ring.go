package recorder

import (
	"bytes"
	"io"
	"time"

	"github.com/google/pprof/profile"
)

// cpuSlice is one slice as runtime/pprof wrote it: compressed, since a parsed
// profile takes twenty times the memory.
type cpuSlice struct {
	SliceBounds
	data []byte
}

// ring holds the latest CPU slices, bounded in time and bytes.
type ring struct {
	keep   time.Duration
	most   int64
	bytes  int64
	slices []cpuSlice // oldest first
}

// add puts a slice in and lets go of what is too old or too much. A slice that
// is larger than the whole ring is not kept.
func (r *ring) add(s cpuSlice) {
	r.slices = append(r.slices, s)
	r.bytes += int64(len(s.data))
	r.expire(s.To)
	for r.bytes > r.most {
		r.drop()
	}
}

// expire lets go of slices that ended longer than keep before now.
func (r *ring) expire(now time.Time) {
	for len(r.slices) > 0 && now.Sub(r.slices[0].To) > r.keep {
		r.drop()
	}
}

func (r *ring) drop() {
	r.bytes -= int64(len(r.slices[0].data))
	r.slices[0] = cpuSlice{} // let its memory go: the array behind stays
	r.slices = r.slices[1:]
}

// writeMerged writes slices, one at least, as one gzipped profile whose duration
// is the sum of theirs, so that CPU per second is right although most seconds are
// missing.
func writeMerged(w io.Writer, slices []cpuSlice) error {
	var parsed []*profile.Profile
	for _, s := range slices {
		p, err := profile.Parse(bytes.NewReader(s.data))
		if err != nil {
			return err
		}
		parsed = append(parsed, p)
	}
	merged, err := profile.Merge(parsed)
	if err != nil {
		return err
	}
	return merged.Write(w)
}
