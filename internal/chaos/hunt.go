package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// calm is a cycle without a fault.
func calm() fault {
	return fault{name: "calm", about: "nothing happens", apply: func(ctx context.Context, _ *nemesis, _ *rand.Rand) { pause(ctx, 400*time.Millisecond) }}
}

// faultsOf is the combination that a plant is looked for under.
func (p plant) faultsOf() (combination, error) {
	switch p.faults {
	case "":
		return combination{calm()}, nil
	case restoredLedger:
		return combination{{name: restoredLedger, apply: func(ctx context.Context, n *nemesis, _ *rand.Rand) { n.try(restoredLedger, restoreLedger(ctx, n)) }}}, nil
	}
	list, err := chosen(p.faults, 0)
	if err != nil {
		return nil, fmt.Errorf("plant %s: %w", p.name, err)
	}
	return list[0], nil
}

// prey is what came of looking for one planted bug.
type prey struct {
	plant  plant
	cycles int         // until it was found, or all
	found  []violation // of the last cycle
	caught bool        // by one of the expected kinds
}

// hunt runs cycles with a planted bug until one finds it, at most so many.
func hunt(ctx context.Context, w *world, p plant, seed uint64, most int, bound time.Duration) (prey, error) {
	out := prey{plant: p}
	faults, err := p.faultsOf()
	if err != nil {
		return out, err
	}
	for out.cycles < most && !out.caught {
		flags := append([]string{"--drain-delay", drainDelay}, p.flags...)
		if err := w.renew(ctx, max(p.replicas, 1), flags); err != nil {
			return out, err
		}
		h, err := openHistory(filepath.Join(w.folder, "planted.jsonl.gz"), seed, out.cycles)
		if err != nil {
			return out, err
		}
		c := &cycle{
			generation: &generation{world: w, flags: flags}, number: out.cycles, seed: seed, faults: faults,
			workers: 10, bound: bound, patience: bound, history: h, sabotage: p.sabotage,
		}
		res, _, err := c.run(ctx)
		if err != nil {
			return out, err
		}
		if err := h.close(); err != nil {
			return out, err
		}
		out.cycles++
		out.found = res.Violations
		out.caught = slices.ContainsFunc(res.Violations, func(v violation) bool { return slices.Contains(p.want, v.Kind) })
	}
	return out, nil
}

// huntAll looks for some planted bugs and prints what came of each. It returns how
// many were not found.
func huntAll(ctx context.Context, list []plant, seed uint64, most int, stdout, stderr io.Writer) (missed int, err error) {
	folder, err := newFolder()
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(folder)
	w, err := openWorld(ctx, "", folder, func(text string) { fmt.Fprintln(stderr, text) })
	if err != nil {
		return 0, err
	}
	defer w.close()
	healthy := filepath.Join(folder, "healthy")
	for _, p := range list {
		place := healthy
		if len(p.edits) > 0 {
			place = filepath.Join(folder, p.name)
		}
		program := filepath.Join(place, "lotteryd")
		if _, err := os.Stat(program); err != nil {
			if err := os.Mkdir(place, 0o700); err != nil {
				return missed, err
			}
			if program, err = build(ctx, place, p.edits...); err != nil {
				return missed, err
			}
		}
		w.become(program)
		got, err := hunt(ctx, w, p, seed, most, 8*time.Second)
		if err != nil {
			return missed, fmt.Errorf("plant %s: %w", p.name, err)
		}
		word := "found"
		if !got.caught {
			word = "NOT FOUND"
			missed++
		}
		fmt.Fprintf(stdout, "%-17s %-9s in %d cycles, as %s\n", p.name, word, got.cycles, strings.Join(kindsOf(got.found), ", "))
		if len(got.found) > 0 {
			fmt.Fprintf(stderr, "  %s: %s\n", p.name, got.found[0].Detail)
		}
	}
	return missed, nil
}

func kindsOf(found []violation) (kinds []string) {
	for _, v := range found {
		if !slices.Contains(kinds, v.Kind) {
			kinds = append(kinds, v.Kind)
		}
	}
	slices.Sort(kinds)
	return kinds
}
