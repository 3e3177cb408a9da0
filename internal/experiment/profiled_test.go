package experiment_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/experiment"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/loadgen"
	"github.com/lotteryctl/lotteryctl/profiles"
)

// profiling is an experiment of the arms given, one round and a profiled one of
// a second.
func profiling(arms ...experiment.ProcessArm) experiment.Spec {
	spec := experiment.Spec{
		Name: "test", Benchmark: "HTTP", Rounds: 1, Seed: 5,
		Profile: &experiment.ProfileOptions{
			Rounds: 1, Duration: time.Second, Kinds: []profiles.Kind{profiles.CPU, profiles.Goroutine},
		},
	}
	for _, arm := range arms {
		spec.Arms = append(spec.Arms, arm.Arm())
	}
	return spec
}

func runWhole(t *testing.T, spec experiment.Spec) (rounds []runfolder.Round, profiled []runfolder.Profiled, path string) {
	t.Helper()
	folder, path := newFolder(t, spec)
	rounds, err := experiment.Run(t.Context(), spec, folder)
	if err != nil {
		t.Fatal(err)
	}
	profiled = folder.Profiled()
	if err := folder.Close(""); err != nil {
		t.Fatal(err)
	}
	return rounds, profiled, path
}

// TestProfiledRounds: an arm is loaded for as long as its profiles take, though
// its window is shorter, and the bundle knows its requests.
func TestProfiledRounds(t *testing.T) {
	t.Parallel()
	const rate = 200
	window := 300 * time.Millisecond
	_, profiled, path := runWhole(t, profiling(
		helperArm("old", "pprof work=1ms", rate, window), helperArm("new", "pprof work=1ms", rate, window)))
	var arms []string
	for _, run := range profiled {
		arms = append(arms, run.Arm)
		if run.Partial || run.Failure != "" || run.Missing != nil || run.Round.Round != 1 {
			t.Errorf("got %+v, want a whole run", run)
		}
		if l := run.Load; l.WindowNS < time.Second || l.Errors != 0 || l.Requests < rate || wasCancelled(run.Round) {
			t.Errorf("%s: got %+v and doubts %+v, want a second of load or more", run.Arm, l, run.Doubts)
		}
		if len(run.From) != 1 || !strings.HasPrefix(run.From[0], "http://127.0.0.1:") {
			t.Errorf("%s was profiled at %v", run.Arm, run.From)
		}
		checkBundle(t, filepath.Join(path, run.Bundle), rate)
	}
	if want := []string{"new", "old"}; !slices.Equal(sorted(arms), want) {
		t.Errorf("the arms %v were profiled, want each once", arms)
	}
	read, skipped, err := runfolder.ReadProfiled(os.DirFS(path))
	if err != nil || len(skipped) > 0 || asJSON(t, read) != asJSON(t, profiled) {
		t.Errorf("read back %v, %v:\n%s", skipped, err, asJSON(t, read))
	}
	m, _, _, err := runfolder.Read(os.DirFS(path))
	if err != nil || m.Format != runfolder.FormatVersion || m.Rules.Profile == nil {
		t.Errorf("got %+v, %v", m.Rules, err)
	}
}

func wasCancelled(r runfolder.Round) bool {
	return slices.ContainsFunc(r.Doubts, func(d loadgen.Doubt) bool { return d.Code == loadgen.RunPartial })
}

