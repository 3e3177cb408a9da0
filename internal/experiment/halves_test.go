package experiment

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/loadgen"
)

func TestHalves(t *testing.T) {
	const ms = time.Millisecond
	for name, row := range map[string]struct {
		first, second time.Duration
		agree         bool
	}{
		"alike":                    {10 * ms, 10 * ms, true},
		"9 % apart":                {10 * ms, 10*ms + 900*time.Microsecond, true},
		"15 % faster":              {11500 * time.Microsecond, 10 * ms, false},
		"15 % slower":              {10 * ms, 11500 * time.Microsecond, false},
		"double, but of so little": {40 * time.Microsecond, 80 * time.Microsecond, true},
	} {
		h := halfClock{middle: 2 * time.Second}
		for i := range 1000 {
			at := time.Duration(i) * 3 * ms // 1 s of warm-up is cut off, the middle is at 2 s
			took := row.first
			if at >= h.middle {
				took = row.second
			}
			x := loadgen.Exchange{Warmup: at < time.Second, Intended: at, Done: at + took, Status: 200}
			if x.Warmup {
				x.Done += time.Hour // does not count
			}
			h.record(&x)
			h.record(&loadgen.Exchange{Intended: at, Done: at + time.Hour, Err: errors.New("lost")}) // nor does this
		}
		got := h.halves()
		if got == nil || got.Agree != row.agree {
			t.Fatalf("%s: got %+v, want agreement %v", name, got, row.agree)
		}
		if v := unsteady(got); v.Kind != Unsteady || !strings.Contains(v.Reason, "first half") {
			t.Errorf("%s: got %v", name, v)
		}
	}
	if got := (&halfClock{}).halves(); got != nil {
		t.Errorf("nothing answered: got %+v, want nil", got)
	}
}

func TestNoiseLimit(t *testing.T) {
	d := func(v time.Duration) *time.Duration { return &v }
	noise := runfolder.Noise{
		Over: 10 * time.Second, Cores: 2, ServerRunQueue: d(3 * time.Second), ClientRunQueue: d(time.Second),
		CPUPressure: d(5 * time.Second), ForeignCPU: d(4 * time.Second),
	}
	for name, row := range map[string]struct {
		limit runfolder.NoiseLimit
		want  []string
	}{
		"no limit":    {runfolder.NoiseLimit{}, nil},
		"just within": {limits(0.3, 0.1, 0.5, 0.2), nil},
		"server":      {runfolder.NoiseLimit{ServerRunQueue: 0.29}, []string{"server run-queue delay was 30.0 % of the time, over the limit of 29.0 %"}},
		"two": {runfolder.NoiseLimit{ClientRunQueue: 0.05, ForeignCPU: 0.1}, []string{
			"client run-queue delay was 10.0 % of the time, over the limit of 5.0 %",
			"foreign CPU was 20.0 % of the time, over the limit of 10.0 %",
		}},
		"pressure": {runfolder.NoiseLimit{CPUPressure: 0.49}, []string{"CPU pressure was 50.0 % of the time, over the limit of 49.0 %"}},
	} {
		if got := exceeded(row.limit, noise); strings.Join(got, "; ") != strings.Join(row.want, "; ") {
			t.Errorf("%s: got %q, want %q", name, got, row.want)
		}
	}
	if got := exceeded(limits(1e-9, 1e-9, 1e-9, 1e-9), runfolder.Noise{}); got != nil {
		t.Errorf("nothing known: got %q, want no complaint", got)
	}
	if got := exceeded(DefaultNoiseLimit(), runfolder.Noise{Over: time.Second, Cores: 2, ClientRunQueue: d(10 * time.Millisecond)}); got != nil {
		t.Errorf("a quiet machine: got %q", got)
	}
}

// limits are all four.
func limits(server, client, pressure, foreign float64) runfolder.NoiseLimit {
	return runfolder.NoiseLimit{ServerRunQueue: server, ClientRunQueue: client, CPUPressure: pressure, ForeignCPU: foreign}
}
