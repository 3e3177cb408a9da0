//go:build linux

package main

import (
	"math/rand/v2"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/powerloss"
)

// plan is one loss of power, all of it from a seed.
type plan struct {
	Number   int                `json:"number"` // of the loss in the run, from 0
	Seed     uint64             `json:"seed"`
	Load     time.Duration      `json:"load"`     // from the first draw to the loss
	Postgres bool               `json:"postgres"` // loses its power
	Redis    bool               `json:"redis"`
	Lotteryd bool               `json:"lotteryd"` // is killed with them
	Survival powerloss.Survival `json:"survival"`
	// Again: so long after the start of the stores, they lose their power a second
	// time, most often while they recover. 0: they do not.
	Again time.Duration `json:"again"`
	// Checkpoint and Rewrite: so long after the first draw Postgres writes a
	// checkpoint, and Redis its append-only file again. 0: they do not.
	Checkpoint time.Duration `json:"checkpoint"`
	Rewrite    time.Duration `json:"rewrite"`
}

// setting is what the losses of one round have in common.
type setting struct {
	Replicas int               `json:"replicas"`
	Disk     powerloss.Options `json:"disk"`
	// Append is when Redis syncs its append-only file: everysec, always, or no,
	// which is no such file at all.
	Append string `json:"append"`
}

// redis are the settings of Redis.
func (s setting) redis() map[string]string {
	if s.Append == "no" {
		return map[string]string{"appendonly": "no"}
	}
	return map[string]string{"appendfsync": s.Append}
}

// fault is what is planted: settings under which acknowledged wins are lost with
// the power, so that the audit must find some missing.
type fault string

const (
	none      fault = ""
	fsyncOff  fault = "fsync-off"  // Postgres does not sync
	commitOff fault = "commit-off" // Postgres answers before it syncs
	lyingDisk fault = "lying-disk" // the disk answers a sync and does nothing
)

// between returns a random duration from low to high.
func between(rng *rand.Rand, low, high time.Duration) time.Duration {
	return low + time.Duration(rng.Int64N(int64(high-low)+1))
}

// planLoss makes the plan of a loss from the seed of the run.
func planLoss(seed uint64, number int) plan {
	rng := rand.New(rand.NewPCG(seed, uint64(number)))
	p := plan{Number: number, Seed: rng.Uint64(), Load: between(rng, 300*time.Millisecond, 1500*time.Millisecond)}
	switch n := rng.IntN(10); {
	case n < 6:
		p.Postgres, p.Redis = true, true
	case n < 8:
		p.Postgres = true
	default:
		p.Redis = true
	}
	p.Lotteryd = rng.IntN(2) == 0
	switch n := rng.IntN(20); {
	case n < 6:
		p.Survival = powerloss.Nothing
	case n < 13:
		p.Survival = powerloss.Ordered
	case n < 19:
		p.Survival = powerloss.Scattered
	default:
		p.Survival = powerloss.Everything
	}
	if rng.IntN(5) == 0 {
		p.Again = between(rng, 10*time.Millisecond, 400*time.Millisecond)
	}
	if rng.IntN(3) == 0 {
		p.Checkpoint = between(rng, 0, p.Load)
	}
	if rng.IntN(4) == 0 {
		p.Rewrite = between(rng, 0, p.Load)
	}
	return p
}

// planRound chooses what the losses of a round have in common.
func planRound(seed uint64, round int) setting {
	rng := rand.New(rand.NewPCG(seed, 1<<32+uint64(round)))
	return setting{
		Replicas: 1 + rng.IntN(2),
		Disk:     powerloss.Options{SyncTime: between(rng, 0, 3*time.Millisecond)},
		Append:   [...]string{"everysec", "everysec", "everysec", "always", "no"}[rng.IntN(5)],
	}
}

// hitting is a plan for a planted fault: both stores lose their power, at once
// and with all that was not synced.
func (p plan) hitting() plan {
	p.Postgres, p.Redis, p.Survival, p.Again, p.Checkpoint = true, true, powerloss.Nothing, 0, 0
	return p
}
