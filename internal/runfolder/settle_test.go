package runfolder_test

import (
	"path/filepath"
	"testing"

	"github.com/lotteryctl/lotteryctl/internal/runfolder"
)

// TestWhereAResumedExperimentGoesOn: after a kill at any moment, the next try
// of a round is the one that the killed process would have made.
func TestWhereAResumedExperimentGoesOn(t *testing.T) {
	run := func(arm string, repeat int) runfolder.Round {
		return runfolder.Round{Round: 2, Arm: arm, Repeat: repeat}
	}
	with := func(r runfolder.Round, change func(*runfolder.Round)) runfolder.Round { change(&r); return r }
	repeated := func(r *runfolder.Round) {
		r.Repeated, r.Noisy = true, []runfolder.Excess{{Noise: runfolder.ForeignCPU}}
	}
	noisy := func(r *runfolder.Round) { r.Noisy = []runfolder.Excess{{Noise: runfolder.ForeignCPU}} }
	failed := func(r *runfolder.Round) { r.Failure = "ended" }
	partial := func(r *runfolder.Round) { r.Partial = true }
	for _, row := range []struct {
		name      string
		rounds    []runfolder.Round
		keepGoing bool
		settled   bool
		repeat    int // when it is not settled
		stay      int // lines of the round
	}{
		{"nothing yet", nil, false, false, 0, 0},
		{"whole", []runfolder.Round{run("a", 0), run("b", 0)}, false, true, 0, 2},
		{"one arm is missing", []runfolder.Round{run("a", 0)}, false, false, 0, 0},
		{"cut short", []runfolder.Round{run("a", 0), with(run("b", 0), partial)}, false, false, 0, 0},
		{"failed", []runfolder.Round{run("a", 0), with(run("b", 0), failed)}, false, false, 0, 0},
		{"failed, and went on", []runfolder.Round{run("a", 0), with(run("b", 0), failed)}, true, true, 0, 2},
		{"noisy, not marked yet", []runfolder.Round{with(run("a", 0), noisy)}, false, false, 1, 1},
		{"noisy, marked", []runfolder.Round{with(run("a", 0), repeated)}, false, false, 1, 1},
		{"in the repeat", []runfolder.Round{with(run("a", 0), repeated), run("a", 1)}, false, false, 1, 1},
		{"whole in the repeat", []runfolder.Round{with(run("a", 0), repeated), run("a", 1), run("b", 1)}, false, true, 0, 3},
		{"noisy in the last, stays", []runfolder.Round{with(run("a", 0), repeated), with(run("a", 1), repeated), with(run("a", 2), noisy), run("b", 2)}, false, true, 0, 4},
		{"noisy in the last, not up", []runfolder.Round{with(run("a", 0), repeated), with(run("a", 1), repeated), with(run("a", 2), noisy)}, false, false, 2, 2},
	} {
		m := runfolder.Manifest{Name: "x", Rounds: 3, Arms: []runfolder.ArmManifest{{Name: "a"}, {Name: "b"}}}
		folder, err := runfolder.Create(filepath.Join(t.TempDir(), "run"), m)
		if err != nil {
			t.Fatal(err)
		}
		other := runfolder.Round{Round: 1, Arm: "a"}
		if err := folder.Adopt(runfolder.Rules{Repeats: 2, KeepGoing: row.keepGoing}); err != nil {
			t.Fatal(err)
		}
		for _, r := range append([]runfolder.Round{other}, row.rounds...) {
			if err := folder.Add(r); err != nil {
				t.Fatal(err)
			}
		}
		if got := folder.Settled(2, len(m.Arms)); got != row.settled {
			t.Errorf("%s: got settled %v", row.name, got)
		}
		if row.settled {
			continue
		}
		repeat, err := folder.Reset(2)
		if err != nil || repeat != row.repeat || len(folder.Rounds()) != 1+row.stay {
			t.Errorf("%s: goes on with repeat %d and %d lines, %v; want %d and %d", row.name, repeat, len(folder.Rounds())-1, err, row.repeat, row.stay)
		}
		for _, r := range folder.Rounds()[1:] {
			if !r.Repeated {
				t.Errorf("%s: %+v still counts", row.name, r)
			}
		}
		if err := folder.Discard(); err != nil {
			t.Fatal(err)
		}
	}
}
