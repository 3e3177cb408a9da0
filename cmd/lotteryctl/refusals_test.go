package main

import (
	"strings"
	"testing"

	"github.com/lotteryctl/lotteryctl/internal/experiment"
)

// TestArmWhoseRequestsAllFail fails a run in which one of two arms only failed,
// and not one in which each had some success.
func TestArmWhoseRequestsAllFail(t *testing.T) {
	round := func(arm string, errors int64) experiment.Round {
		return experiment.Round{Arm: arm, Round: 1, Load: experiment.Load{
			Requests: 10, Errors: errors, Failures: map[string]int64{"status 500": errors},
		}}
	}
	err := judgeRounds([]experiment.Round{round("good", 0), round("broken", 10)}, false)
	if err == nil || exitCode(err) != 1 || !strings.Contains(err.Error(), "every request of arm broken failed: 10 status 500") {
		t.Errorf("got %v", err)
	}
	if err := judgeRounds([]experiment.Round{round("good", 0), round("shaky", 9)}, false); err != nil {
		t.Errorf("an arm with a success: %v", err)
	}
}

// TestNoiseNeedsOneThing refuses run folders whose arms are different programs.
func TestNoiseNeedsOneThing(t *testing.T) {
	arm := func(name, switches string) experiment.ArmManifest {
		return experiment.ArmManifest{Name: name, Switches: switches, Command: []string{"lotteryd", "serve"}}
	}
	for name, test := range map[string]struct {
		arms []experiment.ArmManifest
		ok   bool
	}{
		"one":       {[]experiment.ArmManifest{arm("a", "x")}, true},
		"twins":     {[]experiment.ArmManifest{arm("a", "x"), arm("b", "x")}, true},
		"different": {[]experiment.ArmManifest{arm("a", "x"), arm("b", "y")}, false},
		"three":     {[]experiment.ArmManifest{arm("a", "x"), arm("b", "x"), arm("c", "x")}, false},
	} {
		m := material{folders: []runFolder{{path: name, run: experiment.Manifest{Arms: test.arms}}}}
		if err := m.isAA(); (err == nil) != test.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}
