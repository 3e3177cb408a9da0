package recorder

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/pprof/profile"
)

func TestRingIsBoundedInTime(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	r := fakeRecorder(t, f, Options{Keep: time.Minute})
	f.run(r, 10*time.Minute)
	s := r.Stats().CPU
	if s.Taken < 50 {
		t.Errorf("%d slices in 10 minutes; want about 60", s.Taken)
	}
	if n := len(s.Slices); n < 5 || n > 7 {
		t.Errorf("%d slices are kept; want a minute's 6", n)
	}
	for _, slice := range s.Slices {
		if age := f.clock.Sub(slice.To); age > time.Minute {
			t.Errorf("a slice is %s old", age)
		}
		if slice.Samples != 100 {
			t.Errorf("a slice has %d samples; want 100", slice.Samples)
		}
	}
}

func TestRingIsBoundedInBytes(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	r := fakeRecorder(t, f, Options{Budget: Budget{RingBytes: 1000}})
	f.run(r, 5*time.Minute)
	s := r.Stats().CPU
	sum := int64(0)
	for _, slice := range s.Slices {
		sum += int64(slice.Bytes)
	}
	if sum != s.Bytes || sum > 1000 || len(s.Slices) < 2 {
		t.Errorf("%d slices of %d bytes, said to be %d; want some, at most 1000 bytes", len(s.Slices), sum, s.Bytes)
	}
}

// TestBudgetIsKept has recording cost far more than its budget by itself: the
// cost must come down to the share, whatever it is that costs.
func TestBudgetIsKept(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		share    float64
		tracing  float64
		stopCost time.Duration
		cores    float64
	}{
		{"tracing", 0.01, 0.10, time.Millisecond, 1},
		{"encoding", 0.01, 0, 500 * time.Millisecond, 1},
		{"both", 0.005, 0.05, 300 * time.Millisecond, 2},
		{"a quiet process", 0.01, 0.05, 20 * time.Millisecond, 0.1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			f.tracing, f.stopCost, f.cores = c.tracing, c.stopCost, c.cores
			r := fakeRecorder(t, f, Options{Budget: Budget{CPU: c.share}})
			f.run(r, time.Hour)
			s := r.Stats()
			// One thing that was begun with credit may end in debt.
			if s.Cost.Share > c.share*1.05 {
				t.Errorf("recording cost %.2f %% of the CPU time; the budget is %.2f %%: %+v", 100*s.Cost.Share, 100*c.share, s.Cost)
			}
			if s.CPU.Taken < 10 || s.Trace.OnFor == 0 {
				t.Errorf("%d slices and %s of tracing in an hour: the budget would allow some", s.CPU.Taken, s.Trace.OnFor)
			}
		})
	}
}

// TestCheapRecordingIsNotHeldBack is the other half: within the budget nothing
// is left out.
func TestCheapRecordingIsNotHeldBack(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.tracing = 0.01
	r := fakeRecorder(t, f, Options{Budget: Budget{CPU: 0.02}})
	f.run(r, time.Hour)
	s := r.Stats()
	if s.CPU.Taken < 340 {
		t.Errorf("%d slices in an hour; want about 360", s.CPU.Taken)
	}
	if !s.Trace.On || s.Trace.OnFor < 55*time.Minute {
		t.Errorf("the flight recorder was on for %s of an hour", s.Trace.OnFor)
	}
	if s.Trace.Share > 0.02 {
		t.Errorf("tracing is taken to cost %.3f; want the 0.01 that the samples say", s.Trace.Share)
	}
}

func TestForeignProfileIsWaitedFor(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.foreign = true
	r := fakeRecorder(t, f, Options{})
	f.run(r, time.Minute) // the fake fails the test if what it did not start is stopped
	if s := r.Stats().CPU; s.Taken != 0 || s.Blocked == 0 {
		t.Errorf("beside another profiler: %+v", s)
	}
	f.foreign = false
	f.run(r, 2*time.Second)
	if s := r.Stats().CPU; s.Taken != 1 {
		t.Errorf("after it had ended: %+v; want a slice at once", s)
	}
	r.end()
}

func TestYieldAndResume(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	r := fakeRecorder(t, f, Options{})
	f.run(r, 500*time.Millisecond)
	if f.profiling == nil {
		t.Fatal("no slice is running")
	}
	first, second := r.Yield(), r.Yield()
	if f.profiling != nil {
		t.Fatal("the slice still runs")
	}
	f.run(r, time.Minute)
	first()
	first() // once more must not count
	f.run(r, time.Minute)
	if s := r.Stats().CPU; f.profiling != nil || s.Taken != 1 || !s.ByHand {
		t.Errorf("while a profile is taken by hand: %+v", s)
	}
	second()
	f.run(r, time.Minute)
	if s := r.Stats().CPU; s.Taken < 6 || s.ByHand {
		t.Errorf("after it: %+v; want six more slices", s)
	}
	if got := r.Stats().CPU.Slices[0].Samples; got > 60 {
		t.Errorf("the slice that was cut short has %d samples", got)
	}
}

