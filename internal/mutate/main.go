// Command mutate asks whether the tests would notice a wrong operator. It is
// behind "make mutate", takes hours and is no part of "make test".
//
// gremlins lists the mutants: one operator of a file replaced by another, such as
// < by <=, on a line that the tests reach. For each of them this program builds
// the room's tests with the changed file and runs them. A mutant that a test
// notices is killed; one that passes all tests lives. Each room has a share of
// its mutants that must be killed (rooms.go). Mutants that change nothing are
// listed in survivors.txt with the reason, and do not count.
//
// gremlins could run the tests as well. It does not here, because it runs all
// tests of a room for every mutant: this program runs the quick ones first, and
// the others only for mutants that pass these.
//
// The exit code is 1 when a room is below its bar or the list is wrong.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
)

func main() {
	gremlins := flag.String("gremlins", "github.com/go-gremlins/gremlins/cmd/gremlins@latest", "the module and version that lists the mutants")
	only := flag.String("only", "", "try only mutants whose line in the report contains one of these texts, separated by |, and judge nothing")
	flag.Usage = func() {
		fmt.Fprintln(os.Stderr, "usage: mutate [flags] [room...], in the root of the repository; all rooms without arguments")
		flag.PrintDefaults()
	}
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	held, err := run(ctx, *gremlins, flag.Args(), *only)
	if err != nil {
		fmt.Fprintln(os.Stderr, "mutate:", err)
		os.Exit(2)
	}
	if !held {
		os.Exit(1)
	}
}

// run tries the rooms named, or all, and reports whether each held its bar.
func run(ctx context.Context, gremlins string, names []string, only string) (held bool, err error) {
	listed, err := readSurvivors("internal/mutate/survivors.txt")
	if err != nil {
		return false, err
	}
	for _, name := range names {
		if !slices.ContainsFunc(rooms(), func(r room) bool { return r.dir == name }) {
			return false, fmt.Errorf("unknown room %q; use names of internal/mutate/rooms.go", name)
		}
	}
	held = true
	for _, r := range rooms() {
		if len(names) > 0 && !slices.Contains(names, r.dir) {
			continue
		}
		mutants, err := list(ctx, gremlins, r)
		if err != nil {
			return false, err
		}
		if only != "" {
			mutants = slices.DeleteFunc(mutants, func(m mutant) bool {
				return !slices.ContainsFunc(strings.Split(only, "|"), func(text string) bool { return strings.Contains(m.String(), text) })
			})
		}
		if err := try(ctx, r, mutants); err != nil {
			return false, err
		}
		result := judge(r, mutants, listed)
		result.write(os.Stdout)
		held = held && (result.held() || only != "")
	}
	return held, nil
}
