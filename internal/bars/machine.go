package bars

import (
	"bytes"
	"context"
	"os"
	"strconv"
	"time"
)

// Machine watches what other programs do, in the pauses of a benchmark. The zero
// value is ready to use. Not safe for concurrent use.
type Machine struct {
	used, watched time.Duration
}

// pauseLength: the system's books have steps of 10 ms, so this is as short as a
// tenth of a core can be told.
const pauseLength = 300 * time.Millisecond

// Pause rests for 0.3 s, or until ctx ends, and takes down what is used of the
// processors meanwhile. Nothing of the benchmark may be at work.
func (m *Machine) Pause(ctx context.Context) {
	before, ok := busyTime()
	began := time.Now()
	timer := time.NewTimer(pauseLength)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
	if after, _ := busyTime(); ok {
		m.used += after - before
		m.watched += time.Since(began)
	}
}

// Others is the share of one core that others used in the pauses since the last
// call: 0 for none, 2 for two cores; 0 where the system does not tell.
func (m *Machine) Others() float64 {
	if m.watched == 0 {
		return 0
	}
	share := float64(m.used) / float64(m.watched)
	*m = Machine{}
	return share
}

// busyTime is the CPU time that all programs have used since the machine
// started, and what its host took from it.
func busyTime() (used time.Duration, ok bool) {
	text, err := os.ReadFile("/proc/stat") // Linux only
	if err != nil {
		return 0, false
	}
	return parseStat(text), true
}

func parseStat(text []byte) time.Duration {
	line, _, _ := bytes.Cut(text, []byte("\n"))
	var ticks int64
	for i, field := range bytes.Fields(line) {
		const idle, ioWait, guest = 4, 5, 9 // guest time is in user time already
		n, err := strconv.ParseInt(string(field), 10, 64)
		if err == nil && i != idle && i != ioWait && i < guest {
			ticks += n
		}
	}
	return time.Duration(ticks) * 10 * time.Millisecond
}
