package main

import (
	"context"
	"math/rand/v2"
	"syscall"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/localservices"
)

// freezes are processes that stand still (SIGSTOP) and go on later, without
// knowing of it.
func freezes() []fault {
	return []fault{
		{name: "freeze-lotteryd", about: "SIGSTOP one lotteryd for 0.1 to 6 s", apply: func(ctx context.Context, n *nemesis, rng *rand.Rand) {
			n.freeze(ctx, n.some(rng), stretch(rng, 6*time.Second))
		}},
		{name: "freeze-past-epoch", about: "SIGSTOP one lotteryd, lose a key so that others rebuild under a new epoch, and let it go on", apply: func(ctx context.Context, n *nemesis, rng *rand.Rand) {
			i, before, after := n.some(rng), between(rng, 0, 100*time.Millisecond), stretch(rng, 4*time.Second)
			lost := n.chooseKey(rng)
			n.stop(i)
			pause(ctx, before)
			n.loseKey(ctx, lost)
			pause(ctx, after)
			n.goOn(i)
		}},
		{name: "freeze-rebuilder", about: "lose a key, or restart Redis, and SIGSTOP one lotteryd within the rebuild, for longer than its lease", apply: func(ctx context.Context, n *nemesis, rng *rand.Rand) {
			i, after := n.some(rng), between(rng, 2100*time.Millisecond, 3500*time.Millisecond)
			within := between(rng, 0, []time.Duration{12 * time.Millisecond, 500 * time.Millisecond}[rng.IntN(2)])
			lost := n.chooseKey(rng)
			if rng.IntN(2) == 0 {
				n.loseKey(ctx, lost)
			} else {
				n.killRedisAlways(ctx, rng)
			}
			pause(ctx, within)
			n.freeze(ctx, i, after)
		}},
		{name: "freeze-redis", about: "SIGSTOP Redis for 0.1 to 3 s", apply: func(ctx context.Context, n *nemesis, rng *rand.Rand) {
			n.freezeServer(ctx, "redis", n.services.RedisPID(), stretch(rng, 3*time.Second))
		}},
		{name: "freeze-postgres", about: "SIGSTOP the postmaster and all backends for 0.1 to 3 s", apply: func(ctx context.Context, n *nemesis, rng *rand.Rand) {
			n.freezeServer(ctx, "postgres", n.services.PostgresPID(), stretch(rng, 3*time.Second))
		}},
	}
}

func (n *nemesis) stop(i int) {
	if n.replicas[i].signal(syscall.SIGSTOP) != nil {
		n.count("SIGSTOP lotteryd", 1)
		n.note("stopped " + n.replicas[i].name)
	}
}

func (n *nemesis) goOn(i int) {
	n.replicas[i].thaw()
	n.note(n.replicas[i].name + " goes on")
}

func (n *nemesis) freeze(ctx context.Context, i int, d time.Duration) {
	n.stop(i)
	pause(ctx, d)
	n.goOn(i)
}

func (n *nemesis) freezeServer(ctx context.Context, name string, pid int, d time.Duration) {
	if pid == 0 {
		return
	}
	family := localservices.StopTree(pid)
	n.count("SIGSTOP "+name, 1)
	n.note("stopped " + name)
	pause(ctx, d)
	localservices.ContinueTree(family)
	n.note(name + " goes on")
}
