package experiment

import (
	"path/filepath"
	"testing"
)

// TestWhereAResumedExperimentGoesOn: after a kill at any moment, the next try
// of a round is the one that the killed process would have made.
func TestWhereAResumedExperimentGoesOn(t *testing.T) {
	run := func(arm string, repeat int) Round { return Round{Round: 2, Arm: arm, Repeat: repeat} }
	with := func(r Round, change func(*Round)) Round { change(&r); return r }
	repeated := func(r *Round) { r.Repeated, r.Noisy = true, []string{"too much"} }
	noisy := func(r *Round) { r.Noisy = []string{"too much"} }
	failed := func(r *Round) { r.Failure = "ended" }
	partial := func(r *Round) { r.Partial = true }
	for name, row := range map[string]struct {
		rounds    []Round
		keepGoing bool
		settled   bool
		repeat    int // when it is not settled
		stay      int // lines of the round
	}{
		"nothing yet":               {nil, false, false, 0, 0},
		"whole":                     {[]Round{run("a", 0), run("b", 0)}, false, true, 0, 2},
		"one arm is missing":        {[]Round{run("a", 0)}, false, false, 0, 0},
		"cut short":                 {[]Round{run("a", 0), with(run("b", 0), partial)}, false, false, 0, 0},
		"failed":                    {[]Round{run("a", 0), with(run("b", 0), failed)}, false, false, 0, 0},
		"failed, and went on":       {[]Round{run("a", 0), with(run("b", 0), failed)}, true, true, 0, 2},
		"noisy, not marked yet":     {[]Round{with(run("a", 0), noisy)}, false, false, 1, 1},
		"noisy, marked":             {[]Round{with(run("a", 0), repeated)}, false, false, 1, 1},
		"in the repeat":             {[]Round{with(run("a", 0), repeated), run("a", 1)}, false, false, 1, 1},
		"whole in the repeat":       {[]Round{with(run("a", 0), repeated), run("a", 1), run("b", 1)}, false, true, 0, 3},
		"noisy in the last, stays":  {[]Round{with(run("a", 0), repeated), with(run("a", 1), repeated), with(run("a", 2), noisy), run("b", 2)}, false, true, 0, 4},
		"noisy in the last, not up": {[]Round{with(run("a", 0), repeated), with(run("a", 1), repeated), with(run("a", 2), noisy)}, false, false, 2, 2},
	} {
		m := Manifest{Name: "x", Rounds: 3, Arms: []ArmManifest{{Name: "a"}, {Name: "b"}}}
		folder, err := Create(filepath.Join(t.TempDir(), "run"), m)
		if err != nil {
			t.Fatal(err)
		}
		other := Round{Round: 1, Arm: "a"}
		folder.rounds = append([]Round{other}, row.rounds...)
		spec := &Spec{Arms: []Arm{{Name: "a"}, {Name: "b"}}, Repeats: 2, KeepGoing: row.keepGoing}
		if got := folder.settled(spec, 2); got != row.settled {
			t.Errorf("%s: got settled %v", name, got)
		}
		if row.settled {
			continue
		}
		repeat, err := folder.reset(spec, 2)
		if err != nil || repeat != row.repeat || len(folder.rounds) != 1+row.stay {
			t.Errorf("%s: goes on with repeat %d and %d lines, %v; want %d and %d", name, repeat, len(folder.rounds)-1, err, row.repeat, row.stay)
		}
		for _, r := range folder.rounds[1:] {
			if !r.Repeated {
				t.Errorf("%s: %+v still counts", name, r)
			}
		}
		if err := folder.Discard(); err != nil {
			t.Fatal(err)
		}
	}
}
