package drawmodel

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// Times of internal/redis.
const (
	laneTimeout    = time.Second
	controlTimeout = 10 * time.Second
	confirmLinger  = 20 * time.Millisecond
)

// scanPage and fillPage are small, so that others come between two pages.
const (
	scanPage = 3
	fillPage = 10
)

// redisClient is internal/redis.Store of one life of a replica, over the fake.
type redisClient struct {
	world *scheduler
	owner *party
	redis *redisState
	bugs  bugs
	told  func() // another instance hears of a change
	work  sync.WaitGroup

	tokens int // only in effects

	mu        sync.Mutex
	rebuild   rebuild // the one that this process began last
	confirmed int
}

// rebuild is what a process knows of a rebuild that it began.
type rebuild struct {
	token, serverID string
	out             int64 // how many units are gone; -1: not set
}

var (
	_ lottery.Reserver = (*redisClient)(nil)
	_ lottery.Workshop = (*redisClient)(nil)
)

// who names the caller of a store's method, so that messages can be told apart.
type who struct{}

func caller(ctx context.Context) string {
	if name, ok := ctx.Value(who{}).(string); ok {
		return name
	}
	return "keeper"
}

// do runs one script, or one command, on the fake.
func (c *redisClient) do(ctx context.Context, timeout time.Duration, what string, script func()) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	err := c.world.call(ctx, c.owner, &c.redis.server, caller(ctx)+" "+what, func() {
		script()
		c.redis.commit(c.world.steps)
	})
	if err != nil {
		return lottery.Unavailable("Redis", err)
	}
	return nil
}

func (c *redisClient) control(ctx context.Context, what string, script func()) error {
	return c.do(ctx, controlTimeout, what, script)
}

// Reserve implements [lottery.Reserver]. A lane that meets another process than
// before names that one, so the script always compares the process that runs.
func (c *redisClient) Reserve(ctx context.Context, t *lottery.Ticket) (lottery.Reservation, error) {
	return c.ask(ctx, t, "reserve ", false)
}

// Peek implements [lottery.Reserver].
func (c *redisClient) Peek(ctx context.Context, t *lottery.Ticket) (lottery.Reservation, error) {
	return c.ask(ctx, t, "peek ", true)
}

func (c *redisClient) ask(ctx context.Context, t *lottery.Ticket, what string, peek bool) (lottery.Reservation, error) {
	ticket := *t // the caller may go on before the message arrives, and what it returns is not what is written then
	var res lottery.Reservation
	err := c.do(ctx, laneTimeout, what+t.User+"/"+t.Request, func() { res = c.redis.draw(&ticket, c.redis.runID, peek, c.bugs) })
	if err != nil {
		return lottery.Reservation{}, err
	}
	return res, nil
}

// Confirm implements [lottery.Reserver].
func (c *redisClient) Confirm(t *lottery.Ticket) {
	c.mu.Lock()
	c.confirmed++ // two draws may confirm one request at once
	key, name := t.RequestKey, t.User+"/"+t.Request+" "+strconv.Itoa(c.confirmed)
	c.mu.Unlock()
	c.work.Go(func() {
		time.Sleep(confirmLinger)
		_ = c.do(context.Background(), laneTimeout, "confirm "+name, func() { c.redis.settle(key) })
	})
}

// Forgotten implements [lottery.Reserver].
func (c *redisClient) Forgotten(ctx context.Context, t *lottery.Ticket) (n int64, err error) {
	err = c.control(ctx, "forgotten "+t.User+"/"+t.Request, func() { n = c.redis.meta.forgotten })
	return n, err
}

// Forget implements [lottery.Reserver].
func (c *redisClient) Forget(ctx context.Context, t *lottery.Ticket, forgotten int64) error {
	if c.bugs.has(NoForget) {
		return errors.New("a confirmed win is not in the ledger")
	}
	ticket := *t
	return c.control(ctx, "forget "+t.User+"/"+t.Request, func() {
		c.redis.forget(ticket.Activity.Epoch, forgotten, ticket.UserKey, ticket.RequestKey)
	})
}

// State implements [lottery.Workshop].
func (c *redisClient) State(ctx context.Context, activity string) (lottery.RedisState, error) {
	var st lottery.RedisState
	if err := c.control(ctx, "state", func() { st = c.redis.state(c.bugs) }); err != nil {
		return lottery.RedisState{}, err
	}
	return st, nil
}

// Journal implements [lottery.Workshop], in its four calls.
func (c *redisClient) Journal(ctx context.Context, a *lottery.Activity, age time.Duration, limit int) ([]lottery.WinRow, error) {
	var now int64
	if err := c.control(ctx, "time", func() { now = c.redis.clock() }); err != nil {
		return nil, err
	}
	const first, last = -1 << 62, 1 << 62
	between := func(what string, from, to int64, limit int) ([]lottery.Key, error) {
		var keys []lottery.Key
		err := c.control(ctx, what, func() { keys = c.redis.due(from, to, limit) })
		if err != nil {
			return nil, err
		}
		return keys, nil
	}
	keys, err := between("journal", first, now-age.Milliseconds(), limit)
	if err == nil && len(keys) < limit && !c.bugs.has(FutureHoldsSkipped) {
		var future []lottery.Key
		future, err = between("journal of the future", now+age.Milliseconds()+1, last, limit-len(keys))
		keys = append(keys, future...)
	}
	if err != nil || len(keys) == 0 {
		return nil, err
	}
	var found []held
	err = c.control(ctx, "holds "+strconv.Itoa(len(keys)), func() {
		for _, k := range keys {
			if h, ok := c.redis.holds[k]; ok {
				found = append(found, h)
			}
		}
	})
	if err != nil {
		return nil, err
	}
	return c.rows(a, found)
}

// rows are holds as the keeper sees them. The error tells of bad ones.
func (c *redisClient) rows(a *lottery.Activity, found []held) (rows []lottery.WinRow, err error) {
	for _, h := range found {
		if h.bad {
			err = lottery.ErrUnreadableHold
			continue
		}
		h.row.Activity = a.Spec.ID
		rows = append(rows, h.row)
	}
	return rows, err
}

func (c *redisClient) settleAll(keys []lottery.Key) {
	for _, k := range keys {
		c.redis.settle(k)
	}
}

// Settle implements [lottery.Workshop].
func (c *redisClient) Settle(ctx context.Context, a *lottery.Activity, wins []lottery.WinRow) error {
	if len(wins) == 0 {
		return nil
	}
	keys := requestKeys(a, wins)
	return c.control(ctx, "settle "+names(wins), func() { c.settleAll(keys) })
}

// RaiseVersion implements [lottery.Workshop].
func (c *redisClient) RaiseVersion(ctx context.Context, activity string, version int64) error {
	return c.control(ctx, fmt.Sprint("raise ", version), func() { c.redis.raise(version) })
}

// Announce implements [lottery.Workshop].
func (c *redisClient) Announce(ctx context.Context, activity string) error {
	return c.control(ctx, "announce", c.told)
}

// Retire implements [lottery.Workshop]. The activities of the model do not end
// long enough ago.
func (c *redisClient) Retire(context.Context, string, time.Time) error { return nil }

func requestKeys(a *lottery.Activity, wins []lottery.WinRow) []lottery.Key {
	keys := make([]lottery.Key, len(wins))
	for i, w := range wins {
		_, keys[i] = a.KeysOf(w.User, w.Request)
	}
	return keys
}

// names are the requests of rows, for the history.
func names(wins []lottery.WinRow) string {
	var b []byte
	for i, w := range wins {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(append(append(b, w.User...), '/'), w.Request...)
	}
	return string(b)
}
