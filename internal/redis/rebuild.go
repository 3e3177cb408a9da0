package redis

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// errOvertaken ends a rebuild that is not the newest one of its activity, or that
// Redis has lost. What it wrote is rebuilt by the other one; it may write nothing
// more.
var errOvertaken = errors.New("another rebuild of the activity began, or Redis lost this one")

// lease is for how long a rebuild may give no sign of life before another one may
// begin.
const lease = 2 * time.Second

// Suspend implements [lottery.Workshop]. Epoch 0 is no activity's epoch, so
// every draw is refused as stale. It ends the right of any earlier rebuild to
// write: a process that was stopped in one, and lost its lease, goes on too late.
func (s *Store) Suspend(ctx context.Context, activity, seen string) (bool, error) {
	info, err := s.control.Info(ctx, "server").Result()
	if err != nil {
		return false, lottery.Unavailable("Redis", err)
	}
	// If Redis restarts from here on, the id is no longer the process's own and
	// whatever is published under it is refused.
	r := rebuild{token: rand.Text(), serverID: infoField(info, "run_id")}
	began, err := redis.NewScript(suspendScript).Run(ctx, s.control, keys(activity)[:keyRecords+1],
		seen, r.token, r.serverID, lease.Milliseconds()).Bool()
	if err != nil {
		return false, lottery.Unavailable("Redis", err)
	}
	if began {
		s.mu.Lock()
		s.rebuilds[activity] = r
		s.mu.Unlock()
	}
	return began, nil
}

// Renew implements [lottery.Workshop].
func (s *Store) Renew(ctx context.Context, activity string) error {
	return s.fenced(ctx, renewScript, activity, keys(activity)[:keyMeta+1], "alive")
}

// Abandon implements [lottery.Workshop].
func (s *Store) Abandon(ctx context.Context, activity string) error {
	return s.fenced(ctx, renewScript, activity, keys(activity)[:keyMeta+1], "gone")
}

// Resume implements [lottery.Workshop].
func (s *Store) Resume(ctx context.Context, a *lottery.Activity) error {
	s.mu.Lock()
	r := s.rebuilds[a.Spec.ID]
	s.mu.Unlock()
	if err := s.fenced(ctx, resumeScript, a.Spec.ID, keys(a.Spec.ID)[:scriptKeys], a.Epoch, a.Version, r.serverID, r.out); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.rebuilds, a.Spec.ID)
	s.resumed[a.Spec.ID] = true
	return nil
}

// fenced runs a script that does nothing unless the rebuild that this store began
// is still the newest one. The script's first argument is the token.
func (s *Store) fenced(ctx context.Context, source, activity string, names []string, args ...any) error {
	s.mu.Lock()
	token := s.rebuilds[activity].token
	s.mu.Unlock()
	err := redis.NewScript(source).Run(ctx, s.control, names, append([]any{token}, args...)...).Err()
	switch {
	case redis.HasErrorPrefix(err, "OVERTAKEN"):
		return fmt.Errorf("rebuilding %q: %w", activity, errOvertaken)
	case err != nil:
		return lottery.Unavailable("Redis", err)
	}
	return nil
}

// Holds implements [lottery.Workshop].
func (s *Store) Holds(ctx context.Context, a *lottery.Activity, f func([]lottery.WinRow) error) (unreadable int, err error) {
	for cursor := uint64(0); ; {
		page, next, err := s.control.HScan(ctx, keys(a.Spec.ID)[keyHolds], cursor, "", portion).Result()
		if err != nil {
			return unreadable, lottery.Unavailable("Redis", err)
		}
		wins, bad := make([]lottery.WinRow, 0, len(page)/2), []string(nil)
		for i := 1; i < len(page); i += 2 {
			w, err := parseJournal(a.Spec.ID, page[i])
			if err != nil {
				bad = append(bad, page[i-1])
				continue
			}
			wins = append(wins, w)
		}
		if len(bad) > 0 {
			if err := errors.Join(s.setAside(ctx, a.Spec.ID, bad), s.forgetHolds(ctx, a.Spec.ID, bad)); err != nil {
				return unreadable, err
			}
			unreadable += len(bad)
		}
		if len(wins) > 0 {
			if err := f(wins); err != nil {
				return unreadable, err
			}
		}
		if cursor = next; cursor == 0 {
			return unreadable, nil
		}
	}
}

