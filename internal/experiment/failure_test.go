package experiment_test

import (
	"context"
	"errors"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/experiment"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
)

// failing makes an arm fail to start in the rounds given.
func failing(arm experiment.Arm, rounds ...int) experiment.Arm {
	start := arm.Start
	arm.Start = func(ctx context.Context, lap experiment.Lap) (*experiment.Target, error) {
		if slices.Contains(rounds, lap.Round) {
			return nil, errors.New("no such table")
		}
		return start(ctx, lap)
	}
	return arm
}

func TestKeepGoing(t *testing.T) {
	window := 50 * time.Millisecond
	arm := func(name string) experiment.Arm { return (&testArm{name: name}).arm(t, window) }
	for _, keepGoing := range []bool{true, false} {
		spec := experiment.Spec{
			Name: "test", Benchmark: "HTTP", Rounds: 3, Seed: 1, KeepGoing: keepGoing,
			Arms: []experiment.Arm{arm("good"), failing(arm("bad"), 2), failing(arm("never"), 1, 2, 3)},
		}
		folder, path := newFolder(t, spec)
		rounds, err := experiment.Run(t.Context(), spec, folder)
		if !keepGoing {
			if err == nil || !strings.Contains(err.Error(), "starting never for round 1: no such table") || len(rounds) > 2 {
				t.Errorf("got %d rounds, %v, want to stop in the first", len(rounds), err)
			}
			continue
		}
		if err != nil || len(rounds) != 9 {
			t.Fatalf("got %d rounds, %v, want all 9", len(rounds), err)
		}
		failed := 0
		for _, r := range rounds {
			if r.Failure != "" {
				failed++
				if r.Failure != "no such table" || r.FailureKind != runfolder.NotStarted || len(r.Metrics()) != 0 {
					t.Errorf("got %q, %q with %v, want kind and cause and no figures", r.FailureKind, r.Failure, r.Metrics())
				}
			}
		}
		if failed != 4 {
			t.Errorf("got %d failures, want 4", failed)
		}
		if err := folder.Close(""); err != nil {
			t.Fatal(err)
		}
		// The arm that never ran takes nothing along, the other its round.
		for _, r := range runfolder.Kept(rounds) {
			if r.Round == 2 || r.Arm == "never" {
				t.Errorf("round %d of %s is kept", r.Round, r.Arm)
			}
		}
		checkBenchFile(t, path, runfolder.Kept(rounds))
	}
}

func TestCheckOfTheTarget(t *testing.T) {
	lost := []runfolder.Broken{{ID: "I3", Name: "a win became a loss"}}
	for _, row := range []struct {
		name   string
		broken []runfolder.Broken
		err    error
		state  runfolder.CheckState
		why    *runfolder.Reason
	}{
		{"held", nil, nil, runfolder.CheckHeld, nil},
		{"broken", lost, nil, runfolder.CheckBroken, nil},
		{"broken in part", lost, errors.New("and then it went away"), runfolder.CheckBroken, nil},
		{"could not be had", nil, errors.New("no connection"), runfolder.CheckMissing,
			&runfolder.Reason{Code: runfolder.CheckFailed, Detail: "no connection"}},
	} {
		name := row.name
		served, stopped := &testArm{name: "a"}, false
		arm := served.arm(t, 50*time.Millisecond)
		start := arm.Start
		arm.Start = func(ctx context.Context, lap experiment.Lap) (*experiment.Target, error) {
			target, err := start(ctx, lap)
			stop := target.Stop
			target.Stop = func(ctx context.Context) error { stopped = true; return stop(ctx) }
			target.Check = func(context.Context) ([]runfolder.Broken, error) {
				if served.served.Load() == 0 || stopped {
					t.Errorf("%s: it is checked after %d requests, stopped %v", name, served.served.Load(), stopped)
				}
				return row.broken, row.err
			}
			return target, err
		}
		rounds, path, err := runOne(t, arm)
		if err != nil || len(rounds) != 1 || rounds[0].CheckState != row.state || !slices.Equal(rounds[0].Broken, row.broken) || !reflect.DeepEqual(rounds[0].NotChecked, row.why) || rounds[0].Failure != "" {
			t.Errorf("%s: got %+v, %v", name, rounds, err)
		}
		if kept := runfolder.Kept(rounds); len(kept) != 1 {
			t.Errorf("%s: the figures of such a run count", name)
		}
		if text, err := os.ReadFile(path + "/rounds.jsonl"); err != nil || strings.Contains(string(text), `"broken":[`) != (row.broken != nil) {
			t.Errorf("%s: got %v and %s", name, err, text)
		}
	}
}

func TestCapacityInTheRounds(t *testing.T) {
	fast, slow := &testArm{name: "fast"}, &testArm{name: "slow"}
	spec := experiment.Spec{
		Name: "test", Benchmark: "HTTP", Rounds: 1, Seed: 2,
		Arms:     []experiment.Arm{fast.arm(t, 50*time.Millisecond), slow.arm(t, 50*time.Millisecond)},
		Capacity: &experiment.CapacityOptions{SLO: time.Second, MaxRate: 100, Probe: 100 * time.Millisecond},
	}
	for _, only := range []bool{false, true} {
		if only {
			spec.CapacityOnly, spec.Arms = true, spec.Arms[:1]
		}
		folder, path := newFolder(t, spec)
		rounds, err := experiment.Run(t.Context(), spec, folder)
		if err != nil || len(rounds) != len(spec.Arms) {
			t.Fatalf("got %d rounds, %v", len(rounds), err)
		}
		if err := folder.Close(""); err != nil {
			t.Fatal(err)
		}
		for _, r := range rounds {
			if r.Capacity == nil || r.Capacity.Rate != 100 || r.Capacity.Ceiling != 0 || (r.Load.Requests == 0) != only || r.Start.IsZero() {
				t.Errorf("got %+v and %+v, want the highest rate of 100", r.Capacity, r.Load)
			}
			if text, err := os.ReadFile(path + "/arms/" + r.Arm + "/round-1/capacity/probes.json"); err != nil || !strings.Contains(string(text), `"held": true`) {
				t.Errorf("got the probes %s, %v", text, err)
			}
		}
		checkBenchFile(t, path, rounds)
		lines, err := os.ReadFile(path + "/capacity.jsonl")
		if err != nil || strings.Count(string(lines), `"rate":100`) != len(rounds) || strings.Count(string(lines), "\n") != len(rounds) {
			t.Errorf("capacity.jsonl: got %s, %v, want a line for each arm", lines, err)
		}
		m, _ := runfolder.ReadManifest(os.DirFS(path))
		if c := m.Rules.Capacity; c == nil || c.SLO != time.Second || c.Precision != 0.05 || m.Rules.CapacityOnly != only {
			t.Errorf("run.json: got %+v", m.Rules)
		}
	}
	if _, err := experiment.Run(t.Context(), experiment.Spec{Name: "x", Rounds: 1, Arms: spec.Arms, CapacityOnly: true}, nil); err == nil {
		t.Error("neither load nor search: got no error")
	}
}
