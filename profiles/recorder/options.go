package recorder

import (
	"errors"
	"fmt"
	"time"
)

// Options say what a [Recorder] keeps, what it may cost and what makes
// it take a snapshot. The zero value is useful: every field has a default.
type Options struct {
	// Keep is how far back the ring of CPU slices reaches. 0: 5 minutes.
	Keep time.Duration
	// Slice is the length of one CPU slice, from 40 ms. 0: 1 second. The
	// runtime samples 100 times for each second that a thread runs and cannot
	// be told to sample less, so the low rate is one of time.
	Slice time.Duration
	// Every is the time from the start of one slice to the start of the next,
	// at the least: the budget may make it longer. 0: 10 seconds.
	Every time.Duration
	// TraceAge is how much of the execution trace the flight recorder tries to
	// hold. 0: 5 seconds. Negative: there is no flight recorder.
	TraceAge time.Duration
	// Budget bounds the cost. Each field of it has a default, too.
	Budget Budget

	// Latency makes [Recorder.Observe] take a snapshot when a request took
	// longer. 0: it never does.
	Latency time.Duration
	// GoroutineGrowth takes a snapshot when there are that many times more
	// goroutines than were usual in the last minutes. 0: 3. Negative: never.
	GoroutineGrowth float64
	// GoroutineFloor is the number below which no growth counts. 0: 1000.
	GoroutineFloor int

	// Dir is the folder for snapshots, made if it is missing; what it holds of
	// earlier processes counts against the budget and is served too. Empty:
	// snapshots are kept in memory, within the same budget.
	Dir string
}

// Budget is what a [Recorder] may use. It measures what it does use,
// see [Stats], and does less where that is too much.
type Budget struct {
	// CPU is the share of the process's CPU time that recording may cost, above
	// 0 and at most 0.5. 0: 0.005, half a hundredth; what the account cannot see
	// (see docs/recorder.md) comes on top. A process that does nearly
	// nothing counts as if it used a tenth of one core.
	CPU float64 `json:"cpu"`
	// RingBytes bounds the compressed CPU slices in memory. 0: 8 MiB.
	RingBytes int64 `json:"ring_bytes"`
	// TraceBytes is the size of the flight recorder's window, which the
	// runtime takes as a hint: about a second's trace comes on top. 0: 8 MiB.
	TraceBytes int64 `json:"trace_bytes"`
	// SnapshotBytes bounds all snapshots together, on disk or in memory. Older
	// ones are removed for a new one. 0: 64 MiB with Dir, else 32 MiB.
	SnapshotBytes int64 `json:"snapshot_bytes"`
	// SnapshotEvery is the least time between two snapshots, whatever asks for
	// them. 0: 5 minutes.
	SnapshotEvery time.Duration `json:"snapshot_every_ns"`
}

// withDefaults fills in what is not given.
func (o Options) withDefaults() Options {
	set(&o.Keep, 5*time.Minute)
	set(&o.Slice, time.Second)
	set(&o.Every, 10*time.Second)
	set(&o.TraceAge, 5*time.Second)
	set(&o.GoroutineGrowth, 3)
	set(&o.GoroutineFloor, 1000)
	set(&o.Budget.CPU, 0.005)
	set(&o.Budget.RingBytes, 8<<20)
	set(&o.Budget.TraceBytes, 8<<20)
	if o.Dir == "" {
		set(&o.Budget.SnapshotBytes, 32<<20)
	}
	set(&o.Budget.SnapshotBytes, 64<<20)
	set(&o.Budget.SnapshotEvery, 5*time.Minute)
	return o
}

// set gives a field that has its zero value another one.
func set[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// check refuses what makes no sense. It is asked after withDefaults.
func (o Options) check() error {
	switch {
	case o.Slice < 40*time.Millisecond:
		return fmt.Errorf("recorder: Slice is %s; use 40ms or more, because a shorter slice has no samples", o.Slice)
	case o.Every < o.Slice:
		return fmt.Errorf("recorder: Every is %s and Slice is %s; Every must not be shorter", o.Every, o.Slice)
	case o.Keep < o.Every:
		return fmt.Errorf("recorder: Keep is %s and Every is %s; Keep must not be shorter", o.Keep, o.Every)
	case o.Latency < 0:
		return fmt.Errorf("recorder: Latency is %s; use a time above 0, or 0 for no limit", o.Latency)
	case !(o.GoroutineGrowth < 0 || o.GoroutineGrowth > 1): // written so that NaN fails
		return fmt.Errorf("recorder: GoroutineGrowth is %v; use a factor above 1, or a negative number for none", o.GoroutineGrowth)
	case o.GoroutineFloor < 0:
		return fmt.Errorf("recorder: GoroutineFloor is %d; use a number of goroutines", o.GoroutineFloor)
	}
	return o.Budget.check()
}

func (b Budget) check() error {
	switch {
	case !(b.CPU > 0 && b.CPU <= 0.5):
		return fmt.Errorf("recorder: Budget.CPU is %v; use a share above 0 and at most 0.5", b.CPU)
	case b.RingBytes < 0 || b.TraceBytes < 0 || b.SnapshotBytes < 0:
		return errors.New("recorder: a Budget in bytes is negative")
	case b.SnapshotEvery < 0:
		return fmt.Errorf("recorder: Budget.SnapshotEvery is %s; use a time above 0", b.SnapshotEvery)
	}
	return nil
}