// SetAside implements [lottery.Workshop].
func (s *Store) SetAside(ctx context.Context, a *lottery.Activity, wins []lottery.WinRow) error {
	if len(wins) == 0 {
		return nil
	}
	requests := make([]string, len(wins))
	for i, w := range wins {
		_, r := a.KeysOf(w.User, w.Request)
		requests[i] = string(r[:])
	}
	return s.setAside(ctx, a.Spec.ID, requests)
}

func (s *Store) setAside(ctx context.Context, activity string, requests []string) error {
	names := keys(activity)
	return s.fenced(ctx, asideScript, activity, []string{names[keyMeta], names[keyHolds], names[keyAside]}, anys(requests)...)
}

func (s *Store) forgetHolds(ctx context.Context, activity string, requests []string) error {
	return endHolds(ctx, s.control, activity, "dropped", anys(requests))
}

func anys(texts []string) []any {
	all := make([]any, len(texts))
	for i, t := range texts {
		all[i] = t
	}
	return all
}

// Undo implements [lottery.Workshop].
func (s *Store) Undo(ctx context.Context, a *lottery.Activity, wins []lottery.WinRow) error {
	if len(wins) == 0 {
		return nil
	}
	args := make([]any, len(wins))
	for i, w := range wins {
		u, r := a.KeysOf(w.User, w.Request)
		args[i] = string(u[:]) + string(r[:])
	}
	return s.fenced(ctx, undoScript, a.Spec.ID, keys(a.Spec.ID)[:scriptKeys], args...)
}

// portion is how many wins or units one script call sets: a call keeps everybody
// else waiting.
const portion = 500

// Remember implements [lottery.Workshop].
func (s *Store) Remember(ctx context.Context, a *lottery.Activity, wins []lottery.WinRow) error {
	for len(wins) > 0 {
		n := min(portion, len(wins))
		args := make([]any, 0, 2*n)
		for _, w := range wins[:n] {
			u, r := a.KeysOf(w.User, w.Request)
			about := binary.BigEndian.AppendUint32(nil, w.Mark)
			args = append(args, string(u[:])+string(r[:]), strconv.AppendInt(about, int64(w.Order), 10))
		}
		if err := s.fenced(ctx, rememberScript, a.Spec.ID, keys(a.Spec.ID)[:scriptKeys], args...); err != nil {
			return err
		}
		wins = wins[n:]
	}
	return nil
}

// Restock implements [lottery.Workshop]. Where clients count units, it fills
// their shelves, too, under names of the epoch that Resume will publish.
func (s *Store) Restock(ctx context.Context, a *lottery.Activity, r lottery.Rebuilt) error {
	names, stock := keys(a.Spec.ID), ""
	if s.options.Stock != StockInLua {
		stock = stockAtClient
	}
	if err := s.fenced(ctx, clearScript, a.Spec.ID, names[:keyAside], stock, r.Won); err != nil {
		return err
	}
	s.expect(a.Spec.ID, r)
	if err := s.restock(ctx, a.Spec.ID, r, names[keyUnits], names[keyFree], ""); err != nil || stock == "" {
		return err
	}
	return s.restock(ctx, a.Spec.ID, r, names[keyTaken], names[keySpare], strconv.FormatInt(a.Epoch, 10)+":")
}

// expect notes how many units a rebuild says are gone, for Resume.
func (s *Store) expect(activity string, r lottery.Rebuilt) {
	out := int64(0)
	for prize, next := range r.Next {
		out += next - int64(len(r.Free[prize]))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	begun := s.rebuilds[activity]
	begun.out = strconv.FormatInt(out, 10)
	s.rebuilds[activity] = begun
}

// restock writes counters and free units to a hash and a sorted set, each name
// in them behind prefix.
func (s *Store) restock(ctx context.Context, activity string, r lottery.Rebuilt, counters, units, prefix string) error {
	names := []string{keys(activity)[keyMeta], counters, units}
	var args []any
	send := func(least int) error {
		if len(args) < least {
			return nil
		}
		err := s.fenced(ctx, fillScript, activity, names, args...)
		args = args[:0]
		return err
	}
	for prize, next := range r.Next {
		if next > 0 {
			args = append(args, "counter", prefix+strconv.Itoa(prize), next)
		}
		for _, unit := range r.Free[prize] {
			args = append(args, "unit", prize, fmt.Sprintf("%s%d:%d", prefix, prize, unit))
			if err := send(3 * portion); err != nil {
				return err
			}
		}
	}
	return send(1)
}
