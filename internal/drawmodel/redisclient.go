package drawmodel

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
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

// fenced runs a step of a rebuild.
func (c *redisClient) fenced(ctx context.Context, what string, script func()) error {
	overtaken, token := false, c.current().token
	err := c.control(ctx, what, func() {
		if overtaken = !c.redis.fenced(token, c.bugs); !overtaken {
			script()
		}
	})
	if err == nil && overtaken {
		err = errOvertaken
	}
	return err
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

// Forget implements [lottery.Reserver].
func (c *redisClient) Forget(ctx context.Context, t *lottery.Ticket) error {
	if c.bugs.has(NoForget) {
		return errors.New("a confirmed win is not in the ledger")
	}
	ticket := *t
	return c.control(ctx, "forget "+t.User+"/"+t.Request, func() {
		c.redis.forget(ticket.Activity.Epoch, ticket.UserKey, ticket.RequestKey)
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

// Suspend implements [lottery.Workshop].
func (c *redisClient) Suspend(ctx context.Context, activity, seen string) (bool, error) {
	var id, token string
	err := c.control(ctx, "info", func() {
		id = c.redis.runID
		c.tokens++
		token = c.owner.name + "#" + strconv.Itoa(c.tokens)
	})
	if err != nil {
		return false, err
	}
	began := false
	err = c.control(ctx, "suspend "+token, func() { began = c.redis.suspend(seen, token, id) })
	if err != nil {
		return false, err
	}
	if began {
		c.mu.Lock()
		c.rebuild = rebuild{token, id, -1}
		c.mu.Unlock()
	}
	return began, nil
}

func (c *redisClient) current() rebuild {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.rebuild
}

// Renew implements [lottery.Workshop].
func (c *redisClient) Renew(ctx context.Context, activity string) error {
	return c.sign(ctx, "renew", false)
}

// Abandon implements [lottery.Workshop].
func (c *redisClient) Abandon(ctx context.Context, activity string) error {
	return c.sign(ctx, "abandon", true)
}

func (c *redisClient) sign(ctx context.Context, what string, gone bool) error {
	var overtaken error
	token := c.current().token
	if err := c.control(ctx, what+" "+token, func() { overtaken = c.redis.renew(token, gone, c.bugs) }); err != nil {
		return err
	}
	return overtaken
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

// Holds implements [lottery.Workshop]: pages of a cursor, between which others
// come.
func (c *redisClient) Holds(ctx context.Context, a *lottery.Activity, f func([]lottery.WinRow) error) (unreadable int, err error) {
	var cursor lottery.Key
	for started := false; ; started = true {
		var page []lottery.Key
		var found []held
		err := c.control(ctx, "scan "+hex.EncodeToString(cursor[:4]), func() { page, found = c.scan(cursor, started) })
		if err != nil {
			return unreadable, err
		}
		var bad []lottery.Key
		for i, h := range found {
			if h.bad {
				bad = append(bad, page[i])
			}
		}
		if len(bad) > 0 {
			err := errors.Join(c.keepAside(ctx, bad), c.control(ctx, "forget bad holds", func() { c.settleAll(bad) }))
			if err != nil {
				return unreadable, err
			}
			unreadable += len(bad)
		}
		if rows, _ := c.rows(a, found); len(rows) > 0 {
			if err := f(rows); err != nil {
				return unreadable, err
			}
		}
		if len(page) < scanPage {
			return unreadable, nil
		}
		cursor = page[len(page)-1]
	}
}

// scan is a page of holds behind a cursor, in an order that stays.
func (c *redisClient) scan(cursor lottery.Key, started bool) (page []lottery.Key, found []held) {
	now := c.redis.clock()
	for k := range c.redis.holds {
		if c.bugs.has(FutureHoldsSkipped) && c.redis.journal[k] > now {
			continue
		}
		if !started || slices.Compare(k[:], cursor[:]) > 0 {
			page = append(page, k)
		}
	}
	slices.SortFunc(page, func(a, b lottery.Key) int { return slices.Compare(a[:], b[:]) })
	page = page[:min(len(page), scanPage)]
	for _, k := range page {
		found = append(found, c.redis.holds[k])
	}
	return page, found
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

// Undo implements [lottery.Workshop].
func (c *redisClient) Undo(ctx context.Context, a *lottery.Activity, wins []lottery.WinRow) error {
	if len(wins) == 0 {
		return nil
	}
	return c.fenced(ctx, "undo "+names(wins), func() {
		for _, w := range wins {
			c.redis.forgetUndone(a.KeysOf(w.User, w.Request))
		}
	})
}

// SetAside implements [lottery.Workshop].
func (c *redisClient) SetAside(ctx context.Context, a *lottery.Activity, wins []lottery.WinRow) error {
	if len(wins) == 0 {
		return nil
	}
	return c.keepAside(ctx, requestKeys(a, wins))
}

func (c *redisClient) keepAside(ctx context.Context, keys []lottery.Key) error {
	return c.fenced(ctx, "aside "+strconv.Itoa(len(keys)), func() {
		for _, k := range keys {
			c.redis.keepAside(k)
		}
	})
}

// Remember implements [lottery.Workshop].
func (c *redisClient) Remember(ctx context.Context, a *lottery.Activity, wins []lottery.WinRow) error {
	if len(wins) == 0 || c.bugs.has(NoRecords) {
		return nil
	}
	wins = slices.Clone(wins)
	return c.fenced(ctx, "remember "+names(wins), func() {
		for _, w := range wins {
			user, key := a.KeysOf(w.User, w.Request)
			c.redis.remember(user, key, w.Mark, w.Order)
		}
	})
}

// Restock implements [lottery.Workshop].
func (c *redisClient) Restock(ctx context.Context, a *lottery.Activity, r lottery.Rebuilt) error {
	if err := c.fenced(ctx, "clear", c.redis.clear); err != nil {
		return err
	}
	next, out := map[int]int64{}, int64(0)
	var free []unit
	for prize, n := range r.Next {
		if n > 0 {
			next[prize] = n
		}
		out += n - int64(len(r.Free[prize]))
		for _, no := range r.Free[prize] {
			free = append(free, unit{prize, no})
		}
	}
	c.mu.Lock()
	c.rebuild.out = out
	c.mu.Unlock()
	for len(free) > fillPage {
		page := free[:fillPage]
		if err := c.fenced(ctx, fmt.Sprint("fill ", page), func() { c.redis.fill(nil, page) }); err != nil {
			return err
		}
		free = free[fillPage:]
	}
	return c.fenced(ctx, fmt.Sprint("fill ", r.Next, free), func() { c.redis.fill(next, free) })
}

// Resume implements [lottery.Workshop].
func (c *redisClient) Resume(ctx context.Context, a *lottery.Activity) error {
	var overtaken error
	mine := c.current()
	err := c.control(ctx, fmt.Sprint("resume ", a.Epoch), func() {
		overtaken = c.redis.resume(mine.token, a.Epoch, a.Version, mine.serverID, mine.out, c.bugs)
	})
	if err != nil {
		return err
	}
	return overtaken
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
