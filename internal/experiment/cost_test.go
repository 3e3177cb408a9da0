package experiment

import (
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/internal/runtimemetrics"
	"github.com/lotteryctl/lotteryctl/loadgen"
)

func at(ended int64, r runtimemetrics.Reading) *mark { return &mark{ended: ended, reading: r} }

func TestCostIsDividedByTheRequestsBetweenTheReadings(t *testing.T) {
	first := at(100, runtimemetrics.Reading{runtimemetrics.AllocBytes: 1000, runtimemetrics.Mallocs: 10, runtimemetrics.GCCycles: 5, runtimemetrics.GCPause: 0.5, runtimemetrics.CPUSeconds: 1})
	last := at(300, runtimemetrics.Reading{runtimemetrics.AllocBytes: 401_000, runtimemetrics.Mallocs: 4010, runtimemetrics.GCCycles: 7, runtimemetrics.GCPause: 0.75, runtimemetrics.CPUSeconds: 1.5, runtimemetrics.RSS: 4096})
	again := at(300, runtimemetrics.Reading{runtimemetrics.AllocBytes: 501_000, runtimemetrics.Mallocs: 6010, runtimemetrics.GCCycles: 7, runtimemetrics.GCPause: 0.75, runtimemetrics.CPUSeconds: 1.5})
	m := measurement{source: &runtimemetrics.Source{}}
	c := m.cost(&loadgen.Result{}, first, last, again)
	for _, row := range []struct {
		name string
		got  *float64
		want float64
	}{
		// 400,000 B in 200 requests, of which 100,000 are the price of a reading.
		{"bytes", c.Bytes, 1500},
		{"allocs", c.Allocs, 10},
		{"cycles", c.GCCycles, 2},
		{"pause", c.GCPause, 0.25},
		{"cpu", c.ServerCPU, 2.5e6}, // 0.5 s in 200
		{"rss", c.RSS, 4096},
	} {
		if row.got == nil || *row.got != row.want {
			t.Errorf("%s: got %v, want %v", row.name, row.got, row.want)
		}
	}
	if c.Missing != nil {
		t.Errorf("nothing is missing, got %v", c.Missing)
	}
}

func TestCostThatIsNotKnownIsAbsent(t *testing.T) {
	reading := runtimemetrics.Reading{runtimemetrics.AllocBytes: 1000, runtimemetrics.Mallocs: 10, runtimemetrics.GCCycles: 5}
	restarted := runtimemetrics.Reading{runtimemetrics.AllocBytes: 10, runtimemetrics.Mallocs: 1, runtimemetrics.GCCycles: 0}
	for _, row := range []struct {
		name              string
		source            *runtimemetrics.Source
		first, last, next *mark
	}{
		{"no metrics", nil, at(0, nil), at(10, nil), at(10, nil)},
		{"cancelled in warm-up", &runtimemetrics.Source{}, nil, at(10, reading), at(10, reading)},
		{"nothing ended", &runtimemetrics.Source{}, at(10, reading), at(10, reading), at(10, reading)},
		{"service was restarted", &runtimemetrics.Source{}, at(0, reading), at(10, restarted), at(10, restarted)},
		{"last reading failed", &runtimemetrics.Source{}, at(0, reading), at(10, nil), at(10, nil)},
		{"metrics without memory", &runtimemetrics.Source{}, at(0, runtimemetrics.Reading{runtimemetrics.RSS: 1}), at(10, runtimemetrics.Reading{runtimemetrics.RSS: 1}), at(10, runtimemetrics.Reading{runtimemetrics.RSS: 1})},
	} {
		m := measurement{source: row.source}
		if row.last.reading == nil && row.source != nil {
			m.missing = &runfolder.Reason{Code: runfolder.MetricsUnreadable}
		}
		c := m.cost(&loadgen.Result{}, row.first, row.last, row.next)
		if c.Bytes != nil || c.Allocs != nil || c.ServerCPU != nil {
			t.Errorf("%s: got %+v, want no figures", row.name, c)
		}
		if c.Missing == nil {
			t.Errorf("%s: got no reason", row.name)
		}
	}
}

func TestNoiseIsTheGrowthOfTheThreads(t *testing.T) {
	ns := func(d time.Duration) *time.Duration { return &d }
	start := time.Now()
	before := noiseMark{
		at: start, pressure: ns(9), busy: ns(1000),
		known: map[int]spent{
			1: {own: 100, reaped: 1000}, 2: {own: 50, parent: 1}, 3: {own: 70, reaped: 5, parent: 1}, 4: {own: 30, parent: 8}, 5: {own: 15, parent: 3},
		},
		client: threads{1: {wait: 70, switches: 7}, 2: {wait: 1000, switches: 3}, 3: {wait: 50, switches: 5}},
	}
	after := noiseMark{
		at: start.Add(time.Second), pressure: ns(5), busy: ns(1600), cores: 2,
		// 3 and its child 5 ended, and their parent has got the 90 that they had used and
		// 25 since. So did 4, whose parent is not ours.
		known: map[int]spent{1: {own: 400, reaped: 1115}, 2: {own: 60, parent: 1}, 9: {own: 90, parent: 1}},
		client: threads{
			1: {wait: 100, switches: 9},
			// 2 ended and takes its time along; 3 is a new thread of an old number
			3: {wait: 4, switches: 1},
			4: {wait: 200, switches: 10}, // new
		},
	}
	n := after.since(before)
	if n.ServerRunQueue != nil || n.CPUPressure != nil {
		t.Errorf("got %+v, want nothing of what is not known or shrank", n)
	}
	if n.ClientRunQueue == nil || *n.ClientRunQueue != 30+4+200 || *n.ClientSwitches != 2+1+10 {
		t.Errorf("got %v and %v, want 234 and 13", n.ClientRunQueue, n.ClientSwitches)
	}
	if n.ForeignCPU == nil || *n.ForeignCPU != 600-300-10-90-25 || n.ForeignClamped || n.Over != time.Second || n.Cores != 2 {
		t.Errorf("got %+v, want 175ns of foreign CPU", n)
	}
	after.busy = ns(1100)
	if n = after.since(before); *n.ForeignCPU != 0 || !n.ForeignClamped {
		t.Errorf("got %+v, want foreign CPU below 0 put to 0 and marked", n)
	}
}
