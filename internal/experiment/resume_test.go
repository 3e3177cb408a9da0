package experiment_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/experiment"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
)

// experimentVariable makes the test binary run resumable(dir) until killed.
const experimentVariable = "EXPERIMENT_TEST_RUN"

// resumable is an experiment of two arms and three rounds of half a second.
func resumable() (experiment.Spec, runfolder.Manifest) {
	window := 400 * time.Millisecond
	arms := []experiment.ProcessArm{helperArm("old", "work=1ms", 100, window), helperArm("new", "", 100, window)}
	spec := experiment.Spec{Name: "test", Benchmark: "HTTP", Rounds: 3, Seed: 11}
	m := manifest()
	m.Rounds, m.Seed, m.Arms = spec.Rounds, spec.Seed, nil
	for _, arm := range arms {
		spec.Arms = append(spec.Arms, arm.Arm())
		m.Arms = append(m.Arms, runfolder.ArmManifest{Name: arm.Name, URL: arm.URL, FreshProcess: true, Rate: arm.Plan.Rate})
	}
	return spec, m
}

// runUntilKilled is the main of the process that is killed.
func runUntilKilled(path string) {
	spec, m := resumable()
	folder, err := runfolder.Create(path, m)
	if err == nil {
		_, err = experiment.Run(context.Background(), spec, folder)
	}
	if err == nil {
		err = folder.Close("")
	}
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

// layout lists the files of a run folder.
func layout(t *testing.T, path string) (files []string) {
	t.Helper()
	err := fs.WalkDir(os.DirFS(path), ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			files = append(files, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// wantLayout is that of an experiment that was never interrupted.
func wantLayout(m runfolder.Manifest) []string {
	want := []string{"bench.txt", "rounds.jsonl", "run.json"}
	for _, arm := range m.Arms {
		for round := 1; round <= m.Rounds; round++ {
			for _, file := range []string{"latency.hgrm", "metrics.json", "server.log", "timeline.jsonl"} {
				want = append(want, fmt.Sprintf("arms/%s/round-%d/%s", arm.Name, round, file))
			}
		}
	}
	return sorted(want)
}

// checkWhole checks a folder that was resumed and closed.
func checkWhole(t *testing.T, path string, resumed int) {
	t.Helper()
	m, rounds, skipped, err := runfolder.Read(os.DirFS(path))
	if err != nil || len(skipped) > 0 || m.State != runfolder.Complete || m.Reason != "" || len(m.Resumed) != resumed {
		t.Fatalf("got state %q (%s), resumed %v, %v, %v; want it complete", m.State, m.Reason, m.Resumed, skipped, err)
	}
	var order []string
	for i, r := range rounds {
		if r.Partial || r.Failure != "" || r.Round != i/len(m.Arms)+1 {
			t.Errorf("line %d: got %+v", i+1, r)
		}
		order = append(order, r.Arm)
	}
	if want := slices.Concat(m.Order...); !slices.Equal(order, want) {
		t.Errorf("the arms ran in the order %v, want %v", order, want)
	}
	if got, want := layout(t, path), wantLayout(m); !slices.Equal(sorted(got), want) {
		t.Errorf("got the files\n%v\nwant\n%v", got, want)
	}
	checkBenchFile(t, path, rounds)
	if left, _ := filepath.Glob(filepath.Dir(path) + "/*"); len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
}

// resumeAndFinish goes on with what is at path.
func resumeAndFinish(t *testing.T, path string) {
	t.Helper()
	spec, m := resumable()
	folder, err := runfolder.Resume(path, m)
	if err != nil {
		t.Fatal(err)
	}
	before := folder.Rounds()
	rounds, err := experiment.Run(t.Context(), spec, folder)
	if err != nil {
		t.Fatal(err)
	}
	for i := range before[:len(before)/len(spec.Arms)*len(spec.Arms)] {
		if !before[i].Partial && !reflect.DeepEqual(before[i], rounds[i]) {
			t.Errorf("line %d was a whole round's and changed from %+v to %+v", i+1, before[i], rounds[i])
		}
	}
	if err := folder.Close(""); err != nil {
		t.Fatal(err)
	}
}

func TestResumeAfterAKill(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run")
	cmd := exec.Command(os.Args[0], path)
	cmd.Env = append(os.Environ(), experimentVariable+"=1")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	// Somewhere in the second round.
	for deadline := time.Now().Add(60 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		text, _ := os.ReadFile(path + ".incomplete/rounds.jsonl")
		if strings.Count(string(text), "\n") >= 3 {
			break
		}
		if time.Now().After(deadline) {
			_ = cmd.Process.Kill()
			t.Fatal("the experiment does not get on")
		}
	}
	_, m := resumable()
	if _, err := runfolder.Resume(path, m); err == nil || !strings.Contains(err.Error(), "is being written by another process") {
		t.Errorf("while its writer lives: got %v", err)
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait() // the error says that it was killed
	awaitNoHelpers(t, path)
	stored, lies, err := runfolder.Unfinished(path)
	if err != nil || lies != path+".incomplete" || stored.Seed != 11 || stored.State != runfolder.Running {
		t.Errorf("got %q and %+v, %v", lies, stored, err)
	}
	if err := runfolder.CheckPath(path); err == nil || !strings.Contains(err.Error(), "run.incomplete exists and was interrupted; resume it") {
		t.Errorf("got %v, want a hint", err)
	}
	if err := os.WriteFile(filepath.Join(lies, ".new-123"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	resumeAndFinish(t, path)
	checkWhole(t, path, 1)
}

// awaitNoHelpers waits for the end of the services that a killed experiment
// had started: they write to logs below path.
func awaitNoHelpers(t *testing.T, path string) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		outputs, _ := filepath.Glob("/proc/[0-9]*/fd/1")
		alive := slices.ContainsFunc(outputs, func(link string) bool {
			target, err := os.Readlink(link)
			return err == nil && strings.HasPrefix(target, path)
		})
		if !alive {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("a service outlived the experiment that started it")
		}
	}
}

func TestResumeAfterCtrlC(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run")
	for interruption := 1; interruption <= 2; interruption++ {
		ctx, cancel := context.WithCancel(t.Context())
		spec, m := resumable()
		spec.Progress = func(p experiment.Progress) {
			if p.Run == 2*interruption && p.Phase == experiment.Starting {
				cancel()
			}
		}
		folder, err := runfolder.Create(path, m)
		if interruption > 1 {
			folder, err = runfolder.Resume(path, m) // twice is once more than needed
		}
		if err != nil {
			t.Fatal(err)
		}
		if interruption > 1 {
			other := spec
			other.Repeats = 5
			if _, err := experiment.Run(ctx, other, folder); err == nil || !strings.Contains(err.Error(), "cannot be resumed: its rules were {} and are now {\"repeats\":5}") {
				t.Errorf("got %v, want the rules that differ", err)
			}
		}
		if _, err := experiment.Run(ctx, spec, folder); !errors.Is(err, context.Canceled) {
			t.Fatalf("got %v, want to be cancelled", err)
		}
		cancel()
		if err := folder.Close("interrupted"); err != nil {
			t.Fatal(err)
		}
		if m, _ := runfolder.ReadManifest(os.DirFS(path)); m.State != runfolder.Partial {
			t.Errorf("got state %q", m.State)
		}
	}
	resumeAndFinish(t, path)
	checkWhole(t, path, 2)
	_, m := resumable()
	if _, err := runfolder.Resume(path, m); err == nil || !strings.Contains(err.Error(), "is complete; nothing to resume") {
		t.Errorf("a complete folder: got %v", err)
	}
}
