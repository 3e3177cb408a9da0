package experiment

import (
	"slices"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/loadgen"
)

// TestBlame: who is late on a quiet machine is the generator, and who is late because
// others have the processors is not.
func TestBlame(t *testing.T) {
	t.Parallel()
	late := loadgen.Doubt{Code: loadgen.GeneratorLimit, LatenessP99: 5 * time.Millisecond, ResponseP99: 6 * time.Millisecond}
	sender := loadgen.Doubt{Code: loadgen.GeneratorLimit, SenderBusy: 0.95}
	ports := loadgen.Doubt{Code: loadgen.GeneratorLimit, LocalErrors: 3}
	overload := loadgen.Doubt{Code: loadgen.Overloaded, AnsweredRate: 50}
	noise := func(foreign, waited time.Duration) runfolder.Noise {
		return runfolder.Noise{Over: 10 * time.Second, ForeignCPU: &foreign, ClientRunQueue: &waited, Cores: 2}
	}
	for _, row := range []struct {
		name  string
		noise runfolder.Noise
		busy  bool
	}{
		{"quiet", noise(300*time.Millisecond, 200*time.Millisecond), false},
		{"others use half a core", noise(5*time.Second, 200*time.Millisecond), true},
		{"our threads wait", noise(300*time.Millisecond, 4*time.Second), true},
		{"not known", runfolder.Noise{Over: 10 * time.Second}, false},
		{"nothing was measured", runfolder.Noise{}, false},
	} {
		before := []loadgen.Doubt{late, sender, ports, overload}
		got := blame(before, row.noise)
		want := slices.Clone(before)
		if row.busy {
			want[0].Code = MachineBusy
		}
		if !slices.Equal(got, want) || before[0] != late {
			t.Errorf("%s: got %+v, want %+v", row.name, got, want)
		}
	}
}

// TestBlameOfWaitingThreads: a service that waits for a processor is slow for that,
// if others used one; on a machine of its own it waits for itself. One doubt is
// enough where requests were sent late too.
func TestBlameOfWaitingThreads(t *testing.T) {
	t.Parallel()
	late := loadgen.Doubt{Code: loadgen.GeneratorLimit, LatenessP99: 5 * time.Millisecond, ResponseP99: 6 * time.Millisecond}
	noise := func(foreign, service time.Duration) runfolder.Noise {
		client := 200 * time.Millisecond
		return runfolder.Noise{Over: 10 * time.Second, ForeignCPU: &foreign, ClientRunQueue: &client, ServerRunQueue: &service, Cores: 2}
	}
	unknown := noise(17*time.Second, 0)
	waited := 5 * time.Second
	unknown.ServerRunQueue, unknown.ClientRunQueue = nil, &waited
	for _, row := range []struct {
		name   string
		before []loadgen.Doubt
		noise  runfolder.Noise
		want   []loadgen.DoubtCode
	}{
		{"the other program may be the service", nil, unknown, nil},
		{"others have both cores", nil, noise(17*time.Second, 11*time.Second), []loadgen.DoubtCode{MachineBusy}},
		{"and requests were late", []loadgen.Doubt{late}, noise(17*time.Second, 11*time.Second), []loadgen.DoubtCode{MachineBusy}},
		{"the service waits for itself", nil, noise(300*time.Millisecond, 11*time.Second), nil},
		{"others have a core, the service hardly waits", nil, noise(9*time.Second, 3*time.Second), nil},
		{"quiet", nil, noise(100*time.Millisecond, 2*time.Second), nil},
	} {
		var got []loadgen.DoubtCode
		for _, d := range blame(row.before, row.noise) {
			got = append(got, d.Code)
		}
		if !slices.Equal(got, row.want) {
			t.Errorf("%s: got %v, want %v", row.name, got, row.want)
		}
	}
}

// TestShedding: many refusals are news; few, other failures, none but refusals, and
// those that were expected are not.
func TestShedding(t *testing.T) {
	t.Parallel()
	load := func(errors int64, statuses map[int]int64) runfolder.Load {
		return runfolder.Load{Requests: 750, Answered: 750, Errors: errors, Statuses: statuses, WindowNS: 5 * time.Second}
	}
	usual := StatusSet{200: true}
	got := shedding(load(592, map[int]int64{200: 158, 503: 500, 429: 92}), usual)
	if len(got) != 1 || got[0] != (loadgen.Doubt{Code: Shedding, Unanswered: 592, Intended: 750, AnsweredRate: 31.6}) {
		t.Errorf("got %+v", got)
	}
	for name, row := range map[string]struct {
		load     runfolder.Load
		expected StatusSet
	}{
		"healthy":       {load(0, map[int]int64{200: 750}), usual},
		"few":           {load(37, map[int]int64{200: 713, 503: 37}), usual},
		"other errors":  {load(592, map[int]int64{200: 158, 500: 592}), usual},
		"all":           {load(750, map[int]int64{503: 750}), usual},
		"expected":      {load(0, map[int]int64{200: 158, 503: 592}), StatusSet{200: true, 503: true}},
		"nothing there": {runfolder.Load{}, usual},
	} {
		if got := shedding(row.load, row.expected); got != nil {
			t.Errorf("%s: got %+v", name, got)
		}
	}
}

// TestStoppedAnswering: it is the arm's failure, but not in a run that we cut short.
func TestStoppedAnswering(t *testing.T) {
	t.Parallel()
	record := &runfolder.Round{Doubts: []loadgen.Doubt{{Code: loadgen.RateNotReached}}}
	arm, lap := Arm{Name: "a"}, Lap{Round: 2}
	if err := stoppedAnswering(arm, lap, record); err != nil {
		t.Errorf("without the doubt: got %v", err)
	}
	record.Load.Requests = 400
	record.Doubts = append(record.Doubts, loadgen.Doubt{Code: loadgen.StoppedAnswering, At: 1500 * time.Millisecond, Unanswered: 250})
	err := stoppedAnswering(arm, lap, record)
	if err == nil || err.Error() != "a in round 2: the service stopped answering 1.5s after the start of the window; 250 of its 400 requests were due since then, and failed" {
		t.Errorf("got %v", err)
	}
	record.Partial = true
	if err := stoppedAnswering(arm, lap, record); err != nil {
		t.Errorf("cut short: got %v", err)
	}
}
