package runfolder_test

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/profiles"
)

// plantRun makes a run folder in which the arms given have a bundle; others of
// twoArms have none.
func plantRun(t *testing.T, arms ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "run")
	folder, err := runfolder.Create(path, twoArms())
	if err != nil {
		t.Fatal(err)
	}
	for _, arm := range arms {
		dir, err := folder.ProfileDir(arm, 1)
		if err != nil {
			t.Fatal(err)
		}
		bundle := runfolder.BundleIn(dir)
		if err := os.MkdirAll(bundle, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(bundle, profiles.ManifestFile), []byte(`{"format":1}`), 0o644); err != nil {
			t.Fatal(err)
		}
		run := runfolder.Profiled{Round: runfolder.Round{Round: 1, Arm: arm}, Bundle: runfolder.BundlePath(arm, 1)}
		if err := folder.AddProfiled(run); err != nil {
			t.Fatal(err)
		}
	}
	if err := folder.Close(""); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestChooseBundles(t *testing.T) {
	both, one := plantRun(t, "old", "new"), plantRun(t, "new")
	bundle := filepath.Join(one, "arms", "new", "profile-1", "profiles")
	for _, row := range []struct {
		name, path, arm string
		want            string // the arm
		reason          runfolder.ChoiceReason
	}{
		{"the only arm with profiles", one, "", "new", ""},
		{"an arm by name", both, "old", "old", ""},
		{"a bundle", bundle, "", "", ""},
		{"several arms", both, "", "", runfolder.SeveralArms},
		{"no such arm", both, "older", "", runfolder.NoSuchArm},
		{"an arm without profiles", one, "old", "", runfolder.NoSuchArm},
		{"an arm of a bundle", bundle, "old", "", runfolder.SingleBundle},
	} {
		got, err := runfolder.ChooseBundles(row.path, row.arm)
		var choice *runfolder.ChoiceError
		if row.reason != "" {
			if !errors.As(err, &choice) || choice.Reason != row.reason || choice.Path != row.path || choice.Arm != row.arm {
				t.Errorf("%s: got %v, want %q", row.name, err, row.reason)
			}
			continue
		}
		if err != nil || got.Arm != row.want || len(got.Dirs) != 1 {
			t.Errorf("%s: got %+v, %v", row.name, got, err)
		}
	}
	var none *runfolder.NoBundlesError
	if _, err := runfolder.ChooseBundles(plantRun(t), ""); !errors.As(err, &none) {
		t.Errorf("a run without profiles: got %v", err)
	}
	first, second, err := runfolder.TwoArms(both)
	if err != nil || first != "old" || second != "new" {
		t.Errorf("two arms: got %q, %q, %v", first, second, err)
	}
	var choice *runfolder.ChoiceError
	if _, _, err := runfolder.TwoArms(one); !errors.As(err, &choice) || choice.Reason != runfolder.NotTwoArms {
		t.Errorf("one arm: got %v", err)
	}
	if _, _, err := runfolder.TwoArms(filepath.Join(one, "run.json")); !errors.As(err, &choice) || choice.Reason != runfolder.NotAFolder {
		t.Errorf("a file: got %v", err)
	}
}

