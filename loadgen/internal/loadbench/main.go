// Loadbench measures the load generator itself and prints its figures beside
// the bars they should clear:
//
//	go run ./loadgen/internal/loadbench
//
// closed: client CPU per request, 64 connections, as fast as they go, beside wrk
// of the same round when that is installed. paced: 5,000 requests per second,
// evenly spaced; the gaps are those the server saw, and lateness is beside the
// kernel's timer. stall: a server that stands
// still for 200 ms of every second, at 1,000 requests per second with 8, 50
// and 256 connections; evenly spread requests must then wait 100, 190 and 199
// ms at p90, p99 and p99.9, and for the answers of those before them.
//
// Every run has a fresh server process (this program again, one processor), so
// the server's CPU is never counted as the client's.
//
// It exits with 1 if a bar was missed, and with 3 if that was while other
// programs used the machine.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code, err := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "loadbench:", err)
		code = 2
	}
	os.Exit(code)
}

func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) (code int, err error) {
	flags := flag.NewFlagSet("loadbench", flag.ContinueOnError)
	flags.SetOutput(stderr)
	n := flags.Int("n", 5, "runs of each row")
	only := flags.String("only", "", "measure only closed, paced or stall")
	serve := flags.Bool("serve", false, "be the server (used by loadbench itself)")
	if err := flags.Parse(args); err != nil {
		return 0, err
	}
	if *serve {
		return 0, runServer(stdin, stdout)
	}
	b := bench{ctx: ctx, out: stdout, runs: *n}
	for _, part := range []struct {
		name string
		run  func() error
	}{{"closed", b.closed}, {"paced", b.paced}, {"stall", b.stall}} {
		if *only != "" && *only != part.name {
			continue
		}
		if err := part.run(); err != nil {
			return 0, fmt.Errorf("%s: %w", part.name, err)
		}
	}
	return b.board.ExitCode(), nil
}
