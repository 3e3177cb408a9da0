package loadcmd

import (
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/experiment"
	"github.com/lotteryctl/lotteryctl/loadgen"
)

func TestProgressLine(t *testing.T) {
	if got, want := progressLine(experiment.Progress{Run: 1, Runs: 2}, false), "run 1 of 2: "; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	line := progressLine(experiment.Progress{Run: 3, Runs: 10, Phase: experiment.Measuring,
		Load: loadgen.Progress{Rate: 1199.7, Errors: 2}, Remaining: 80 * time.Second}, false)
	if want := "run 3 of 10: measuring, 1,200/s, 2 errors, about 1m20s left"; line != want {
		t.Errorf("got %q, want %q", line, want)
	}
}
