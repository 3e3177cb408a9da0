package main

import (
	"context"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/cli"
)

// services runs `lotteryctl services --state-dir DIR args...`.
func services(t *testing.T, dir string, args ...string) string {
	t.Helper()
	stdout, stderr, err := execute(t, append([]string{"services", "--state-dir", dir}, args...)...)
	if err != nil {
		t.Fatalf("services %v: %v\n%s", args, err, stderr)
	}
	return stdout
}

// bringDown keeps a failed test from leaving servers to the machine.
func bringDown(t *testing.T, dir string) {
	t.Helper()
	t.Cleanup(func() { // t.Context is over by now
		args := []string{"services", "down", "--state-dir", dir}
		if err := run(context.Background(), args, strings.NewReader(""), io.Discard, os.Stderr); err != nil {
			t.Errorf("down: %v", err)
		}
	})
}

func TestServicesUpStatusDown(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	bringDown(t, dir)
	if got := services(t, dir, "status"); got != "services are down\n" {
		t.Errorf("status before: got %q", got)
	}
	up := services(t, dir, "up")
	if !strings.Contains(up, "redis://") || !strings.Contains(up, "postgres://") {
		t.Fatalf("up: got %q", up)
	}
	if got, want := services(t, dir, "up"), strings.Replace(up, "are up", "are already up", 1); got != want {
		t.Errorf("second up: got %q, want %q", got, want)
	}
	if got := services(t, dir, "status"); got != up {
		t.Errorf("status: got %q, want %q", got, up)
	}
	var state struct {
		Version, PID    int
		Up              bool
		Redis, Postgres string
	}
	if err := json.Unmarshal([]byte(services(t, dir, "status", "--json")), &state); err != nil {
		t.Fatal(err)
	}
	if state.Version != 1 || !state.Up || !strings.Contains(up, state.Redis) || !strings.Contains(up, state.Postgres) {
		t.Errorf("status --json: got %+v", state)
	}
	info, err := os.Stat(filepath.Join(dir, "services.json"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("state file: %v, %v, want mode 0600", info, err)
	}
	for range 2 { // the second time there is nothing to do
		if got := services(t, dir, "down"); got != "services are down\n" {
			t.Errorf("down: got %q", got)
		}
	}
	// The lock is dropped a moment before the process is reaped.
	deadline := time.Now().Add(10 * time.Second)
	for syscall.Kill(state.PID, 0) == nil && time.Now().Before(deadline) {
		time.Sleep(10 * time.Millisecond)
	}
	if err := syscall.Kill(state.PID, 0); err == nil {
		t.Errorf("the keeper %d still runs", state.PID)
	}
}

func TestServicesAfterACrash(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	bringDown(t, dir)
	services(t, dir, "up")
	state, err := readState(dir)
	if err != nil {
		t.Fatal(err)
	}
	syscall.Kill(state.PID, syscall.SIGKILL)
	deadline, got := time.Now().Add(10*time.Second), ""
	for got != "services are down\n" && time.Now().Before(deadline) {
		time.Sleep(10 * time.Millisecond)
		got = services(t, dir, "status")
	}
	if got != "services are down\n" {
		t.Errorf("status after kill -9: got %q", got)
	}
	if got := services(t, dir, "up"); !strings.HasPrefix(got, "services are up") {
		t.Errorf("up after kill -9: got %q", got)
	}
}

func TestServicesForegroundStopsOnInterrupt(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cmd := exec.Command(os.Args[0], "services", "up", "--foreground", "--state-dir", dir)
	var stdout strings.Builder
	cmd.Stdout = &stdout
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var state keptState
	deadline := time.Now().Add(90 * time.Second)
	for state.PID == 0 && time.Now().Before(deadline) {
		time.Sleep(20 * time.Millisecond)
		state, _ = readState(dir) // not there yet
	}
	cmd.Process.Signal(syscall.SIGINT)
	if err := cmd.Wait(); err != nil {
		t.Errorf("Ctrl-C should be a proper end: %v", err)
	}
	if state.PID == 0 || !strings.Contains(stdout.String(), state.Redis) {
		t.Errorf("got stdout %q, state %v", stdout.String(), state)
	}
	if _, err := os.Stat(filepath.Join(dir, "services.json")); err == nil {
		t.Error("the state file was left behind")
	}
}

// TestServicesUpSaysWhyNot: the reason is known to the keeper in the
// background, and reaches the one who asked.
func TestServicesUpSaysWhyNot(t *testing.T) {
	temp := filepath.Join(t.TempDir(), "closed")
	if err := os.Mkdir(temp, 0o500); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	t.Setenv("TMPDIR", temp) // nobody may write there; root may, but not its servers' account
	_, stderr, err := execute(t, "services", "--state-dir", dir, "up")
	if cli.ExitCode(err) != cli.CodeUsage || strings.Count(stderr, "lotteryctl: ") != 1 {
		t.Errorf("got %v, %q", err, stderr)
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("left in the state folder: %v", left)
	}
}

// TestDefaultStateDirIsNotLeftBehind covers up and down by their defaults.
func TestDefaultStateDirIsNotLeftBehind(t *testing.T) {
	t.Parallel()
	runtimeDir := t.TempDir()
	for _, args := range []string{"status", "up", "down"} {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "services", args)
		cmd.Env = append(os.Environ(), "XDG_RUNTIME_DIR="+runtimeDir)
		if output, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v, %s", args, err, output)
		}
	}
	gone := func() bool { left, _ := os.ReadDir(runtimeDir); return len(left) == 0 }
	for deadline := time.Now().Add(10 * time.Second); !gone() && time.Now().Before(deadline); {
		time.Sleep(10 * time.Millisecond)
	}
	if !gone() {
		t.Error("the state folder was left behind")
	}
}

func TestServicesCheck(t *testing.T) {
	stdout, _, err := execute(t, "services", "check")
	if err != nil || !strings.HasPrefix(stdout, "redis     /") || !strings.Contains(stdout, "\npostgres  /") {
		t.Errorf("got %q, %v", stdout, err)
	}
}

func TestStateDirOfOthersIsRefused(t *testing.T) {
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	_, stderr, err := execute(t, "services", "status", "--state-dir", dir)
	if cli.ExitCode(err) != cli.CodeUsage || !strings.Contains(stderr, "--state-dir") {
		t.Errorf("got %v, %q", err, stderr)
	}
}

// keptState is what services up leaves for other commands, as its format says.
type keptState struct {
	PID   int
	Redis string
}

func readState(dir string) (s keptState, err error) {
	text, err := os.ReadFile(filepath.Join(dir, "services.json"))
	if err != nil {
		return s, err
	}
	return s, json.Unmarshal(text, &s)
}