// checkBundle wants a CPU profile of a second in which a service was busy with
// about rate requests a second.
func checkBundle(t *testing.T, dir string, rate float64) {
	t.Helper()
	m, err := profiles.ReadManifest(os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	p, ok := m.Profile(profiles.CPU)
	if !ok || p.Status != profiles.OK || p.Requests == nil {
		t.Fatalf("got %+v, want a CPU profile that knows its requests", p)
	}
	// A machine that is taken may answer some of them late, in or after the
	// window.
	span := p.WindowEnd.Sub(p.WindowStart).Seconds()
	if n := float64(*p.Requests); n < 0.3*rate*span || n > rate*(span+1)+1 {
		t.Errorf("%v requests in %.2f s at %v a second", n, span, rate)
	}
}

// TestProfiledRoundsCountNowhere: the same rounds, with and without profiled
// ones, look the same to whoever reads the statistics.
func TestProfiledRoundsCountNowhere(t *testing.T) {
	t.Parallel()
	spec := profiling(helperArm("a", "pprof", 100, 200*time.Millisecond), helperArm("b", "pprof", 100, 200*time.Millisecond))
	without := spec
	without.Profile = nil
	with, profiled, path := runWhole(t, spec)
	plain, none, plainPath := runWhole(t, without)
	if len(profiled) != 2 || len(none) != 0 {
		t.Fatalf("got %d and %d profiled runs, want 2 and 0", len(profiled), len(none))
	}
	identity := func(rounds []runfolder.Round) (ids [][4]any) {
		for _, r := range rounds {
			ids = append(ids, [4]any{r.Round, r.Order, r.Arm, r.Seed})
		}
		return ids
	}
	if got, want := identity(with), identity(plain); !reflect.DeepEqual(got, want) {
		t.Errorf("got the rounds %v, without profiled ones %v", got, want)
	}
	for _, file := range []string{"rounds.jsonl", "bench.txt"} {
		if got, want := lineCount(t, path, file), lineCount(t, plainPath, file); got != want {
			t.Errorf("%s has %d lines, without profiled rounds %d", file, got, want)
		}
	}
	checkBenchFile(t, path, with)
	if _, err := os.Stat(filepath.Join(plainPath, "profiled.jsonl")); !os.IsNotExist(err) {
		t.Errorf("profiled.jsonl without profiled rounds: %v", err)
	}
}

func lineCount(t *testing.T, path, file string) int {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(path, file))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Count(string(text), "\n")
}

// TestProfiledRoundWithoutPprof plants a service that has none.
func TestProfiledRoundWithoutPprof(t *testing.T) {
	t.Parallel()
	rounds, profiled, path := runWhole(t, profiling(helperArm("bare", "", 100, 200*time.Millisecond)))
	if len(rounds) != 1 || len(profiled) != 1 {
		t.Fatalf("got %d rounds and %d profiled, want both kept", len(rounds), len(profiled))
	}
	run := profiled[0]
	if run.Bundle != "" || run.Missing == nil || run.Missing.Code != runfolder.CaptureFailed || !strings.Contains(run.Missing.Detail, "pprof") || run.Load.Requests == 0 || run.Partial {
		t.Errorf("got bundle %q, missing %v, %+v; want a run without profiles and the reason", run.Bundle, run.Missing, run.Load)
	}
	if _, err := runfolder.Bundles(path); err == nil || !strings.Contains(err.Error(), "a run without profiles") {
		t.Errorf("got %v", err)
	}
}

// TestProfiledRoundInterrupted: what was taken until Ctrl-C stays, and a resumed
// experiment makes that run again and no other.
func TestProfiledRoundInterrupted(t *testing.T) {
	t.Parallel()
	spec := profiling(helperArm("a", "pprof work=1ms", 100, 200*time.Millisecond))
	spec.Profile.Duration = 2 * time.Second
	folder, path := newFolder(t, spec)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	spec.Progress = func(p experiment.Progress) {
		if p.Phase == experiment.Profiling {
			cancel()
		}
	}
	rounds, err := experiment.Run(ctx, spec, folder)
	if !errors.Is(err, context.Canceled) || len(rounds) != 1 {
		t.Fatalf("got %d rounds, %v; want the one that counts", len(rounds), err)
	}
	profiled := folder.Profiled()
	if len(profiled) != 1 || !profiled[0].Partial || profiled[0].Bundle == "" {
		t.Fatalf("got %+v, want the run cut short with its profiles", profiled)
	}
	if err := folder.Close("interrupted"); err != nil {
		t.Fatal(err)
	}
	if got, err := runfolder.Bundles(path); err != nil || len(got) != 1 || len(got[0].Dirs) != 1 {
		t.Errorf("got %v, %v, want the partial bundle for want of another", got, err)
	}

	stored, _, err := runfolder.Unfinished(path)
	if err != nil {
		t.Fatal(err)
	}
	spec.Progress = nil
	if folder, err = runfolder.Resume(path, stored); err != nil {
		t.Fatal(err)
	}
	again, err := experiment.Run(t.Context(), spec, folder)
	if err != nil || asJSON(t, again) != asJSON(t, rounds) {
		t.Fatalf("got %v and the rounds\n%s\nwant those of before\n%s", err, asJSON(t, again), asJSON(t, rounds))
	}
	profiled = folder.Profiled()
	if len(profiled) != 1 || profiled[0].Partial || profiled[0].Bundle == "" {
		t.Fatalf("got %+v, want the run made again", profiled)
	}
	if err := folder.Close(""); err != nil {
		t.Fatal(err)
	}
	checkBundle(t, filepath.Join(path, profiled[0].Bundle), 100)
}

