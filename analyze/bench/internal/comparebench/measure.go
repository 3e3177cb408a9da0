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
	"sync"
	"syscall"
	"text/tabwriter"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/bars"
)

// The programs that are judged: ours, beside the one that all are measured
// against.
const (
	benchstat = "benchstat"
	compare   = "lotteryctl compare"
)

// atMost is what compare may cost, in times of benchstat's cost.
const atMost = 1.5

// program is one of the programs compared, and what was measured of it.
type program struct {
	name, pkg, path string
	args            []string
	wall            series // of whole processes, in milliseconds
	cpu             series // user and system, in milliseconds
	peak            series // resident memory, in MiB
	anon            series // peak of its part that is no file's, such as the program's own code; in MiB
}

// measure runs every program once per round, each round in the opposite order
// of the last, so that a slow moment or a trend falls on all alike.
//
// The kernel counts the memory of this process, from which a child is forked,
// as the least peak of the child. So nothing big is held here: the input was
// streamed to disk and outputs go nowhere.
func measure(ctx context.Context, dir string, programs []*program, rounds int, machine *bars.Machine) error {
	for round := range rounds + 1 {
		machine.Pause(ctx)
		for _, p := range programs {
			wall, state, err := runOnce(ctx, dir, p, nil)
			if err != nil {
				return err
			}
			if round == 0 {
				continue // it warms the page cache
			}
			p.wall = append(p.wall, millis(wall))
			p.cpu = append(p.cpu, millis(state.UserTime()+state.SystemTime()))
			p.peak = append(p.peak, peakMemory(state))
			if err := measureAnonymous(ctx, dir, p); err != nil {
				return err
			}
		}
		slices.Reverse(programs)
	}
	return nil
}

// measureAnonymous runs the program once more and watches its memory. The
// watching takes processor time, so nothing else is measured in that run.
func measureAnonymous(ctx context.Context, dir string, p *program) error {
	var most float64
	_, _, err := runOnce(ctx, dir, p, func(pid int) { most = max(most, anonymousMemory(pid)) })
	if err == nil && most > 0 {
		p.anon = append(p.anon, most)
	}
	return err
}

// anonymousMemory returns the resident anonymous memory of a process in MiB, 0
// where the system does not tell.
func anonymousMemory(pid int) float64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(status), "RssAnon:")
	var kib float64
	if _, err := fmt.Sscan(rest, &kib); err != nil {
		return 0
	}
	return kib / (1 << 10)
}

// runOnce runs a program to its end. watch, if not nil, is called every half
// millisecond meanwhile.
func runOnce(ctx context.Context, dir string, p *program, watch func(pid int)) (time.Duration, *os.ProcessState, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	var stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, p.path, p.args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, io.Discard, &stderr
	start := time.Now()
	err := cmd.Start()
	if err != nil {
		return 0, nil, fmt.Errorf("%s: %w", p.name, err)
	}
	stopWatching := watching(cmd.Process.Pid, watch)
	err = cmd.Wait()
	stopWatching()
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

// watching calls watch again and again until stop, which waits for it.
func watching(pid int, watch func(pid int)) (stop func()) {
	if watch == nil {
		return func() {}
	}
	ended := make(chan struct{})
	var work sync.WaitGroup
	work.Go(func() {
		tick := time.NewTicker(500 * time.Microsecond)
		defer tick.Stop()
		for {
			watch(pid)
			select {
			case <-ended:
				return
			case <-tick.C:
			}
		}
	})
	return func() {
		close(ended)
		work.Wait()
	}
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
	base := find(programs, benchstat)
	w := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "median (min..max)\twall ms\tratio\tCPU ms\tratio\tpeak MiB\tratio\tanonymous MiB\tratio")
	for _, p := range slices.SortedFunc(slices.Values(programs), func(a, b *program) int { return strings.Compare(a.name, b.name) }) {
		fmt.Fprintf(w, "%s\t%s\t%.2f\t%s\t%.2f\t%s\t%.2f\t%s\t%.2f\n", p.name,
			p.wall, p.wall.median()/base.wall.median(),
			p.cpu, p.cpu.median()/base.cpu.median(),
			p.peak, p.peak.median()/base.peak.median(),
			p.anon, p.anon.median()/base.anon.median())
	}
	return w.Flush()
}

func find(programs []*program, name string) *program {
	return programs[slices.IndexFunc(programs, func(p *program) bool { return p.name == name })]
}

// judge prints what became of the bars. Of the peak of resident memory, more
// than half is the code of lotteryctl's other commands: the memory that compare
// asks for itself has a bar.
func judge(to io.Writer, programs []*program, others float64) (exitCode int) {
	ours, base := find(programs, compare), find(programs, benchstat)
	var board bars.Board
	fmt.Fprintln(to)
	for _, row := range []struct {
		name       string
		ours, base series
	}{{"wall", ours.wall, base.wall}, {"CPU", ours.cpu, base.cpu}, {"anonymous memory", ours.anon, base.anon}} {
		ratios := make(series, min(len(row.ours), len(row.base)))
		for i := range ratios {
			ratios[i] = row.ours[i] / row.base[i]
		}
		if len(ratios) == 0 {
			continue // a system that does not tell
		}
		bar := bars.Bar{AtMost: atMost}
		fmt.Fprintf(to, "%s / benchstat's, %-18s %.2f [%.2f–%.2f]  bar %s  %s\n", compare, row.name,
			bars.Median(ratios), slices.Min(ratios), slices.Max(ratios), bar, board.Judge(bar, ratios, others))
	}
	fmt.Fprintf(to, "others used %.0f %% of a core in the pauses\n", 100*others)
	return board.ExitCode()
}

// series is one figure of all rounds.
type series []float64

func (s series) median() float64 {
	if len(s) == 0 {
		return 0
	}
	return bars.Median(s)
}

func (s series) String() string {
	if len(s) == 0 {
		return "-"
	}
	return fmt.Sprintf("%.1f (%.1f..%.1f)", s.median(), slices.Min(s), slices.Max(s))
}

func millis(d time.Duration) float64 { return d.Seconds() * 1e3 }
