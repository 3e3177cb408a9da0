// Flamebench measures how long it takes to turn a large profile into a page: it
// makes profiles of 60,000 and 517,430 stacks of 53 frames, has whole processes
// of lotteryctl draw them, alone and as a difference, and has others do less,
// in turn, round after round. It prints wall time, CPU, peak memory and the size
// of what was written.
//
//	go run ./analyze/flame/internal/flamebench
//	go run ./analyze/flame/internal/flamebench -write DIR   # only the profiles
//
// It exits with 1 if a bar was missed, and with 3 if that was while other
// programs used the machine.
package main

import (
	"compress/gzip"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"time"

	"github.com/google/pprof/profile"

	"github.com/lotteryctl/lotteryctl/analyze/flame/internal/stackgen"
	"github.com/lotteryctl/lotteryctl/internal/bars"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code, err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "flamebench:", err)
		code = 2
	}
	os.Exit(code)
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) (code int, err error) {
	flags := flag.NewFlagSet("flamebench", flag.ContinueOnError)
	flags.SetOutput(stderr)
	rounds := flags.Int("rounds", 10, "how often each program runs")
	write := flags.String("write", "", "only write the profiles into this `folder`")
	parse := flags.String("parse", "", "be a program that only parses this `file`, with google/pprof (used by flamebench itself)")
	if err := flags.Parse(args); err != nil {
		return 0, err
	}
	switch {
	case *write != "":
		return 0, writeProfiles(*write)
	case *parse != "":
		return 0, parseOnly(*parse)
	case *rounds < 1:
		return 0, errors.New("-rounds must be at least 1")
	}
	dir, err := os.MkdirTemp("", "flamebench")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	programs, err := build(ctx, dir)
	if err != nil {
		return 0, err
	}
	fmt.Fprintf(stdout, "%s, %d cores, %d interleaved rounds, %s\n\n", runtime.Version(), runtime.NumCPU(), *rounds, time.Now().Format(time.DateOnly))
	var machine bars.Machine
	if err := measure(ctx, dir, programs, *rounds, &machine); err != nil {
		return 0, err
	}
	if err := report(stdout, programs); err != nil {
		return 0, err
	}
	return judge(stdout, programs, machine.Others()), nil
}

// sizes are the profiles: file names and numbers of stacks.
func sizes() map[string]int { return map[string]int{small: 60_000, large: 517_430} }

// writeProfiles writes, of each size, a profile and the same program's after it
// became slower in one place and was asked for more.
func writeProfiles(dir string) error {
	for name, stacks := range sizes() {
		before := stackgen.Options{Stacks: stacks, Depth: 53, Seed: 1, Weights: 1}
		after := before
		after.Weights, after.Load, after.Slower = 2, 1.3, 1.5
		err := errors.Join(
			writeProfile(filepath.Join(dir, name+".pb.gz"), before),
			writeProfile(filepath.Join(dir, name+"-after.pb.gz"), after))
		if err != nil {
			return err
		}
	}
	return nil
}

func writeProfile(path string, o stackgen.Options) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	packed := gzip.NewWriter(file)
	return errors.Join(stackgen.New(o).WriteUncompressed(packed), packed.Close(), file.Close())
}

// parseOnly is what any program that uses google/pprof's parser pays first.
func parseOnly(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	_, err = profile.Parse(file)
	return err
}

// build builds the programs, and has this one make the profiles: in a process
// of its own, since a parent's memory counts as its children's.
func build(ctx context.Context, dir string) ([]*program, error) {
	const ours = "github.com/lotteryctl/lotteryctl/"
	for _, pkg := range []string{"cmd/lotteryctl", "analyze/flame/internal/flamebench"} {
		cmd := exec.CommandContext(ctx, "go", "build", "-buildvcs=false", "-trimpath", "-o", dir, ours+pkg)
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := cmd.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("building %s: %w\n%s", pkg, err, out)
		}
	}
	self, lotteryctl := filepath.Join(dir, "flamebench"), filepath.Join(dir, "lotteryctl")
	if out, err := exec.CommandContext(ctx, self, "-write", dir).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("making profiles: %w\n%s", err, out)
	}
	var programs []*program
	for _, size := range []string{small, large} {
		in, after := size+".pb.gz", size+"-after.pb.gz"
		one, two := size+".svg", size+"-diff.svg"
		programs = append(programs,
			&program{name: size + drawn, path: lotteryctl, out: one, args: []string{"flame", "--type", "cpu", "--out", one, in}},
			&program{name: size + drawnDiff, path: lotteryctl, out: two, args: []string{"flame", "--type", "cpu", "--out", two, "--diff", in, after}},
			&program{name: size + parsed, path: self, args: []string{"-parse", in}},
		)
	}
	return programs, nil
}
