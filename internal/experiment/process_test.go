package experiment_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/experiment"
)

func startShell(t *testing.T, script string) *experiment.Process {
	t.Helper()
	p, err := experiment.StartProcess([]string{"/bin/sh", "-c", script}, []string{"GREETING=hello"}, filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		_ = p.Stop(ctx) // an error says that it was gone already
	})
	return p
}

// awaitLog waits until the process has written text.
func awaitLog(t *testing.T, p *experiment.Process, text string) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !strings.Contains(string(p.Log()), text); {
		if time.Now().After(deadline) {
			t.Fatalf("no %q in the log: %q", text, p.Log())
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func TestProcessStopsWhenAsked(t *testing.T) {
	p := startShell(t, `trap 'echo bye; exit 0' TERM; echo $GREETING; while :; do sleep 0.05; done`)
	awaitLog(t, p, "hello")
	if err := p.EarlyEnd(); err != nil {
		t.Errorf("while it runs: got %v", err)
	}
	if err := p.Stop(t.Context()); err != nil {
		t.Error(err)
	}
	awaitLog(t, p, "bye")
}

func TestProcessThatEndedEarlySaysWhy(t *testing.T) {
	p := startShell(t, `echo starting; echo "port is taken" >&2; exit 3`)
	<-p.Ended()
	err := p.Stop(t.Context())
	if err == nil || !strings.Contains(err.Error(), "exit status 3") || !strings.HasSuffix(err.Error(), "port is taken") {
		t.Errorf("got %v, want the status and the last line", err)
	}
}

func TestProcessThatIgnoresTheRequestIsKilled(t *testing.T) {
	p := startShell(t, `trap '' TERM; echo ready; while :; do sleep 0.05; done`)
	awaitLog(t, p, "ready")
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if err := p.Stop(ctx); err == nil || !strings.Contains(err.Error(), "killed") {
		t.Errorf("got %v", err)
	}
	select {
	case <-p.Ended():
	default:
		t.Error("it still runs")
	}
}

func TestProcessThatIsNotThere(t *testing.T) {
	_, err := experiment.StartProcess([]string{"/nonexistent/program"}, nil, filepath.Join(t.TempDir(), "log"))
	if err == nil || !strings.Contains(err.Error(), "/nonexistent/program") {
		t.Errorf("got %v", err)
	}
}

// TestLogsAreScrubbed has a secret cross the border of what is searched at once,
// and another one in front of the log.
func TestLogsAreScrubbed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	script := `printf '%s\n' "$1"; head -c 1048560 /dev/zero | tr '\\0' '.'; printf '%s\n%s\n' "$1" "$2"`
	p, err := experiment.StartProcess([]string{"/bin/sh", "-c", script, "x", "--token=first-secret-of-two", "--plain=not-a-secret"},
		[]string{"DB_PASSWORD=first-secret"}, path)
	if err != nil {
		t.Fatal(err)
	}
	<-p.Ended()
	if err := p.Stop(t.Context()); !errors.Is(err, experiment.ErrEndedEarly) || strings.Contains(err.Error(), "first-secret") {
		t.Errorf("Stop: %v", err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), "first-secret") || strings.Count(string(text), "--token="+strings.Repeat("*", 19)) != 2 || !strings.Contains(string(text), "--plain=not-a-secret") {
		t.Errorf("%d bytes: %.60q ... %q", len(text), text, text[len(text)-80:])
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("got %v, %v", info.Mode(), err)
	}
}
