package experiment

import (
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/loadgen"
)

func at(ended int64, r Reading) *mark { return &mark{ended: ended, reading: r} }

func TestCostIsDividedByTheRequestsBetweenTheReadings(t *testing.T) {
	first := at(100, Reading{AllocBytes: 1000, Mallocs: 10, GCCycles: 5, GCPause: 0.5, CPUSeconds: 1})
	last := at(300, Reading{AllocBytes: 401_000, Mallocs: 4010, GCCycles: 7, GCPause: 0.75, CPUSeconds: 1.5, RSS: 4096})
	again := at(300, Reading{AllocBytes: 501_000, Mallocs: 6010, GCCycles: 7, GCPause: 0.75, CPUSeconds: 1.5})
	m := measurement{source: &Source{}}
	c := m.cost(&loadgen.Result{}, first, last, again)
	for name, row := range map[string]struct {
		got  *float64
		want float64
	}{
		// 400,000 B in 200 requests, of which 100,000 are the price of a reading.
		"bytes":  {c.Bytes, 1500},
		"allocs": {c.Allocs, 10},
		"cycles": {c.GCCycles, 2},
		"pause":  {c.GCPause, 0.25},
		"cpu":    {c.ServerCPU, 2.5e6}, // 0.5 s in 200
		"rss":    {c.RSS, 4096},
	} {
		if row.got == nil || *row.got != row.want {
			t.Errorf("%s: got %v, want %v", name, row.got, row.want)
		}
	}
	if c.Missing != "" {
		t.Errorf("nothing is missing, got %q", c.Missing)
	}
}

func TestCostThatIsNotKnownIsAbsent(t *testing.T) {
	reading := Reading{AllocBytes: 1000, Mallocs: 10, GCCycles: 5}
	restarted := Reading{AllocBytes: 10, Mallocs: 1, GCCycles: 0}
	for name, row := range map[string]struct {
		source            *Source
		first, last, next *mark
	}{
		"no metrics":             {nil, at(0, nil), at(10, nil), at(10, nil)},
		"cancelled in warm-up":   {&Source{}, nil, at(10, reading), at(10, reading)},
		"nothing ended":          {&Source{}, at(10, reading), at(10, reading), at(10, reading)},
		"service was restarted":  {&Source{}, at(0, reading), at(10, restarted), at(10, restarted)},
		"last reading failed":    {&Source{}, at(0, reading), at(10, nil), at(10, nil)},
		"metrics without memory": {&Source{}, at(0, Reading{RSS: 1}), at(10, Reading{RSS: 1}), at(10, Reading{RSS: 1})},
	} {
		m := measurement{source: row.source}
		if row.last.reading == nil && row.source != nil {
			m.missing = "it did not answer"
		}
		c := m.cost(&loadgen.Result{}, row.first, row.last, row.next)
		if c.Bytes != nil || c.Allocs != nil || c.ServerCPU != nil {
			t.Errorf("%s: got %+v, want no figures", name, c)
		}
		if c.Missing == "" {
			t.Errorf("%s: got no reason", name)
		}
	}
}

func TestNoiseOfCountersThatShrankIsAbsent(t *testing.T) {
	ns := func(d time.Duration) *time.Duration { return &d }
	n := noiseMark{server: ns(5), client: ns(70)}.since(noiseMark{server: ns(9), client: ns(30)})
	if n.ServerRunQueue != nil || n.CPUPressure != nil || n.ClientRunQueue == nil || *n.ClientRunQueue != 40 {
		t.Errorf("got %+v, want only the client's 40ns", n)
	}
}
