// Command faultbench prints how lotteryd behaves while what it stands on fails, and
// how long it needs afterwards, measured on the machine it runs on:
//
//   - degraded: a steady load, and Postgres or Redis away, half-open or slow for a
//     while. What is answered and when, the most goroutines and memory, and the time
//     until the last hold is in the ledger;
//   - recovery: Redis killed under load with 1 to 200 activities, and the time until
//     each answers again.
//
// Generator, stores and service share the machine. Each run is a fresh process over
// fresh stores.
//
//	go run ./internal/faultbench [--only degraded,recovery] [--rounds 3] [--rate 800] [--seconds 10]
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
	"runtime"
	"strings"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "faultbench:", err)
		os.Exit(2)
	}
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) (err error) {
	b := &bench{out: stdout, progress: stderr}
	flags := flag.NewFlagSet("faultbench", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.IntVar(&b.rounds, "rounds", 3, "rounds, each with one run of everything")
	flags.Float64Var(&b.rate, "rate", 800, "draws per second")
	flags.DurationVar(&b.seconds, "seconds", 10*time.Second, "how long a fault lasts")
	flags.StringVar(&b.only, "only", "degraded,recovery", "which parts to run")
	flags.StringVar(&b.faults, "faults", "", "which faults of degraded, by comma; by default, all")
	flags.StringVar(&b.activities, "activities", "1,10,50,200", "numbers of activities of recovery")
	flags.StringVar(&b.lotteryd, "lotteryd", "", "lotteryd binary; by default, built first")
	flags.StringVar(&b.flags, "lotteryd-flags", "", "more flags of lotteryd, by blank")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if b.rounds < 1 || b.rate < 1 || b.seconds < time.Second {
		return errors.New("--rounds and --rate must be at least 1, and --seconds at least 1s")
	}
	if b.folder, err = os.MkdirTemp("", "faultbench"); err != nil {
		return err
	}
	defer os.RemoveAll(b.folder)
	if b.lotteryd == "" {
		b.lotteryd = filepath.Join(b.folder, "lotteryd")
		build := exec.CommandContext(ctx, "go", "build", "-o", b.lotteryd, "./cmd/lotteryd")
		if out, err := build.CombinedOutput(); err != nil {
			return fmt.Errorf("building lotteryd (run faultbench from the top folder): %w\n%s", err, out)
		}
	}
	fmt.Fprintf(stdout, "%s, %d cores, %d rounds, %s\n", runtime.Version(), runtime.NumCPU(), b.rounds, time.Now().UTC().Format("2006-01-02"))
	for _, part := range []struct {
		name string
		run  func(context.Context) error
	}{{"degraded", b.degraded}, {"recovery", b.recovery}} {
		if strings.Contains(b.only, part.name) {
			if err := part.run(ctx); err != nil {
				return fmt.Errorf("%s: %w", part.name, err)
			}
		}
	}
	return nil
}
