package bars

import (
	"context"
	"testing"
	"time"
)

func TestJudge(t *testing.T) {
	const quiet, busy = 0.03, 0.5
	for _, row := range []struct {
		name   string
		bar    Bar
		values []float64
		others float64
		want   Mark
		exit   int
	}{
		{"met", Bar{AtMost: 2}, []float64{1, 2, 9}, quiet, Met, 0},
		{"met on a busy machine", Bar{AtMost: 2}, []float64{1, 2, 9}, busy, Met, 0},
		{"missed", Bar{AtMost: 2}, []float64{1, 2.1, 9}, quiet, Missed, 1},
		{"missed on a busy machine", Bar{AtMost: 2}, []float64{1, 2.1, 9}, busy, Busy, 3},
		{"too little", Bar{AtLeast: 0.9}, []float64{0.8, 0.95}, quiet, Missed, 1},
		{"enough", Bar{AtLeast: 0.9}, []float64{0.88, 0.95}, quiet, Met, 0},
		{"between", Bar{AtLeast: 0.9, AtMost: 1}, []float64{1.1}, quiet, Missed, 1},
	} {
		var b Board
		if got := b.Judge(row.bar, row.values, row.others); got != row.want || b.ExitCode() != row.exit {
			t.Errorf("%s: %s, exit code %d; want %s, %d", row.name, got, b.ExitCode(), row.want, row.exit)
		}
	}
	var b Board
	b.Judge(Bar{AtMost: 1}, []float64{2}, busy)
	b.Judge(Bar{AtMost: 1}, []float64{2}, quiet)
	if b.ExitCode() != 1 {
		t.Error("a bar missed on a quiet machine is hidden by another")
	}
}

func TestParseStat(t *testing.T) {
	// user nice system idle iowait irq softirq steal guest guest_nice
	got := parseStat([]byte("cpu  100 1 20 5000 60 3 4 2 50 0\ncpu0 1 1 1 1 1 1 1 1 1 1\n"))
	if want := 1300 * time.Millisecond; got != want {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestPauseEndsWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var m Machine
	for range 100 {
		m.Pause(ctx) // 30 s if it waited
	}
	if got := m.Others(); got < 0 {
		t.Errorf("others used %v of a core", got)
	}
}
