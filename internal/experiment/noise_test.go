package experiment_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/experiment"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
)

// makeNoise keeps every processor busy many times over until the test ends.
func makeNoise(t *testing.T) {
	t.Helper()
	for range 4 * runtime.NumCPU() {
		cmd := exec.Command(os.Args[0], "busy=10m")
		cmd.Env = append(os.Environ(), helperVariable+"=noise")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			_ = cmd.Process.Kill()
			_ = cmd.Wait() // the error says that it was killed
		})
	}
}

func TestNoisyRoundIsRepeatedWhole(t *testing.T) {
	makeNoise(t)
	window := 300 * time.Millisecond
	spec := experiment.Spec{
		Name: "test", Benchmark: "HTTP", Rounds: 1, Seed: 4, Repeats: 1,
		Arms: []experiment.Arm{helperArm("a", "work=2ms", 100, window).Arm(), helperArm("b", "work=2ms", 100, window).Arm()},
		// The helpers work a fifth of the time and wait for most of it.
		NoiseLimit: runfolder.NoiseLimit{ServerRunQueue: 0.01},
	}
	folder, path := newFolder(t, spec)
	rounds, err := experiment.Run(t.Context(), spec, folder)
	if err != nil {
		t.Fatal(err)
	}
	if err := folder.Close(""); err != nil {
		t.Fatal(err)
	}
	// The first try is given up at its first run; the last one is kept whole.
	first := runfolder.RoundOrder(4, 1, 2)[0]
	if len(rounds) != 3 || !rounds[0].Repeated || rounds[0].Arm != spec.Arms[first].Name || rounds[1].Repeated || rounds[2].Repeated ||
		rounds[0].Repeat != 0 || rounds[1].Repeat != 1 || rounds[1].Arm != rounds[0].Arm {
		t.Fatalf("got %+v, want a run that was repeated and two that stay", rounds)
	}
	for _, r := range rounds {
		if len(r.Noisy) != 1 || !strings.Contains(r.Noisy[0], "server run-queue delay was ") {
			t.Errorf("the planted noise was not noticed: %v, %+v", r.Noisy, r.Noise)
		}
	}
	_, read, _, err := runfolder.Read(os.DirFS(path))
	if err != nil || asJSON(t, read) != asJSON(t, rounds) {
		t.Errorf("read back: got %v and\n%s\nwant\n%s", err, asJSON(t, read), asJSON(t, rounds))
	}
	checkBenchFile(t, path, rounds[1:])
	dirs, _ := filepath.Glob(filepath.Join(path, "arms", "*", "*"))
	for i := range dirs {
		dirs[i], _ = filepath.Rel(filepath.Join(path, "arms"), dirs[i])
	}
	if want := []string{"a/round-1", "b/round-1", rounds[0].Arm + "/round-1.repeated-1"}; !slices.Equal(dirs, sorted(want)) {
		t.Errorf("got folders %v, want %v", dirs, want)
	}
}

func sorted(s []string) []string { slices.Sort(s); return s }

func TestQuietRoundIsNotRepeated(t *testing.T) {
	spec := experiment.Spec{
		Name: "test", Benchmark: "HTTP", Rounds: 2, Repeats: 3,
		Arms: []experiment.Arm{helperArm("a", "", 20, 200*time.Millisecond).Arm()},
		// What a busy test machine does to 20 requests a second is far below.
		NoiseLimit: runfolder.NoiseLimit{ServerRunQueue: 20, ClientRunQueue: 20, CPUPressure: 2, ForeignCPU: 2},
	}
	folder, _ := newFolder(t, spec)
	rounds, err := experiment.Run(t.Context(), spec, folder)
	if err != nil || len(rounds) != 2 {
		t.Fatalf("got %d runs, %v, want 2", len(rounds), err)
	}
	for _, r := range rounds {
		if r.Noisy != nil || r.Repeat != 0 || r.Repeated {
			t.Errorf("got %+v, want a run without complaints", r)
		}
		if r.Halves == nil || r.Halves.First <= 0 || r.Halves.Second <= 0 {
			t.Errorf("got %+v, want the medians of both halves", r.Halves)
		}
		if n := r.Noise; n.Over <= 0 || n.Cores < 1 || n.ClientRunQueue == nil || n.ClientSwitches == nil || n.ForeignCPU == nil || n.LoadAverage == nil {
			t.Errorf("got %+v, want every covariate that Linux has", n)
		}
	}
}
