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

	"github.com/lotteryctl/lotteryctl/internal/bars"
)

// The profiles, and what is done with each.
const (
	small, large             = "60k", "500k"
	drawn, drawnDiff, parsed = " lotteryctl flame, svg", " lotteryctl flame --diff, svg", " google/pprof Parse alone"
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
func measure(ctx context.Context, dir string, programs []*program, rounds int, machine *bars.Machine) error {
	order := slices.Clone(programs)
	for round := range rounds + 1 {
		machine.Pause(ctx)
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
			bars.Median(p.peak), slices.Min(p.peak), slices.Max(p.peak), p.size>>10)
	}
	return w.Flush()
}

// judge prints what became of the bars. Those of time are ratios within a round:
// any program that uses google/pprof's parser pays for that first, and a
// difference has two profiles to read. Memory and size do not depend on how fast
// the machine is.
func judge(to io.Writer, programs []*program, others float64) (exitCode int) {
	named := make(map[string]*program)
	for _, p := range programs {
		named[p.name] = p
	}
	var board bars.Board
	row := func(name string, bar bars.Bar, values series) {
		mark := board.Judge(bar, values, others)
		fmt.Fprintf(to, "%-52s %-18s bar %-8s %s\n", name, values, bar, mark)
	}
	fmt.Fprintln(to)
	for _, size := range []string{small, large} {
		one, two, parse := named[size+drawn], named[size+drawnDiff], named[size+parsed]
		row(size+" page / Parse alone, wall", bars.Bar{AtMost: map[string]float64{small: 2, large: 1.25}[size]}, one.wall.of(parse.wall))
		row(size+" difference / page, wall", bars.Bar{AtMost: 2.2}, two.wall.of(one.wall))
	}
	row(large+" page, peak MiB", bars.Bar{AtMost: 700}, named[large+drawn].peak)
	row(large+" page, written MiB", bars.Bar{AtMost: 5}, series{float64(named[large+drawn].size) / (1 << 20)})
	fmt.Fprintf(to, "others used %.0f %% of a core in the pauses\n", 100*others)
	return board.ExitCode()
}

// series is one figure of all rounds.
type series []float64

// of divides the figures of each round by another program's.
func (s series) of(base series) series {
	ratios := make(series, len(s))
	for i := range s {
		ratios[i] = s[i] / base[i]
	}
	return ratios
}

func (s series) String() string {
	return fmt.Sprintf("%.2f [%.2f–%.2f]", bars.Median(s), slices.Min(s), slices.Max(s))
}