func TestEndLeavesNothingRunning(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	r := fakeRecorder(t, f, Options{Budget: Budget{CPU: 0.1}})
	f.run(r, 500*time.Millisecond)
	if f.profiling == nil || !f.traced {
		t.Fatal("nothing was running")
	}
	r.end()
	if f.profiling != nil || f.traced {
		t.Error("something still runs")
	}
	if _, err := r.Snapshot(context.Background(), ""); !errors.Is(err, ErrNotRunning) {
		t.Errorf("a snapshot after the end: %v", err)
	}
}

func TestLatencyTrigger(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	r := fakeRecorder(t, f, Options{Latency: 100 * time.Millisecond, Dir: t.TempDir()})
	for range 1000 {
		r.Observe("GET /fast", 100*time.Millisecond)
	}
	f.run(r, time.Minute)
	if s := r.Stats(); len(s.Snapshots) != 0 || len(s.Refused) != 0 {
		t.Fatalf("healthy requests made %v", s.Snapshots)
	}
	r.Observe("GET /slow", 101*time.Millisecond)
	f.serveOrders(r)
	s := r.Stats()
	if len(s.Snapshots) != 1 {
		t.Fatalf("a slow request made %d snapshots", len(s.Snapshots))
	}
	m := s.Snapshots[0]
	if m.Reason != ReasonLatency || !strings.Contains(m.Detail, "GET /slow took 101ms") || len(m.Slices) < 6 || len(m.Failed) != 0 || m.TraceFrom.IsZero() {
		t.Errorf("the manifest: %+v", m)
	}
	for _, file := range snapshotFiles() {
		if _, err := r.open(m.Name, file); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
	data, err := r.open(m.Name, snapshotCPU)
	if err != nil {
		t.Fatal(err)
	}
	merged, err := profile.ParseData(data)
	if err != nil {
		t.Fatal(err)
	}
	if want := int64(len(m.Slices)) * int64(time.Second); merged.DurationNanos != want {
		t.Errorf("the merged profile is of %d ns; want the slices' sum, %d", merged.DurationNanos, want)
	}
}

func TestSnapshotsAreRateLimited(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.stopCost = 0 // so that a minute is one
	r := fakeRecorder(t, f, Options{Latency: time.Millisecond, TraceAge: -1, Budget: Budget{SnapshotEvery: time.Minute}})
	for range 170 {
		r.Observe("x", time.Second)
		f.run(r, time.Second)
	}
	s := r.Stats()
	if n := len(s.Snapshots); n != 3 {
		t.Errorf("%d snapshots in 3 minutes of slow requests; want one a minute", n)
	}
	if n := s.Refused["latency: too soon after the last snapshot"]; n != 167 {
		t.Errorf("refused: %v; want 167", s.Refused)
	}
	if _, err := r.Snapshot(context.Background(), ""); !errors.Is(err, ErrTooSoon) {
		t.Errorf("by hand: %v", err)
	}
}

func TestGoroutineTrigger(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		at   func(second int) int
		want int
	}{
		{"healthy: steady", func(int) int { return 5000 }, 0},
		{"healthy: up and down", func(s int) int { return 3000 + 2000*(s/60%2) }, 0},
		{"healthy: few", func(s int) int { return min(10+s, 900) }, 0},
		{"a leak", func(s int) int { return 500 + 10*s }, 2},
		{"a jump", func(s int) int { return 500 + 5000*min(s/300, 1) }, 1},
		{"a leak, nobody may watch", func(s int) int { return 500 + 10*s }, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			o := Options{Budget: Budget{SnapshotEvery: time.Second}}
			if strings.HasSuffix(c.name, "nobody may watch") {
				o.GoroutineGrowth = -1
			}
			r := fakeRecorder(t, f, o)
			for s := range 600 {
				f.count = c.at(s)
				f.run(r, time.Second)
			}
			got := r.Stats().Snapshots
			if len(got) != c.want {
				t.Fatalf("%d snapshots; want %d: %+v", len(got), c.want, got)
			}
			for _, m := range got {
				if m.Reason != ReasonGoroutines || !strings.Contains(m.Detail, "goroutines, 3.") && !strings.Contains(m.Detail, "goroutines, 11.") {
					t.Errorf("%+v", m)
				}
			}
		})
	}
}

// TestTraceAfterTheTrigger: where the budget has the flight recorder off, a
// snapshot switches it on and waits.
func TestTraceAfterTheTrigger(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	r := fakeRecorder(t, f, Options{Latency: time.Second, TraceAge: 4 * time.Second})
	if f.traced {
		t.Fatal("the flight recorder is on")
	}
	before := f.clock
	r.Observe("slow", 2*time.Second)
	f.serveOrders(r)
	m := r.Stats().Snapshots[0]
	if !m.TraceAfter || m.Files[snapshotTrace] == 0 || m.TraceFrom.Before(before) || f.clock.Sub(before) < 4*time.Second {
		t.Errorf("%+v", m)
	}
	if s := r.Stats(); s.Cost.Balance >= 0 || s.Cost.Snapshots != 20*time.Millisecond {
		t.Errorf("the snapshot was not paid for: %+v", s.Cost)
	}
}

