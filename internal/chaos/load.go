package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/audit"
)

// load is what clients do while faults happen: new requests, repetitions of old
// ones, retries of what has no definite answer, one request from a hundred
// connections at once, and connections that are closed in mid-request.
type load struct {
	*clients
	activities []string
	workers    int
}

// crowd is how many copies of one request come at once, now and then.
const crowd = 100

// run draws until ctx ends and waits for what is under way.
func (l *load) run(ctx context.Context, seed uint64) {
	var running sync.WaitGroup
	for number := range l.workers {
		running.Go(func() { l.work(ctx, number, rand.New(rand.NewPCG(seed, uint64(number)))) })
	}
	running.Wait()
}

func (l *load) work(ctx context.Context, number int, rng *rand.Rand) {
	var mine []request
	var open []request
	for ctx.Err() == nil {
		var q request
		switch n := rng.IntN(100); {
		case n < 15 && len(mine) > 0:
			q = mine[rng.IntN(len(mine))]
		case n < 35 && len(open) > 0:
			q, open = open[0], open[1:]
		default:
			q = request{l.activities[rng.IntN(len(l.activities))], fmt.Sprintf("u%d-%d", number, rng.IntN(25)), fmt.Sprintf("r%d-%d", number, len(mine))}
			mine = append(mine, q)
			l.remember(q)
		}
		to := l.pick(rng)
		switch n := rng.IntN(1000); {
		case n < 2:
			l.storm(q, rng)
		case n < 22:
			l.hangUp(q, to, time.Duration(rng.IntN(3000))*time.Microsecond)
			open = append(open, q)
		default:
			// Not ctx: a request that was sent is waited for.
			a := l.ask(context.WithoutCancel(ctx), q, to)
			if !definite(a) {
				open = append(open, q)
				pause(ctx, time.Duration(5+rng.IntN(20))*time.Millisecond)
			}
		}
		pause(ctx, time.Duration(rng.IntN(15))*time.Millisecond)
	}
}

// storm sends one request many times at once, to all replicas.
func (l *load) storm(q request, rng *rand.Rand) {
	var running sync.WaitGroup
	for range crowd {
		to := l.pick(rng)
		running.Go(func() { l.ask(context.Background(), q, to) })
	}
	running.Wait()
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// settle asks for everything that has no definite answer until it has one, and
// returns what has none when ctx ends.
func (c *clients) settle(ctx context.Context, seed uint64) []request {
	for round := uint64(0); ; round++ {
		open := c.waiting()
		if len(open) == 0 || ctx.Err() != nil {
			return open
		}
		c.each(ctx, open, seed+round)
		pause(ctx, 20*time.Millisecond)
	}
}

// each asks for some requests once, several at a time. What ctx cuts off is
// written down as unknown.
func (c *clients) each(ctx context.Context, all []request, seed uint64) {
	const atOnce = 16
	queue := make(chan request)
	var running sync.WaitGroup
	for number := range uint64(atOnce) {
		rng := rand.New(rand.NewPCG(seed, 1000+number))
		running.Go(func() {
			for q := range queue {
				if a := c.ask(ctx, q, c.pick(rng)); a.Result == audit.Unknown {
					pause(ctx, 10*time.Millisecond)
				}
			}
		})
	}
	for _, q := range all {
		if ctx.Err() != nil {
			break
		}
		queue <- q
	}
	close(queue)
	running.Wait()
}

// firstSuccess asks an activity with new requests until one has a definite answer,
// and returns how long that took.
func (c *clients) firstSuccess(ctx context.Context, activity string, seed uint64) (time.Duration, bool) {
	rng := rand.New(rand.NewPCG(seed, 7))
	start := time.Now()
	for i := 0; ctx.Err() == nil; i++ {
		q := request{activity, fmt.Sprintf("probe-%d", i), "first"}
		asking, cancel := context.WithTimeout(ctx, time.Second)
		a := c.ask(asking, q, c.pick(rng))
		cancel()
		if definite(a) {
			return time.Since(start), true
		}
		pause(ctx, 5*time.Millisecond)
	}
	return time.Since(start), false
}
