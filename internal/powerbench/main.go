//go:build linux

// Command powerbench takes the power away from the Redis and the Postgres of a
// lotteryd under load, again and again, and audits what is left each time:
//
//	go run ./internal/powerbench [--losses 300] [--seed 1] [--out runs/power]
//
// The stores are on disks of internal/powerloss, which drop what was not synced.
// Per loss: clients draw for 0.3 to 1.5 s and write down each answer, the power
// goes at an instant, the stores and lotteryd start again on what is left, every
// request is asked again until it has a definite answer, and internal/audit
// compares ledger, Redis and the answers. After some losses the deployment is
// made anew. All choices come from the seed; what the machine's timing decides
// does not. A run that was interrupted continues from the folder --out.
//
// With --planted fsync-off, commit-off or lying-disk, acknowledged wins are lost
// on purpose, and the run is good if that is found.
//
// With --strict-names, the name of a new file survives only after a sync of its
// folder. POSIX allows that, no common file system does it, and Postgres loses
// tables.
//
// It exits with 1 if something was broken, or if a planted fault was not found,
// with 2 if it could not run, and with 3 if it was interrupted.
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
	"syscall"

	"github.com/lotteryctl/lotteryctl/internal/powerloss/fusemount"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	code, err := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "powerbench:", err)
	}
	os.Exit(code)
}

func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) (int, error) {
	c := campaign{Version: 1}
	flags := flag.NewFlagSet("powerbench", flag.ContinueOnError)
	flags.SetOutput(stderr)
	losses := flags.Int("losses", 300, "losses of power, with those of an earlier run in the folder")
	flags.IntVar(&c.PerRound, "per-round", 10, "losses of one deployment")
	flags.Uint64Var(&c.Seed, "seed", 1, "decides all choices")
	planted := flags.String("planted", "", "fault to plant: fsync-off, commit-off or lying-disk")
	flags.BoolVar(&c.Strict, "strict-names", false, "the name of a new file needs a sync of its folder")
	lotteryd := flags.String("lotteryd", "lotteryd", "lotteryd program; a name is looked up in PATH")
	out := flags.String("out", "runs/power", "folder of results, and of the logs of rounds with something broken")
	serve := flags.Bool("serve-disk", false, "internal: be the process of a disk")
	if err := flags.Parse(args); err != nil {
		return 2, nil // the flag package has printed it
	}
	if *serve {
		if err := fusemount.Serve(stdin, stdout); err != nil {
			return 2, err
		}
		return 0, nil
	}
	switch c.Planted = fault(*planted); {
	case c.Planted != none && c.Planted != fsyncOff && c.Planted != commitOff && c.Planted != lyingDisk:
		return 2, fmt.Errorf("unknown --planted %q; use fsync-off, commit-off or lying-disk", *planted)
	case *losses < 1 || c.PerRound < 1:
		return 2, errors.New("--losses and --per-round must be at least 1")
	}
	program, err := exec.LookPath(*lotteryd)
	if err != nil {
		return 2, fmt.Errorf("--lotteryd: %w; build it with make build", err)
	}
	self, err := os.Executable()
	if err != nil {
		return 2, err
	}
	if c.Programs, err = hashOf(program, self); err != nil {
		return 2, err
	}
	return report(ctx, programs{program, []string{self, "--serve-disk"}}, c, *losses, *out, stdout, stderr)
}

// report runs the losses and prints what they came to.
func report(ctx context.Context, p programs, c campaign, losses int, dir string, stdout, stderr io.Writer) (code int, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return 2, err
	}
	a, err := openArchive(dir, c)
	if err != nil {
		return 2, err
	}
	defer func() { err = errors.Join(err, a.close()) }()
	if n := len(a.outcomes); n > 0 {
		fmt.Fprintf(stderr, "%d losses are in %s already; remove it to begin again\n", n, dir)
	}
	err = losing(ctx, p, c, losses, dir, a, stderr)
	s := sum(a.outcomes)
	if s.losses > 0 {
		fmt.Fprint(stdout, s.text(c))
	}
	switch caught := s.broken > 0; {
	case ctx.Err() != nil:
		fmt.Fprintf(stdout, "interrupted after %d of %d losses; the same command continues\n", s.losses, losses)
		return 3, nil
	case err != nil:
		return 2, err
	case c.Planted == none && caught:
		return 1, nil
	case c.Planted != none:
		fmt.Fprintf(stdout, "planted %s: found: %v, after %d losses\n", c.Planted, caught, s.losses)
		if !caught {
			return 1, nil
		}
	}
	return 0, nil
}