// TestProfiledRoundOfASlowService: who is still waited for when the profiles are
// taken is no error of the service.
func TestProfiledRoundOfASlowService(t *testing.T) {
	t.Parallel()
	spec := profiling(helperArm("slow", "pprof sleep=1500ms", 20, time.Second))
	spec.Rounds, spec.Profile.Kinds = 0, []profiles.Kind{profiles.Goroutine}
	_, profiled, _ := runWhole(t, spec)
	if len(profiled) != 1 {
		t.Fatalf("got %d runs", len(profiled))
	}
	if l := profiled[0].Load; l.Errors != 0 || len(l.Failures) != 0 || l.Requests != l.Answered {
		t.Errorf("got %+v, want no errors", l)
	}
}

// TestProfiledRoundOfADyingService plants a crash under the profiler: what was
// measured until then stays, and the failure is the arm's.
func TestProfiledRoundOfADyingService(t *testing.T) {
	t.Parallel()
	spec := profiling(helperArm("dying", "pprof crash=60", 100, time.Second))
	spec.Rounds, spec.Profile.Duration = 0, 10*time.Second
	folder, _ := newFolder(t, spec)
	_, err := experiment.Run(t.Context(), spec, folder)
	var failed *experiment.ArmError
	if !errors.As(err, &failed) || !strings.Contains(err.Error(), "dying in profiled round 1: ") || !strings.Contains(err.Error(), "out of luck") {
		t.Errorf("got %v, want the arm's failure", err)
	}
	profiled := folder.Profiled()
	if len(profiled) != 1 || profiled[0].Failure == "" || profiled[0].Load.Requests == 0 {
		t.Errorf("got %+v, want the run with its failure", profiled)
	}
	if err := folder.Discard(); err != nil {
		t.Error(err)
	}
}

// TestProfileOnly has no rounds that count at all.
func TestProfileOnly(t *testing.T) {
	t.Parallel()
	spec := profiling(helperArm("a", "pprof work=1ms", 100, time.Second))
	spec.Rounds, spec.Profile.Rounds, spec.Profile.Duration = 0, 2, 0
	rounds, profiled, path := runWhole(t, spec)
	if len(rounds) != 0 || len(profiled) != 2 {
		t.Fatalf("got %d rounds and %d profiled runs", len(rounds), len(profiled))
	}
	bundles, err := runfolder.Bundles(path)
	want := []runfolder.ArmBundles{{Arm: "a", Dirs: []string{
		filepath.Join(path, "arms/a/profile-1/profiles"), filepath.Join(path, "arms/a/profile-2/profiles"),
	}, Runs: profiled}}
	if err != nil || asJSON(t, bundles) != asJSON(t, want) {
		t.Errorf("got %v, %v, want %v", bundles, err, want)
	}
	single, err := runfolder.Bundles(want[0].Dirs[0])
	if err != nil || !reflect.DeepEqual(single, []runfolder.ArmBundles{{Dirs: want[0].Dirs[:1]}}) {
		t.Errorf("of a bundle: got %v, %v", single, err)
	}
	if profiled[0].Seed == profiled[1].Seed {
		t.Error("both runs sent the same requests")
	}
}

func TestProfileOptionsAreChecked(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		want   string
		change func(*experiment.Spec)
	}{
		{"whole seconds", func(s *experiment.Spec) { s.Profile.Duration = 1500 * time.Millisecond }},
		{"profiled rounds must", func(s *experiment.Spec) { s.Profile.Rounds = -1 }},
		{"nothing to profile", func(s *experiment.Spec) { s.Capacity, s.CapacityOnly = &experiment.CapacityOptions{}, true }},
		{"rounds must be 1", func(s *experiment.Spec) { s.Rounds, s.Profile = 0, nil }},
		{"must not be negative", func(s *experiment.Spec) { s.Profile.TraceDuration = -1 }},
	} {
		spec := profiling(helperArm("a", "", 100, time.Second))
		row.change(&spec)
		folder, _ := newFolder(t, profiling())
		if _, err := experiment.Run(t.Context(), spec, folder); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("got %v, want %q", err, row.want)
		}
	}
}