func TestOneFailureLosesNothingElse(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.noTrace = true
	f.broken = map[string]bool{"heap 0": true}
	r := fakeRecorder(t, f, Options{Latency: time.Second})
	r.Observe("slow", 2*time.Second) // and no slice yet
	f.serveOrders(r)
	m := r.Stats().Snapshots[0]
	for _, file := range []string{snapshotHeap, snapshotTrace, snapshotCPU} {
		if m.Failed[file] == "" || m.Files[file] != 0 {
			t.Errorf("%s: failed %q, %d bytes", file, m.Failed[file], m.Files[file])
		}
	}
	if m.Files[snapshotGoroutines] == 0 || m.Files[snapshotGoroutine] == 0 {
		t.Errorf("the goroutines are missing: %+v", m)
	}
}

// TestAnEmptyRingSaysWhy: a snapshot without CPU slices is a riddle otherwise.
func TestAnEmptyRingSaysWhy(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		want    string
		prepare func(*fakeProcess, *Recorder)
	}{
		{"the recorder has just begun", func(*fakeProcess, *Recorder) {}},
		{"somebody else is taking a profile", func(_ *fakeProcess, r *Recorder) { r.Yield() }},
		{"other code is taking a CPU profile", func(f *fakeProcess, r *Recorder) { f.foreign = true; f.run(r, 20*time.Second) }},
		{"no slice was taken within 5m0s", func(f *fakeProcess, r *Recorder) { f.run(r, 20*time.Second); f.foreign = true; f.run(r, time.Hour) }},
		{"CPU time is overdrawn by 9m59.975s", func(_ *fakeProcess, r *Recorder) {
			r.ledger.pay(&r.ledger.encoding, 10*time.Minute)
			r.ledger.balance = -10*time.Minute + 25*time.Millisecond
		}},
	} {
		f := newFake(t)
		r := fakeRecorder(t, f, Options{Latency: time.Second, TraceAge: -1})
		row.prepare(f, r)
		r.Observe("slow", 2*time.Second)
		f.serveOrders(r)
		m := r.Stats().Snapshots[0]
		if got := m.Failed[snapshotCPU]; !strings.HasSuffix(got, row.want) {
			t.Errorf("got %q, want %q", got, row.want)
		}
	}
}

func TestTracerFunctions(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name string
		want bool
	}{
		{"runtime.traceLocker.GoStart", true}, {"runtime.(*traceStackTable).put", true}, {"runtime.traceEventWriter.event", true},
		{"runtime/trace.WithRegion", false}, {"runtime/trace.(*recorder).Write", true}, {"runtime.traceAcquire", true},
		{"runtime.tracebackPCs", false}, {"runtime.traceback2", false}, {"runtime.mallocgc", false}, {"main.trace", false},
		{"runtime.(*mheap).alloc", false}, {"runtime/pprof.profileWriter", false}, {"net/http/httptrace.ContextClientTrace", false},
	} {
		if got := tracerFunction(row.name); got != row.want {
			t.Errorf("%s: %v", row.name, got)
		}
	}
}

func TestBadOptions(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		want string
		o    Options
	}{
		{"Slice is 1ms", Options{Slice: time.Millisecond}},
		{"Every must not be", Options{Slice: time.Minute}},
		{"Keep must not be", Options{Keep: time.Second}},
		{"Latency is -1s", Options{Latency: -time.Second}},
		{"GoroutineGrowth is 1;", Options{GoroutineGrowth: 1}},
		{"GoroutineFloor is -1", Options{GoroutineFloor: -1}},
		{"Budget.CPU is 0.7", Options{Budget: Budget{CPU: 0.7}}},
		{"Budget in bytes", Options{Budget: Budget{RingBytes: -1}}},
		{"SnapshotEvery is -1s", Options{Budget: Budget{SnapshotEvery: -time.Second}}},
		{"folder for snapshots", Options{Dir: filepath.Join(file, "below")}},
	} {
		if _, err := New(row.o); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%+v: got %v; want %q", row.o, err, row.want)
		}
	}
}

// TestZeroOptionsAreDefaults: no option has to be given.
func TestZeroOptionsAreDefaults(t *testing.T) {
	r, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := Options{
		Keep: 5 * time.Minute, Slice: time.Second, Every: 10 * time.Second, TraceAge: 5 * time.Second,
		Budget:          Budget{CPU: 0.005, RingBytes: 8 << 20, TraceBytes: 8 << 20, SnapshotBytes: 32 << 20, SnapshotEvery: 5 * time.Minute},
		GoroutineGrowth: 3, GoroutineFloor: 1000,
	}
	if r.options != want {
		t.Errorf("got %+v, want %+v", r.options, want)
	}
}
