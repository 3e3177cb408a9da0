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
	for _, row := range []struct {
		name   string
		before []loadgen.Doubt
		noise  runfolder.Noise
		want   []loadgen.DoubtCode
	}{
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
	load := func(answered, errors int64, failures map[string]int64) runfolder.Load {
		return runfolder.Load{Requests: 750, Answered: answered, Errors: errors, Failures: failures, WindowNS: 5 * time.Second}
	}
	got := shedding(load(750, 592, map[string]int64{"status 503": 500, "status 429": 92}))
	if len(got) != 1 || got[0] != (loadgen.Doubt{Code: Shedding, Unanswered: 592, Intended: 750, AnsweredRate: 31.6}) {
		t.Errorf("got %+v", got)
	}
	for name, l := range map[string]runfolder.Load{
		"healthy":       load(750, 0, nil),
		"few":           load(750, 37, map[string]int64{"status 503": 37}),
		"other errors":  load(750, 592, map[string]int64{"status 500": 592}),
		"all":           load(750, 750, map[string]int64{"status 503": 750}),
		"expected":      load(750, 0, map[string]int64{}),
		"nothing there": {},
	} {
		if got := shedding(l); got != nil {
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
