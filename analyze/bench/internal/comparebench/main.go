// Comparebench compares the cost of "lotteryctl compare" with benchstat's: it
// builds both, writes two files of results, lets each program compare them in
// turn, round after round, and prints wall time and peak memory of the whole
// processes.
//
//	go run ./analyze/bench/internal/comparebench
//	go run ./analyze/bench/internal/comparebench -write DIR   # only the input
//
// It exits with 1 if a bar was missed, and with 3 if that was while other
// programs used the machine.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"

	"github.com/lotteryctl/lotteryctl/analyze/bench"
	"github.com/lotteryctl/lotteryctl/internal/bars"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code, err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "comparebench:", err)
		code = 2
	}
	os.Exit(code)
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) (code int, err error) {
	flags := flag.NewFlagSet("comparebench", flag.ContinueOnError)
	flags.SetOutput(stderr)
	var s shape
	flags.IntVar(&s.benchmarks, "benchmarks", 200, "benchmarks per file")
	flags.IntVar(&s.samples, "samples", 20, "runs of each benchmark")
	rounds := flags.Int("rounds", 10, "how often each program runs")
	write := flags.String("write", "", "only write old.txt and new.txt into this `folder`")
	tables := flags.Bool("tables", false, "be a program that only prints the tables of the files named (used by comparebench itself)")
	if err := flags.Parse(args); err != nil {
		return 0, err
	}
	if *write != "" {
		return 0, writeInputs(*write, s)
	}
	if *rounds < 1 {
		return 0, errors.New("-rounds must be at least 1")
	}
	if *tables {
		return 0, writeTables(stdout, flags.Args())
	}

	dir, err := os.MkdirTemp("", "comparebench")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	if err := writeInputs(dir, s); err != nil {
		return 0, err
	}
	programs, err := build(ctx, dir)
	if err != nil {
		return 0, err
	}
	fmt.Fprintf(stdout, "%d benchmarks x %d runs x 5 metrics in each of two files, %d interleaved rounds\n\n", s.benchmarks, s.samples, *rounds)
	var machine bars.Machine
	if err := measure(ctx, dir, programs, *rounds, &machine); err != nil {
		return 0, err
	}
	if err := report(stdout, programs); err != nil {
		return 0, err
	}
	return judge(stdout, programs, machine.Others()), nil
}

func writeInputs(dir string, s shape) error {
	for i, name := range []string{"old.txt", "new.txt"} {
		f, err := os.Create(filepath.Join(dir, name))
		if err != nil {
			return err
		}
		if err := writeInput(f, s, uint64(i), 1+0.1*float64(i)); err != nil {
			f.Close()
			return err
		}
		if err := f.Close(); err != nil {
			return err
		}
	}
	return nil
}

// build builds the programs.
func build(ctx context.Context, dir string) ([]*program, error) {
	const ours = "github.com/lotteryctl/lotteryctl/"
	programs := []*program{
		{name: benchstat, pkg: "golang.org/x/perf/cmd/benchstat", args: []string{"old.txt", "new.txt"}},
		{name: compare, pkg: ours + "cmd/lotteryctl", args: []string{"compare", "old.txt", "new.txt"}},
		{name: "tables alone, of package bench", pkg: ours + "analyze/bench/internal/comparebench", args: []string{"-tables", "old.txt", "new.txt"}},
		// What the programs cost before they do anything. lotteryctl is many
		// commands, and more than half of its memory is their code. (Less than
		// this process has itself, some 4 MiB, is not seen: see measure.)
		{name: "idle benchstat", pkg: "golang.org/x/perf/cmd/benchstat", args: []string{os.DevNull}},
		{name: "idle lotteryctl", pkg: ours + "cmd/lotteryctl", args: []string{"compare", "--help"}},
	}
	for _, p := range programs {
		p.path = filepath.Join(dir, filepath.Base(p.pkg))
		cmd := exec.CommandContext(ctx, "go", "build", "-buildvcs=false", "-trimpath", "-o", p.path, p.pkg)
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0") // benchstat needs no C; nor do the others
		if out, err := cmd.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("building %s: %w\n%s", p.name, err, out)
		}
	}
	return programs, nil
}

// writeTables prints what benchstat would, by package bench.
func writeTables(to io.Writer, args []string) error {
	inputs := bench.ParseInputs(args)
	for i := range inputs {
		f, err := os.Open(inputs[i].Path)
		if err != nil {
			return err
		}
		defer f.Close()
		inputs[i].Reader = f
	}
	set, err := bench.Read(inputs...)
	if err != nil {
		return err
	}
	tables, err := bench.DefaultQuery().Tables(set)
	if err != nil {
		return err
	}
	return tables.WriteText(to)
}
