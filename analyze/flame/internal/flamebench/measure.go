package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"syscall"
	"text/tabwriter"
	"time"
)

// program is one command that is measured, and what was measured of it.
type program struct {
	name, path string
	args       []string
	out        string // the file it writes; "" for none
	wall, cpu  series // seconds; cpu is user and system
	peak       series // resident memory, in MiB
	size       int64  // of out, in bytes
}

// measure runs every program once per round, each round in the opposite order
// of the last, so that a slow moment or a trend falls on all alike. A first
// round, which warms the page cache, does not count.
func measure(ctx context.Context, dir string, programs []*program, rounds int) error {
	order := slices.Clone(programs)
	for round := range rounds + 1 {
		for _, p := range order {
			if err := p.run(ctx, dir, round > 0); err != nil {
				return err
			}
		}
		slices.Reverse(order)
	}
	return nil
}

func (p *program) run(ctx context.Context, dir string, counts bool) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	var stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, p.path, p.args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, io.Discard, &stderr
	start := time.Now()
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w\n%s", p.name, err, stderr.Bytes())
	}
	wall := time.Since(start)
	if p.out != "" {
		info, err := os.Stat(filepath.Join(dir, p.out))
		if err != nil {
			return err
		}
		p.size = info.Size()
	}
	if counts {
		p.wall = append(p.wall, wall.Seconds())
		p.cpu = append(p.cpu, (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds())
		p.peak = append(p.peak, peakMemory(cmd.ProcessState))
	}
	return nil
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

// report prints medians with their range.
func report(to io.Writer, programs []*program) error {
	w := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "median [min–max]\twall s\tCPU s\tpeak MiB\twritten KiB")
	for _, p := range programs {
		fmt.Fprintf(w, "%s\t%s\t%s\t%.0f [%.0f–%.0f]\t%d\n", p.name, p.wall, p.cpu,
			p.peak.median(), slices.Min(p.peak), slices.Max(p.peak), p.size>>10)
	}
	return w.Flush()
}

// series is one figure of all rounds.
type series []float64

func (s series) median() float64 {
	sorted := slices.Sorted(slices.Values(s))
	return (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2
}

func (s series) String() string {
	return fmt.Sprintf("%.2f [%.2f–%.2f]", s.median(), slices.Min(s), slices.Max(s))
}
