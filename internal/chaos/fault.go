package main

import (
	"context"
	"math/rand/v2"
	"time"
)

// fault is something that goes wrong. apply makes it go wrong, waits, and takes
// it back; what cannot be done because of another fault is skipped. It draws all
// its choices from the generator first, so that the same seed means the same
// fault.
type fault struct {
	name  string
	about string // what it does, for the list
	apply func(ctx context.Context, n *nemesis, rng *rand.Rand)
	// promise is checked if the fault is the only one of a cycle: what is more than
	// recovery.
	promise promise
}

// promise is what clients may expect beyond the invariants.
type promise int

const (
	ordinary  promise = iota
	noneFails         // no request fails, if there are two replicas or more
)

// nemesis applies the faults of a cycle to the world.
type nemesis struct {
	*world
	activities []string
	note       func(string) // into the history
}

// some is a replica, by the generator.
func (n *nemesis) some(rng *rand.Rand) int { return rng.IntN(len(n.replicas)) }

// aim is one replica or, as often, all of them.
func (n *nemesis) aim(rng *rand.Rand) []int {
	one, all := n.some(rng), rng.IntN(2) == 0
	if !all {
		return []int{one}
	}
	indexes := make([]int, len(n.replicas))
	for i := range indexes {
		indexes[i] = i
	}
	return indexes
}

// newRand is the generator of a seed.
func newRand(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0)) }

// between is a duration from least to most, evenly.
func between(rng *rand.Rand, least, most time.Duration) time.Duration {
	return least + time.Duration(rng.Int64N(int64(most-least)))
}

// stretch is how long a fault lasts: mostly short, at times long enough that
// leases, timeouts and reconcilers run out.
func stretch(rng *rand.Rand, most time.Duration) time.Duration {
	switch n := rng.IntN(10); {
	case n < 6:
		return between(rng, 100*time.Millisecond, min(600*time.Millisecond, most))
	case n < 9 || most <= 2500*time.Millisecond:
		return between(rng, min(300*time.Millisecond, most/2), min(1500*time.Millisecond, most))
	}
	return between(rng, 2100*time.Millisecond, most)
}
