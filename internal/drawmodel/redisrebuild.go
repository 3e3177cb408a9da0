package drawmodel

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

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
