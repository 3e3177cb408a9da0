package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"
)

// networks are what happens between lotteryd and a store: to one lotteryd, or to
// all.
func networks() []fault {
	var list []fault
	for _, store := range []struct {
		name string
		of   func(*nemesis) []*proxy
	}{
		{"redis", func(n *nemesis) []*proxy { return n.toRedis }},
		{"postgres", func(n *nemesis) []*proxy { return n.toLedger }},
	} {
		add := func(name, about string, apply func(context.Context, *nemesis, []*proxy, *rand.Rand)) {
			list = append(list, fault{name: name + "-" + store.name, about: fmt.Sprintf(about, store.name), apply: func(ctx context.Context, n *nemesis, rng *rand.Rand) {
				var aimed []*proxy
				for _, i := range n.aim(rng) {
					aimed = append(aimed, store.of(n)[i])
				}
				n.count("network "+name, 1)
				n.note(fmt.Sprintf("%s-%s of %d lotteryd", name, store.name, len(aimed)))
				apply(ctx, n, aimed, rng)
				n.note(name + "-" + store.name + " is over")
			}})
		}
		add("reset", "all connections to %s are reset, 1 to 4 times", func(ctx context.Context, _ *nemesis, aimed []*proxy, rng *rand.Rand) {
			for range 1 + rng.IntN(4) {
				for _, p := range aimed {
					p.reset()
				}
				pause(ctx, between(rng, 0, 200*time.Millisecond))
			}
		})
		add("down", "connections to %s are reset and new ones refused", during(weather{refuse: true}, true, 2*time.Second))
		add("hole-up", "what is sent to %s does not arrive; it arrives when the network is back, or never", during(weather{up: flow{hold: true}}, false, 4*time.Second))
		add("hole-down", "what %s answers does not arrive; it arrives when the network is back, or never", during(weather{down: flow{hold: true}}, false, 4*time.Second))
		add("latency", "500 ms more from %s", during(weather{down: flow{delay: 500 * time.Millisecond}}, false, 3*time.Second))
		add("slow", "10 KB/s to and from %s", during(weather{up: flow{rate: 10_000}, down: flow{rate: 10_000}}, false, 2*time.Second))
		add("slice", "packets of 1 to 3 bytes to and from %s", during(weather{up: flow{slice: 3}, down: flow{slice: 1}}, false, time.Second))
		add("cut", "connections are cut in the middle of a reply of %s, 2 to 6 times", func(ctx context.Context, _ *nemesis, aimed []*proxy, rng *rand.Rand) {
			for range 2 + rng.IntN(5) {
				for _, p := range aimed {
					p.cut(1 + rng.IntN(60))
				}
				pause(ctx, between(rng, 0, 150*time.Millisecond))
			}
		})
	}
	return list
}

// during sets a weather for a while. In the end connections go on or, as often,
// are reset; now resets them at the beginning.
func during(w weather, now bool, most time.Duration) func(context.Context, *nemesis, []*proxy, *rand.Rand) {
	return func(ctx context.Context, _ *nemesis, aimed []*proxy, rng *rand.Rand) {
		lasts, breaks := stretch(rng, most), rng.IntN(2) == 0
		for _, p := range aimed {
			p.set(w)
			if now {
				p.reset()
			}
		}
		pause(ctx, lasts)
		for _, p := range aimed {
			if breaks {
				p.reset()
			}
			p.set(weather{})
		}
	}
}
