package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"
)

// program is one of the programs compared, and what was measured of it.
type program struct {
	name, pkg, path string
	args            []string
	wall            series // of whole processes, in milliseconds
	cpu             series // user and system, in milliseconds
	peak            series // resident memory, in MiB
}

// measure runs every program once per round, each round in the opposite order
// of the last, so that a slow moment or a trend falls on all alike.
//
// The kernel counts the memory of this process, from which a child is forked,
// as the least peak of the child. So nothing big is held here: the input was
// streamed to disk and outputs go nowhere.
func measure(ctx context.Context, dir string, programs []*program, rounds int) error {
	for round := range rounds + 1 {
		for _, p := range programs {
			wall, state, err := runOnce(ctx, dir, p)
			if err != nil {
				return err
			}
			if round == 0 {
				continue // it warms the page cache
			}
			p.wall = append(p.wall, millis(wall))
			p.cpu = append(p.cpu, millis(state.UserTime()+state.SystemTime()))
			p.peak = append(p.peak, peakMemory(state))
		}
		slices.Reverse(programs)
	}
	return nil
}

func runOnce(ctx context.Context, dir string, p *program) (time.Duration, *os.ProcessState, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	var stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, p.path, p.args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, io.Discard, &stderr
	start := time.Now()
	err := cmd.Run()
	wall := time.Since(start)
	// Exit status 1 says that something became worse, which it did.
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == 1 {
		err = nil
	}
	if err != nil {
		return 0, nil, fmt.Errorf("%s: %w\n%s", p.name, err, stderr.Bytes())
	}
	return wall, cmd.ProcessState, nil
}

// peakMemory returns the peak of resident memory in MiB. Linux counts it in
// KiB, macOS in bytes.
func peakMemory(state *os.ProcessState) float64 {
	usage, ok := state.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	if runtime.GOOS == "darwin" {
		return float64(usage.Maxrss) / (1 << 20)
	}
	return float64(usage.Maxrss) / (1 << 10)
}

// report prints medians with their range, and how many times benchstat's
// median each is.
func report(to io.Writer, programs []*program) error {
	base := programs[slices.IndexFunc(programs, func(p *program) bool { return p.name == benchstat })]
	w := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "median (min..max)\twall ms\tratio\tCPU ms\tratio\tpeak MiB\tratio")
	for _, p := range slices.SortedFunc(slices.Values(programs), func(a, b *program) int { return strings.Compare(a.name, b.name) }) {
		fmt.Fprintf(w, "%s\t%s\t%.2f\t%s\t%.2f\t%s\t%.2f\n", p.name,
			p.wall, p.wall.median()/base.wall.median(),
			p.cpu, p.cpu.median()/base.cpu.median(),
			p.peak, p.peak.median()/base.peak.median())
	}
	return w.Flush()
}

// series is one figure of all rounds.
type series []float64

func (s series) median() float64 {
	if len(s) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(s))
	return (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2
}

func (s series) String() string {
	if len(s) == 0 {
		return "-"
	}
	return fmt.Sprintf("%.1f (%.1f..%.1f)", s.median(), slices.Min(s), slices.Max(s))
}

func millis(d time.Duration) float64 { return d.Seconds() * 1e3 }
