package runfolder_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/lotteryctl/lotteryctl/internal/runfolder"
)

func TestResumeWantsTheSameExperiment(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run")
	m := twoArms()
	folder, err := runfolder.Create(path, m)
	if err != nil {
		t.Fatal(err)
	}
	if err := folder.Close("interrupted"); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		want   string
		change func(*runfolder.Manifest)
	}{
		{"the name was test and is now other", func(m *runfolder.Manifest) { m.Name = "other" }},
		{"the seed was 11 and is now 12", func(m *runfolder.Manifest) { m.Seed = 12 }},
		{"the number of rounds was 3 and is now 5", func(m *runfolder.Manifest) { m.Rounds = 5 }},
		{"the arms was old, new and is now old", func(m *runfolder.Manifest) { m.Arms = m.Arms[:1] }},
		{"arm new: its rate was 100 and is now 200", func(m *runfolder.Manifest) { m.Arms[1].Rate = 200 }},
		{`arm old: its command was not set and is now ["./svc"]`, func(m *runfolder.Manifest) { m.Arms[0].Command = []string{"./svc"} }},
		{"the workload was constant-1000ps-1s and is now closed-64-connections-1s", func(m *runfolder.Manifest) { m.Workload = "closed-64-connections-1s" }},
	} {
		other := twoArms()
		row.change(&other)
		if _, err := runfolder.Resume(path, other); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("got %v, want %q", err, row.want)
		}
	}
	if _, err := runfolder.Resume(filepath.Join(t.TempDir(), "none"), m); err == nil || !strings.Contains(err.Error(), "not a run folder") {
		t.Errorf("nothing there: got %v", err)
	}
	folder, err = runfolder.Resume(path+".incomplete", m) // either name will do
	if err != nil {
		t.Fatal(err)
	}
	if err := folder.Discard(); err != nil {
		t.Fatal(err)
	}
}

// TestNothingIsResumedOverALock: flock is held by the open folder of this very
// process, too.
func TestNothingIsResumedOverALock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run")
	m := twoArms()
	folder, err := runfolder.Create(path, m)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := runfolder.Resume(path, m); err == nil || !strings.Contains(err.Error(), "being written") {
		t.Errorf("got %v", err)
	}
	if err := folder.Discard(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path + ".incomplete"); !errors.Is(err, syscall.ENOENT) {
		t.Errorf("got %v, want nothing left", err)
	}
}

// twoArms is the manifest of an experiment of three rounds.
func twoArms() runfolder.Manifest {
	m := manifest()
	m.Seed, m.Arms = 11, nil
	for _, name := range []string{"old", "new"} {
		m.Arms = append(m.Arms, runfolder.ArmManifest{Name: name, URL: "http://127.0.0.1:{{port}}/{{seq}}", FreshProcess: true, Rate: 100})
	}
	return m
}
