package drawmodel

import (
	"context"
	"fmt"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// drawTimeout is the time budget of one draw, as in lotteryd.
const drawTimeout = 2 * time.Second

// wander pursues one request after another until the faults have ended.
func (c *client) wander(ctx context.Context) {
	for !c.world.calm() && ctx.Err() == nil {
		c.pursue(ctx, c.choose(), -1)
		time.Sleep(time.Duration(c.rng.ExpFloat64() * float64(c.world.plan.Think)))
	}
}

// choose picks a request: one of the newest, which somebody else may be asking for
// as well, or any that came before. There are more of them with each step.
func (c *client) choose() request {
	const newest = 4
	all := c.world.requests
	n := 0
	c.world.scheduler.look(func() { n = min(len(all), newest+int(int64(len(all))*c.world.scheduler.steps/c.world.plan.Steps)) })
	if c.rng.IntN(3) > 0 {
		return all[n-1-c.rng.IntN(min(n, newest))]
	}
	return all[c.rng.IntN(n)]
}

// pursue asks for one request until there is an answer; at the replica with the
// given number, or at any.
func (c *client) pursue(ctx context.Context, r request, at int) {
	for {
		n := at
		if n < 0 {
			n = c.rng.IntN(len(c.world.replicas))
		}
		h := c.ask(ctx, r, n)
		c.heard = append(c.heard, h)
		if h.final() || ctx.Err() != nil {
			return
		}
		time.Sleep(time.Duration(1 + c.rng.Int64N(int64(500*time.Millisecond))))
	}
}

// ask asks once.
func (c *client) ask(ctx context.Context, r request, n int) heard {
	h := heard{request: r, client: c.number}
	s := c.world.scheduler
	if s.call(ctx, &c.party, nil, fmt.Sprintf("asks %s/%s at %d", r.user, r.id, n), nil) != nil {
		return h
	}
	var replica *replica
	s.look(func() {
		h.call, h.losses, replica = s.steps, c.world.losses, c.world.replicas[n]
		_, h.rowWas = c.world.ledger.rows[r]
	})
	if replica == nil { // between two lives
		return h
	}
	drawing, cancel := context.WithTimeout(context.WithValue(ctx, who{}, c.name), drawTimeout)
	defer cancel()
	answer, err := replica.engine.Draw(drawing, lottery.Entry{Activity: activityID, User: r.user, Request: r.id})
	dead := false
	s.look(func() { dead = replica.dead })
	if dead || c.rng.IntN(50) == 0 { // the connection broke
		return h
	}
	h.kind, h.result = lottery.KindOf(err), answer.Result
	if answer.Prize != nil {
		h.prize, h.unit = answer.Prize.ID, answer.Unit
	}
	s.look(func() {
		h.back, h.after = s.steps, c.world.losses
		h.rowIs, h.hasRow = c.world.ledger.rows[r]
	})
	_ = s.call(ctx, &c.party, nil, "hears "+h.String(), nil)
	return h
}
