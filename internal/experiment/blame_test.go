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
