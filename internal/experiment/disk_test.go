package experiment

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/internal/wholefile"
	"github.com/lotteryctl/lotteryctl/loadgen"
)

// fullDisk lets so many files be written, and the next one half.
func fullDisk(room int) func(string, func(io.Writer) error) error {
	return func(path string, content func(io.Writer) error) error {
		if room--; room >= 0 {
			return wholefile.Write(path, content)
		}
		return wholefile.Write(path, func(w io.Writer) error {
			_ = content(io.Discard)
			_, _ = io.WriteString(w, `{"ha`)
			return &os.PathError{Op: "write", Path: path, Err: syscall.ENOSPC}
		})
	}
}

func diskSpec(t *testing.T) (Spec, runfolder.Manifest) {
	server := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(server.Close)
	start := func(context.Context, Lap) (*Target, error) {
		return &Target{Plan: loadgen.Plan{URL: server.URL, Rate: 200, Duration: 20 * time.Millisecond}}, nil
	}
	spec := Spec{Name: "test", Benchmark: "HTTP", Rounds: 1, Seed: 1, Arms: []Arm{{Name: "a", Start: start}, {Name: "b", Start: start}}}
	return spec, runfolder.Manifest{Name: "test", Benchmark: "HTTP", Rounds: 1, Seed: 1, Arms: []runfolder.ArmManifest{{Name: "a"}, {Name: "b"}}}
}

// TestFullDisk fills the disk at every file in turn. Each time the error says
// so, what is there can be read, nothing half-written lies about, and with room
// the experiment goes on to the end.
func TestFullDisk(t *testing.T) {
	spec, m := diskSpec(t)
	for room := 0; ; room++ {
		path := filepath.Join(t.TempDir(), "run")
		folder, err := runfolder.Create(path, m)
		if err != nil {
			t.Fatal(err)
		}
		folder.WriteWith(fullDisk(room))
		rounds, err := Run(t.Context(), spec, folder)
		closeErr := folder.Close("the disk is full")
		if err == nil && closeErr == nil {
			if room < 2*4 { // two runs of four files each, at least
				t.Errorf("with room for %d files nothing failed", room)
			}
			return
		}
		for _, failed := range []error{err, closeErr} {
			if failed != nil && (!errors.Is(failed, syscall.ENOSPC) || !strings.Contains(failed.Error(), "the disk is full; free some space in "+filepath.Dir(path))) {
				t.Fatalf("room %d: got %v, want to be told what to do", room, failed)
			}
		}
		if closeErr == nil || !strings.Contains(closeErr.Error(), path+".incomplete and can be resumed") {
			t.Fatalf("room %d: got %v, want to be told where the folder is", room, closeErr)
		}
		_, read, skipped, err := runfolder.Read(os.DirFS(path + ".incomplete"))
		if err != nil || len(skipped) > 0 || len(read) < len(rounds) {
			t.Fatalf("room %d: got %d of %d rounds, %v, %v", room, len(read), len(rounds), skipped, err)
		}
		again, err := runfolder.Resume(path, m)
		if err != nil {
			t.Fatalf("room %d: %v", room, err)
		}
		if rounds, err = Run(t.Context(), spec, again); err != nil || len(rounds) != 2 || len(runfolder.Kept(rounds)) != 2 {
			t.Fatalf("room %d: resumed to %d rounds, %v", room, len(rounds), err)
		}
		if err := again.Close(""); err != nil {
			t.Fatal(err)
		}
		for _, pattern := range []string{wholefile.Pattern, "arms/*/*/" + wholefile.Pattern} {
			if left, _ := filepath.Glob(filepath.Join(path, pattern)); len(left) != 0 {
				t.Errorf("room %d: left behind: %v", room, left)
			}
		}
	}
}

func TestFullDiskUnderTheAnswers(t *testing.T) {
	spec, m := diskSpec(t)
	spec.LogAnswers = true
	for i := range spec.Arms {
		start := spec.Arms[i].Start
		spec.Arms[i].Start = func(ctx context.Context, lap Lap) (*Target, error) {
			if err := os.Symlink("/dev/full", filepath.Join(lap.Dir, "answers.jsonl")); err != nil {
				return nil, err
			}
			return start(ctx, lap)
		}
	}
	folder, err := runfolder.Create(filepath.Join(t.TempDir(), "run"), m)
	if err != nil {
		t.Fatal(err)
	}
	rounds, err := Run(t.Context(), spec, folder)
	if len(rounds) != 0 || !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), "answers log") || !strings.Contains(err.Error(), "free some space") {
		t.Errorf("got %d rounds, %v, want the run to be lost for the full disk", len(rounds), err)
	}
	if left, _ := filepath.Glob(filepath.Join(folder.WritingPath(), "arms/*/*")); len(left) != 0 {
		t.Errorf("what fills the disk stays: %v", left)
	}
	if err := folder.Close("the disk is full"); err != nil {
		t.Fatal(err)
	}
}
