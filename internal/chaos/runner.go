package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// runner attacks cycle after cycle and keeps the archive.
type runner struct {
	archive  *archive
	bound    time.Duration
	progress io.Writer
	world    *world
	present  *generation
	began    int // cycle with which the present generation began
}

// cyclesPerGeneration is how many cycles share replicas and stores.
const cyclesPerGeneration = 6

// mostViolations is how many cycles may have one before a run ends: what comes
// after is rarely something new.
const mostViolations = 5

// mostTries is how often a cycle is begun again that the harness itself could not
// finish.
const mostTries = 2

// run does the cycles that are left. It returns how many of all had a violation.
func (r *runner) run(ctx context.Context) (broken int, err error) {
	list, err := chosen(r.archive.setup.Only, r.archive.setup.Seed)
	if err != nil {
		return 0, err
	}
	for _, done := range r.archive.done {
		if len(done.Violations) > 0 {
			broken++
		}
	}
	for tries := 0; ; {
		number, more := r.archive.next()
		if !more || broken >= mostViolations || ctx.Err() != nil {
			return broken, context.Cause(ctx)
		}
		if err := r.prepare(ctx, number); err != nil {
			return broken, err
		}
		res, err := r.cycle(ctx, number, list[number%len(list)])
		switch {
		case err != nil && ctx.Err() != nil:
			return broken, context.Cause(ctx)
		case err != nil && tries < mostTries:
			// A machine that is too busy to be asked in time, for example.
			fmt.Fprintf(r.progress, "cycle %d could not be done and is begun again: %v\n", number, err)
			tries++
			r.present = nil
			continue
		case err != nil:
			return broken, err
		}
		if tries > 0 {
			res.Done["cycle begun again"], tries = tries, 0
		}
		if len(res.Violations) > 0 {
			broken++
			r.present = nil // the next one begins with stores that are whole
		}
		if err := r.archive.add(res); err != nil {
			return broken, err
		}
		r.report(res)
		for _, l := range r.world.replicas {
			l.forget()
		}
	}
}

// prepare begins a new generation if it is time.
func (r *runner) prepare(ctx context.Context, number int) error {
	if r.present != nil && number-r.began < cyclesPerGeneration {
		return nil
	}
	rng := rand.New(rand.NewPCG(r.archive.setup.Seed, 1<<32+uint64(number)))
	replicas := 1 + rng.IntN(mostReplicas)
	flags := []string{"--drain-delay", drainDelay}
	if rng.IntN(3) == 0 {
		flags = append(flags, "--draw-timeout", "700ms", "--reconcile-after", "1s")
	}
	starting, cancel := context.WithTimeoutCause(ctx, time.Minute, errors.New("no generation began within a minute"))
	defer cancel()
	if err := r.world.renew(starting, replicas, flags); err != nil {
		return err
	}
	r.present, r.began = &generation{world: r.world, flags: flags}, number
	return nil
}

// cycle does one and keeps what belongs to it.
func (r *runner) cycle(ctx context.Context, number int, faults combination) (res result, err error) {
	h, err := openHistory(r.archive.historyPath(number), r.archive.setup.Seed, number)
	if err != nil {
		return res, err
	}
	h.event(fmt.Sprintf("faults: %s; %d lotteryd", faults, len(r.world.replicas)))
	c := &cycle{generation: r.present, number: number, seed: r.archive.setup.Seed, faults: faults, workers: r.archive.setup.Workers, bound: r.bound, patience: patienceOfAudit, history: h}
	res, reports, err := c.run(ctx)
	if err = errors.Join(err, h.close()); err != nil || len(res.Violations) == 0 {
		return res, err
	}
	folder, err := r.archive.evidence(number)
	if err != nil {
		return res, err
	}
	file, err := os.Create(filepath.Join(folder, "audit.txt"))
	if err != nil {
		return res, err
	}
	err = errors.Join(writeReports(file, reports), file.Close())
	for _, log := range r.world.logs() {
		text, _ := os.ReadFile(log)
		err = errors.Join(err, os.WriteFile(filepath.Join(folder, filepath.Base(log)), text, 0o600))
	}
	return res, err
}

// report tells of one cycle.
func (r *runner) report(res result) {
	fmt.Fprintf(r.progress, "cycle %d: %s; %d lotteryd; %.1f s; %d draws, %d won; answers again after %.0f ms, all answered after %.0f ms\n",
		res.Cycle, res.Faults, res.Replicas, res.Seconds, res.Draws, res.Won, slices.Max(res.Recovery), res.Settled)
	for _, v := range res.Violations {
		fmt.Fprintf(r.progress, "  VIOLATION %s: %s\n", v.Kind, v.Detail)
	}
	if len(res.Violations) > 0 {
		fmt.Fprintf(r.progress, "  archive: %s; the same faults again: chaos --seed %d --first %d --cycles 1\n", r.archive.folder, res.Seed, res.Cycle)
	}
}
