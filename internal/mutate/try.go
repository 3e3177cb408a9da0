package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// A mutant may use this many times the CPU time of the unchanged tests, and at
// least so much. CPU time, because a loop without end is to be told from a slow
// machine. The time that passes is limited too, for tests that wait for ever.
const (
	patience      = 4
	leastPatience = 2 * time.Second
	longestWait   = 5 * time.Minute
)

// bench builds and runs the tests of one room.
type bench struct {
	room   room
	folder string // temporary
}

// try gives every covered mutant its outcome.
func try(ctx context.Context, r room, mutants []mutant) error {
	folder, err := os.MkdirTemp("", "mutate-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	// Tests that start servers put them here, and root starts Postgres as an
	// account of its own.
	if err := os.Chmod(folder, 0o755); err != nil {
		return err
	}
	b := bench{r, folder}
	limits, err := b.limits(ctx)
	if err != nil {
		return err
	}
	for i := range mutants {
		m := &mutants[i]
		if m.outcome == notCovered {
			continue
		}
		if m.outcome, err = b.outcome(ctx, m, limits); err != nil {
			return err
		}
		fmt.Fprintf(os.Stderr, "%s %d/%d %-10s %s\n", time.Now().Format(time.TimeOnly), i+1, len(mutants), m.outcome, m)
	}
	return nil
}

// stages are the arguments of the runs that a mutant has to pass.
func (b bench) stages() [][]string {
	if b.room.quick == "" {
		return [][]string{nil}
	}
	return [][]string{{"-test.run=" + b.room.quick}, {"-test.skip=" + b.room.quick}}
}

// limits runs the unchanged tests, which must pass, and says how long a mutant
// may take for each stage.
func (b bench) limits(ctx context.Context) ([]time.Duration, error) {
	if !b.build(ctx, "") {
		return nil, fmt.Errorf("%s: its tests cannot be built", b.room.dir)
	}
	var limits []time.Duration
	for _, stage := range b.stages() {
		o, used, text := b.run(ctx, stage, time.Hour)
		if o != lived {
			return nil, fmt.Errorf("%s: its tests fail without any change:\n%s", b.room.dir, text)
		}
		limits = append(limits, max(leastPatience, patience*used))
	}
	return limits, nil
}

func (b bench) outcome(ctx context.Context, m *mutant, limits []time.Duration) (outcome, error) {
	changed := filepath.Join(b.folder, "changed.go")
	if err := os.WriteFile(changed, m.source, 0o600); err != nil {
		return "", err
	}
	original, err := filepath.Abs(m.file)
	if err != nil {
		return "", err
	}
	overlay, err := json.Marshal(map[string]map[string]string{"Replace": {original: changed}})
	if err != nil {
		return "", err
	}
	path := filepath.Join(b.folder, "overlay.json")
	if err := os.WriteFile(path, overlay, 0o600); err != nil {
		return "", err
	}
	if !b.build(ctx, path) {
		return notViable, ctx.Err()
	}
	for i, stage := range b.stages() {
		if o, _, _ := b.run(ctx, stage, limits[i]); o != lived {
			return o, ctx.Err()
		}
	}
	return lived, ctx.Err()
}

// build makes the test program, of the unchanged room without an overlay.
func (b bench) build(ctx context.Context, overlay string) bool {
	args := []string{"test", "-c", "-vet=off", "-trimpath", "-ldflags=-s -w", "-o", b.program()}
	if overlay != "" {
		args = append(args, "-overlay", overlay)
	}
	return exec.CommandContext(ctx, "go", append(args, "./"+b.room.dir)...).Run() == nil
}

func (b bench) program() string { return filepath.Join(b.folder, "tests") }

// run runs the test program with a limit of CPU time; lived means that it passed.
func (b bench) run(ctx context.Context, args []string, limit time.Duration) (o outcome, used time.Duration, text []byte) {
	ctx, cancel := context.WithTimeout(ctx, longestWait)
	defer cancel()
	seconds := int(math.Ceil(limit.Seconds()))
	script := fmt.Sprintf(`ulimit -t %d; exec "$0" "$@"`, seconds)
	cmd := exec.CommandContext(ctx, "sh", append([]string{"-c", script, b.program(), "-test.failfast"}, args...)...)
	cmd.Dir = b.room.dir
	cmd.Env = append(os.Environ(), "TMPDIR="+b.folder) // what a killed test leaves is removed with it
	// What the tests started ends with them.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = time.Second
	text, err := cmd.CombinedOutput()
	atLimit := false
	if cmd.ProcessState != nil {
		used = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
		// The kernel ends a process at its limit by a signal, and counts the time
		// of that a little differently. A crash of Go is an exit code.
		status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus)
		atLimit = ok && status.Signaled() && used.Seconds() >= 0.8*float64(seconds)
	}
	switch {
	case err == nil:
		return lived, used, text
	case errors.Is(ctx.Err(), context.DeadlineExceeded) || atLimit:
		return timedOut, used, text
	}
	return killed, used, text
}
