//go:build linux

// Command powerbench takes the power away from the Redis and the Postgres of a
// lotteryd under load, again and again, and audits what is left each time.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
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

// programs are what is started.
type programs struct {
	lotteryd string
	disk     []string // command of the process that serves a disk
}

func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) (int, error) {
	flags := flag.NewFlagSet("powerbench", flag.ContinueOnError)
	flags.SetOutput(stderr)
	losses := flags.Int("losses", 300, "losses of power")
	perRound := flags.Int("per-round", 10, "losses of one deployment")
	seed := flags.Uint64("seed", 1, "decides everything but the timing of the machine")
	lotteryd := flags.String("lotteryd", "bin/lotteryd", "lotteryd program")
	out := flags.String("out", "runs/power", "folder of logs and results")
	serve := flags.Bool("serve-disk", false, "internal: be the process of a disk")
	if err := flags.Parse(args); err != nil {
		return 2, err
	}
	if *serve {
		if err := fusemount.Serve(stdin, stdout); err != nil {
			return 2, err
		}
		return 0, nil
	}
	self, err := os.Executable()
	if err != nil {
		return 2, err
	}
	p := programs{*lotteryd, []string{self, "--serve-disk"}}
	if err := os.MkdirAll(*out, 0o700); err != nil {
		return 2, err
	}
	for first := 0; first < *losses; first += *perRound {
		r, err := newRound(ctx, p, planRound(*seed, first / *perRound), *out)
		if err != nil {
			return 2, err
		}
		for n := first; n < min(first+*perRound, *losses); n++ {
			o, err := r.lose(ctx, planLoss(*seed, n))
			fmt.Fprintf(stdout, "%d %+v\n", n, o)
			if err != nil {
				return 1, fmt.Errorf("%w; %w", err, r.close())
			}
		}
		if err := r.close(); err != nil {
			return 2, err
		}
	}
	return 0, nil
}