func TestWhatArgumentsStandFor(t *testing.T) {
	run := plantRun(t, "old")
	at := run + "@there"
	if err := os.Mkdir(at, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct{ arg, path, arm string }{
		{run, run, ""}, {run + "@old", run, "old"}, {at, at, ""}, {"-", "-", ""},
	} {
		if path, arm := runfolder.SplitArm(row.arg); path != row.path || arm != row.arm {
			t.Errorf("%s: got %q and %q", row.arg, path, arm)
		}
	}
	for _, row := range []struct{ path, run, arm string }{
		{"runs/r/arms/new/profile-2/profiles", "r", "new"},
		{"runs/r/arms/new/profile-2/profiles/cpu.pprof", "r", "new"},
		{"runs/r/arms/new/round-2", "", ""},
		{"cpu.pprof", "", ""},
	} {
		if run, arm := runfolder.ArmOf(row.path); run != row.run || arm != row.arm {
			t.Errorf("%s: got %q and %q", row.path, run, arm)
		}
	}
	if got := runfolder.BundleOf("b/profile.json"); got != "b" {
		t.Errorf("a manifest: got %q", got)
	}
	if _, target := runfolder.TargetFolder(run); target != nil {
		t.Errorf("a run folder is no target's: got %+v", target)
	}
}

func TestChooseProfile(t *testing.T) {
	all := []profiles.Profile{
		{Kind: profiles.CPU, Status: profiles.OK, File: "cpu.pprof"},
		{Kind: profiles.Heap, Status: profiles.Failed, Failure: &profiles.Failure{Code: profiles.FailTargetGone}, StartFile: "heap-start.pprof"},
		{Kind: profiles.Mutex, Status: profiles.Failed, Failure: &profiles.Failure{Code: profiles.FailNotFound}},
		{Kind: profiles.Block, Status: profiles.Skipped},
	}
	if p, err := runfolder.ChooseProfile(all, profiles.CPU); err != nil || p.File != "cpu.pprof" {
		t.Errorf("got %+v, %v", p, err)
	}
	for _, row := range []struct {
		kind profiles.Kind
		want runfolder.NoProfileError
	}{
		{profiles.Heap, runfolder.NoProfileError{Reason: runfolder.OnlyStart, Cause: all[1].Failure, StartFile: "heap-start.pprof"}},
		{profiles.Mutex, runfolder.NoProfileError{Reason: runfolder.NotTaken, Cause: all[2].Failure}},
		{profiles.Block, runfolder.NoProfileError{Reason: runfolder.NotAskedFor}},
		{profiles.Goroutine, runfolder.NoProfileError{Reason: runfolder.NotAskedFor}},
	} {
		row.want.Kind, row.want.Others = row.kind, []profiles.Kind{profiles.CPU}
		_, err := runfolder.ChooseProfile(all, row.kind)
		var got *runfolder.NoProfileError
		if !errors.As(err, &got) || !reflect.DeepEqual(*got, row.want) {
			t.Errorf("%s: got %+v, want %+v", row.kind, got, row.want)
		}
	}
}

func TestDoubtOfALoad(t *testing.T) {
	for _, row := range []struct {
		name string
		load runfolder.Load
		want runfolder.LoadDoubtCode // "": none
	}{
		{"as asked", runfolder.Load{Requests: 1000, Errors: 10, AskedRate: 100, AnsweredRate: 95}, ""},
		{"errors", runfolder.Load{Requests: 1000, Errors: 11, AskedRate: 100, AnsweredRate: 50}, runfolder.ManyFailed},
		{"too much", runfolder.Load{Requests: 1000, AskedRate: 100, AnsweredRate: 94}, runfolder.Overloaded},
		{"closed", runfolder.Load{Requests: 1000, AnsweredRate: 94}, ""},
	} {
		run := runfolder.Profiled{Round: runfolder.Round{Load: row.load}}
		got := run.Doubt()
		if (got != nil) != (row.want != "") || got != nil && got.Code != row.want {
			t.Errorf("%s: got %+v, want %q", row.name, got, row.want)
		}
		if got != nil && (got.Failed != float64(row.load.Errors)/1000 || got.Asked != 100) {
			t.Errorf("%s: got the figures %+v", row.name, got)
		}
	}
}

func TestDifferencesOfRuns(t *testing.T) {
	old := twoArms()
	old.Host = runfolder.Host{CPU: "one", Cores: 2}
	old.Arms[0].DurationNS, old.Arms[0].Connections = time.Second, 4
	if got := runfolder.Differences(old, old); got != nil {
		t.Errorf("the same: got %+v", got)
	}
	new := twoArms()
	new.Host = runfolder.Host{CPU: "one", Cores: 4}
	new.Arms[0].DurationNS = 2 * time.Second // its cap on connections does not count: it has a rate
	new.Arms[1].Rate = 200
	want := []runfolder.Difference{
		{Condition: runfolder.SameCores, Old: 2, New: 4},
		{Condition: runfolder.SameDuration, Arm: "old", Old: time.Second, New: 2 * time.Second},
		{Condition: runfolder.SameRate, Arm: "new", Old: runfolder.ArmLoad{Rate: 100}, New: runfolder.ArmLoad{Rate: 200}},
	}
	if got := runfolder.Differences(old, new); !slices.Equal(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	old.Started, old.Ended = time.Unix(1, 0), time.Unix(2, 0)
	new.Started, new.Ended = time.Unix(2, 0), time.Unix(3, 0)
	if got := runfolder.Sequence(old, new); got >= 0 || runfolder.Sequence(new, old) != -got {
		t.Errorf("one after the other: got %d", got)
	}
	new.Started = time.Unix(1, 5)
	if got := runfolder.Sequence(old, new); got != 0 {
		t.Errorf("at one time: got %d", got)
	}
}
