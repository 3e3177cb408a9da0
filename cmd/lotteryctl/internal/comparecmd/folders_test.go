package comparecmd

import (
	"testing"

	"github.com/lotteryctl/lotteryctl/internal/runfolder"
)

// TestNoiseNeedsOneThing refuses run folders whose arms are different programs.
func TestNoiseNeedsOneThing(t *testing.T) {
	arm := func(name, switches string) runfolder.ArmManifest {
		return runfolder.ArmManifest{Name: name, Switches: switches, Command: []string{"lotteryd", "serve"}}
	}
	for name, test := range map[string]struct {
		arms []runfolder.ArmManifest
		ok   bool
	}{
		"one":       {[]runfolder.ArmManifest{arm("a", "x")}, true},
		"twins":     {[]runfolder.ArmManifest{arm("a", "x"), arm("b", "x")}, true},
		"different": {[]runfolder.ArmManifest{arm("a", "x"), arm("b", "y")}, false},
		"three":     {[]runfolder.ArmManifest{arm("a", "x"), arm("b", "x"), arm("c", "x")}, false},
	} {
		m := material{folders: []runFolder{{path: name, run: runfolder.Manifest{Arms: test.arms}}}}
		if err := m.isAA(); (err == nil) != test.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}
