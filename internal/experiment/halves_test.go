package experiment

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/loadgen"
)

func TestHalves(t *testing.T) {
	const ms = time.Millisecond
	for _, row := range []struct {
		name          string
		first, second time.Duration
		agree         bool
	}{
		{"alike", 10 * ms, 10 * ms, true},
		{"9 % apart", 10 * ms, 10*ms + 900*time.Microsecond, true},
		{"15 % faster", 11500 * time.Microsecond, 10 * ms, false},
		{"15 % slower", 10 * ms, 11500 * time.Microsecond, false},
		{"double, but of so little", 40 * time.Microsecond, 80 * time.Microsecond, true},
	} {
		h := halfClock{warmup: time.Second, half: time.Second}
		for i := range 1000 {
			at := time.Duration(i) * 3 * ms // 1 s of warm-up is cut off, the middle is at 2 s
			took := row.first
			if at >= 2*time.Second {
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
			t.Fatalf("%s: got %+v, want agreement %v", row.name, got, row.agree)
		}
		if d := doubts(got); row.agree != (len(d) == 0) || !row.agree && d[0].Code != Unsteady {
			t.Errorf("%s: got %v", row.name, d)
		}
	}
	if got := (&halfClock{}).halves(); got != nil {
		t.Errorf("nothing answered: got %+v, want nil", got)
	}
}

// TestDoubtsOfOldRounds reads a line of when doubts were phrases and sentences.
func TestDoubtsOfOldRounds(t *testing.T) {
	var r runfolder.Round
	err := json.Unmarshal([]byte(`{"verdicts": [{"kind": "first and second half disagree", "reason": "the median was 2ms"},
		{"kind": "rate not reached", "reason": "800.0/s were sent"}]}`), &r)
	want := []loadgen.Doubt{{Code: Unsteady, Text: "the median was 2ms"}, {Code: loadgen.RateNotReached, Text: "800.0/s were sent"}}
	if err != nil || !slices.Equal(r.Doubts, want) {
		t.Errorf("got %+v, %v", r.Doubts, err)
	}
}

func TestNoiseLimit(t *testing.T) {
	d := func(v time.Duration) *time.Duration { return &v }
	noise := runfolder.Noise{
		Over: 10 * time.Second, Cores: 2, ServerRunQueue: d(3 * time.Second), ClientRunQueue: d(time.Second),
		CPUPressure: d(5 * time.Second), ForeignCPU: d(4 * time.Second),
	}
	excess := func(noise runfolder.Covariate, share, limit float64) runfolder.Excess {
		return runfolder.Excess{Noise: noise, Share: share, Limit: limit}
	}
	for _, row := range []struct {
		name  string
		limit runfolder.NoiseLimit
		want  []runfolder.Excess
	}{
		{"no limit", runfolder.NoiseLimit{}, nil},
		{"just within", limits(0.3, 0.1, 0.5, 0.2), nil},
		{"server", runfolder.NoiseLimit{ServerRunQueue: 0.29}, []runfolder.Excess{excess(runfolder.ServerRunQueue, 0.3, 0.29)}},
		{"two", runfolder.NoiseLimit{ClientRunQueue: 0.05, ForeignCPU: 0.1}, []runfolder.Excess{
			excess(runfolder.ClientRunQueue, 0.1, 0.05), excess(runfolder.ForeignCPU, 0.2, 0.1),
		}},
		{"pressure", runfolder.NoiseLimit{CPUPressure: 0.49}, []runfolder.Excess{excess(runfolder.CPUPressure, 0.5, 0.49)}},
	} {
		if got := exceeded(row.limit, noise); !slices.Equal(got, row.want) {
			t.Errorf("%s: got %v, want %v", row.name, got, row.want)
		}
	}
	// The load's own threads wait for each other; others have part in it from a
	// tenth of a core on.
	for foreign, want := range map[time.Duration]int{20 * time.Millisecond: 0, 99 * time.Millisecond: 0, 100 * time.Millisecond: 2, -1: 2} {
		n := runfolder.Noise{Over: time.Second, Cores: 2, ServerRunQueue: d(1200 * time.Millisecond), ClientRunQueue: d(400 * time.Millisecond)}
		if foreign >= 0 {
			n.ForeignCPU = &foreign
		}
		if got := exceeded(DefaultNoiseLimit(), n); len(got) != want {
			t.Errorf("others used %v of 1s: got %v, want %d", foreign, got, want)
		}
	}
	if got := exceeded(limits(1, 0.3, 0, 0), runfolder.Noise{Over: time.Second, ServerRunQueue: d(1200 * time.Millisecond), ForeignCPU: d(0)}); len(got) != 1 {
		t.Errorf("a limit that was asked for counts whatever others do: got %v", got)
	}
	if got := exceeded(limits(1e-9, 1e-9, 1e-9, 1e-9), runfolder.Noise{}); got != nil {
		t.Errorf("nothing known: got %v, want no complaint", got)
	}
	if got := exceeded(DefaultNoiseLimit(), runfolder.Noise{Over: time.Second, Cores: 2, ClientRunQueue: d(10 * time.Millisecond)}); got != nil {
		t.Errorf("a quiet machine: got %v", got)
	}
}

// limits are all four.
func limits(server, client, pressure, foreign float64) runfolder.NoiseLimit {
	return runfolder.NoiseLimit{ServerRunQueue: server, ClientRunQueue: client, CPUPressure: pressure, ForeignCPU: foreign}
}
