// Command chaos attacks lotteryd: real processes, real stores, and a network in
// between that fails.
//
// In each cycle clients draw from new activities while one fault or two happen to
// one to three lotteryd, their Redis and their Postgres: see --list. Then all is
// healed, every request is asked for until it has a definite answer, and ledger,
// Redis and what the clients were told are audited. Every single fault and every
// pair is a cycle, in an order that the seed chooses.
//
//	go run ./internal/chaos [--seed 1] [--cycles 100] [--out runs/chaos]
//	go run ./internal/chaos --resume runs/chaos
//	go run ./internal/chaos --planted
//
// It exits with 1 if a promise was not kept, and with 3 if it was interrupted;
// --resume goes on then.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	code, err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "chaos:", err)
	}
	os.Exit(code)
}

// run returns the exit code: 1 if a promise was not kept, 2 for an error, 3 if it
// was interrupted.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) (int, error) {
	var s setup
	var out, resume, program string
	var bound time.Duration
	var list, planted bool
	flags := flag.NewFlagSet("chaos", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Uint64Var(&s.Seed, "seed", 1, "seed of all choices")
	flags.IntVar(&s.First, "first", 0, "number of the first cycle")
	flags.IntVar(&s.Cycles, "cycles", 100, "how many cycles")
	flags.IntVar(&s.Workers, "workers", 10, "clients that draw at the same time")
	flags.StringVar(&s.Only, "only", "", "combinations instead of all, such as kill-redis,evict+kill-lotteryd")
	flags.DurationVar(&bound, "bound", 30*time.Second, "time from healed in which all requests must have a definite answer")
	flags.StringVar(&out, "out", "", "folder of the archive; by default runs/chaos- and the time")
	flags.StringVar(&resume, "resume", "", "continue the run in this folder")
	flags.StringVar(&program, "lotteryd", "", "lotteryd binary to attack; by default, built first")
	flags.BoolVar(&list, "list", false, "list the faults, or with --planted the planted bugs, and end")
	flags.BoolVar(&planted, "planted", false, "look for planted bugs instead of attacking; --only names some of them")
	if err := flags.Parse(args); err != nil {
		return 2, nil
	}
	switch {
	case list && planted:
		for _, p := range plants() {
			fmt.Fprintf(stdout, "%-20s %s\n", p.name, p.about)
		}
		return 0, nil
	case list:
		for _, f := range faults() {
			fmt.Fprintf(stdout, "%-20s %s\n", f.name, f.about)
		}
		return 0, nil
	}
	if s.Cycles < 1 || s.First < 0 || s.Workers < 1 || bound <= 0 {
		return 2, errors.New("--cycles and --workers must be at least 1, --first at least 0, and --bound above 0")
	}
	if planted {
		return plantedOnly(ctx, s, stdout, stderr)
	}
	s.Version, s.Bound = 1, bound.String()
	var a *archive
	var err error
	if resume != "" {
		a, err = openArchive(resume)
	} else {
		if out == "" {
			out = "runs/chaos-" + time.Now().UTC().Format("20060102-150405")
		}
		a, err = createArchive(out, s)
	}
	if err != nil {
		return 2, err
	}
	return attack(ctx, a, program, stdout, stderr)
}

// attack runs what is left of an archive against a program, "" for one that is
// built here, and prints all of it.
func attack(ctx context.Context, a *archive, program string, stdout, stderr io.Writer) (code int, err error) {
	if _, err := chosen(a.setup.Only, a.setup.Seed); err != nil {
		return 2, err
	}
	folder, err := newFolder()
	if err != nil {
		return 2, err
	}
	defer os.RemoveAll(folder)
	if program == "" {
		if program, err = build(ctx, folder); err != nil {
			return 2, err
		}
	}
	w, err := openWorld(ctx, program, folder, func(text string) { fmt.Fprintln(stderr, text) })
	if err != nil {
		return 2, err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	return finish(ctx, a, w, stdout, stderr)
}

// finish does the cycles that an archive lacks, and prints what all came to.
func finish(ctx context.Context, a *archive, w *world, stdout, stderr io.Writer) (code int, err error) {
	bound, err := time.ParseDuration(a.setup.Bound)
	if err != nil {
		return 2, fmt.Errorf("bound of the archive: %w", err)
	}
	r := &runner{archive: a, bound: bound, progress: stderr, world: w}
	broken, err := r.run(ctx)
	summarize(stdout, a)
	switch {
	case ctx.Err() != nil:
		return 3, fmt.Errorf("interrupted; continue with --resume %s", a.folder)
	case err != nil:
		return 2, err
	case broken > 0:
		return 1, fmt.Errorf("%d cycles broke a promise; see %s", broken, a.folder)
	}
	return 0, nil
}

// mostHunts is how many cycles there are for one planted bug.
const mostHunts = 8

// plantedOnly looks for all planted bugs, or for those that are named.
func plantedOnly(ctx context.Context, s setup, stdout, stderr io.Writer) (int, error) {
	var list []plant
	for _, p := range plants() {
		if s.Only == "" || slices.Contains(strings.Split(s.Only, ","), p.name) {
			list = append(list, p)
		}
	}
	if len(list) == 0 {
		return 2, fmt.Errorf("there is no planted bug %q", s.Only)
	}
	missed, err := huntAll(ctx, list, s.Seed, mostHunts, stdout, stderr)
	switch {
	case err != nil:
		return 2, err
	case missed > 0:
		return 1, fmt.Errorf("%d planted bugs were not found", missed)
	}
	return 0, nil
}
