// Command drawbench prints the figures that lotteryd is held to, measured on
// the machine it runs on:
//
//   - latency at 1,200 and 12,000 draws a second, evenly spaced, one draw in ten
//     a win that is durable before it is answered; at the lower rate beside a bare
//     handler that calls the same script and inserts a row for each winner;
//   - capacity beside a bare net/http handler that makes one go-redis call of
//     the same script and answers a constant, both measured in turn;
//   - bytes, allocations and Redis memory of a losing draw;
//   - flood (only if named): what lotteryd and the planted service answer at
//     twice and four times of what they can do, beside their best closed loop:
//     does the load generator itself take away what they could answer?
//   - overload (only if named): what a crowd of clients is answered in time, by
//     how many connections they open and by whether they honour Retry-After.
//
// Generator, Redis, Postgres and service share the machine. Every run is a
// fresh process with a fresh activity; arms take turns within a round, in an
// order that changes from round to round. Medians over rounds with the range
// are printed, and ratios are taken within a round.
//
//	go run ./internal/drawbench [--rounds 10] [--seconds 5] [--only latency,capacity,memory,flood,overload]
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
	"os/signal"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/reference"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	code, err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "drawbench:", err)
		code = 2
	}
	os.Exit(code)
}

// run returns the exit code: 1 if a bar was missed, 3 if that was on a busy
// machine.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) (int, error) {
	var o options
	flags := flag.NewFlagSet("drawbench", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.IntVar(&o.rounds, "rounds", 10, "rounds, each with one run of every arm")
	flags.DurationVar(&o.seconds, "seconds", 5*time.Second, "measured part of one run")
	flags.StringVar(&o.only, "only", "latency,capacity,memory", "which parts to run: these, flood and overload")
	flags.StringVar(&o.lotteryd, "lotteryd", "", "lotteryd binary; by default, built first")
	flags.IntVar(&o.draws, "memory-draws", 10_000_000, "largest number of losing draws in the Redis memory part")
	flags.Func("lotteryd-flag", "flag for lotteryd in the overload part, such as --max-connections=512; may be repeated", func(text string) error {
		o.extra = append(o.extra, text)
		return nil
	})
	flags.StringVar(&o.bare, "bare", "", "internal: be the bare server")
	crowd := flags.String("crowd", "", "internal: be a crowd of clients")
	if err := flags.Parse(args); err != nil {
		return 0, err
	}
	if *crowd != "" {
		return 0, serveCrowd(ctx, *crowd, stdout)
	}
	if o.bare != "" {
		return 0, serveBare(ctx, o.bare)
	}
	if o.rounds < 1 || o.seconds < time.Second {
		return 0, errors.New("--rounds must be at least 1 and --seconds at least 1s")
	}
	return measure(ctx, o, stdout, stderr)
}

// measure starts the servers that all runs share and runs the parts.
func measure(ctx context.Context, o options, stdout, stderr io.Writer) (code int, err error) {
	// The crowd has cores of its own: what its members cost must not look like the
	// service's weakness. Everything else shares the others.
	cores := runtime.NumCPU()
	if strings.Contains(o.only, "overload") && cores > 1 {
		if err := useCores(0, cores/2); err != nil {
			return 0, err
		}
	}
	private, err := reference.OpenData(ctx, "", "")
	if err != nil {
		return 0, err
	}
	defer func() {
		stopping, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		err = errors.Join(err, private.Close(stopping))
	}()
	b := &bench{options: o, data: private, cores: cores, out: stdout, progress: stderr}
	defer b.clean()
	if err := b.prepare(ctx); err != nil {
		return 0, err
	}
	fmt.Fprintf(stdout, "%s, %d cores, %d rounds of %s, %s\n", runtime.Version(), runtime.NumCPU(), o.rounds, o.seconds,
		time.Now().UTC().Format("2006-01-02"))
	for _, part := range []struct {
		name string
		run  func(context.Context) error
	}{{"latency", b.latency}, {"capacity", b.capacity}, {"memory", b.memory}, {"flood", b.flood}, {"overload", b.overload}} {
		if strings.Contains(o.only, part.name) {
			if err := part.run(ctx); err != nil {
				return 0, fmt.Errorf("%s: %w", part.name, err)
			}
		}
	}
	return b.board.ExitCode(), nil
}
