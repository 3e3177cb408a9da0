package main

import (
	"strings"
	"testing"

	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/cli"
	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/runreport"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
)

// TestArmWhoseRequestsAllFail fails a run in which one of two arms only failed,
// and not one in which each had some success.
func TestArmWhoseRequestsAllFail(t *testing.T) {
	round := func(arm string, errors int64) runfolder.Round {
		return runfolder.Round{Arm: arm, Round: 1, Load: runfolder.Load{
			Requests: 10, Errors: errors, Failures: map[string]int64{"status 500": errors},
		}}
	}
	err := runreport.JudgeRounds([]runfolder.Round{round("good", 0), round("broken", 10)}, false)
	if err == nil || cli.ExitCode(err) != 1 || !strings.Contains(err.Error(), "every request of arm broken failed: 10 status 500") {
		t.Errorf("got %v", err)
	}
	if err := runreport.JudgeRounds([]runfolder.Round{round("good", 0), round("shaky", 9)}, false); err != nil {
		t.Errorf("an arm with a success: %v", err)
	}
}
