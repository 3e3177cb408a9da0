package redis

import (
	"context"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// State implements [lottery.Workshop]. Both questions travel in one pipeline on
// one connection, so both answers are of the same process.
func (s *Store) State(ctx context.Context, activity string) (lottery.RedisState, error) {
	pipe := s.control.Pipeline()
	server := pipe.Info(ctx, "server")
	meta := pipe.HMGet(ctx, keys(activity)[keyMeta], "epoch", "version", "run_id", "stock")
	if _, err := pipe.Exec(ctx); err != nil {
		return lottery.RedisState{}, lottery.Unavailable("Redis", err)
	}
	v := meta.Val()
	if v[0] == nil || v[2] == nil || !s.countsUnder(activity, v[3]) {
		return lottery.RedisState{}, nil
	}
	st := lottery.RedisState{Found: true, SameServer: v[2] == infoField(server.Val(), "run_id")}
	st.Epoch, _ = strconv.ParseInt(fmt.Sprint(v[0]), 10, 64)
	st.Version, _ = strconv.ParseInt(fmt.Sprint(v[1]), 10, 64)
	return st, nil
}

// countsUnder tells whether this store can take over an activity's state, given
// meta's field "stock": it must have been published for the same way of counting
// units. Where clients count, their last run may have died with units in hand,
// so a store trusts only what it has published at least once itself.
func (s *Store) countsUnder(activity string, stock any) bool {
	if s.options.Stock == StockInLua {
		return stock == nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return stock == stockAtClient && s.resumed[activity]
}

// Suspend implements [lottery.Workshop]. Epoch 0 is no activity's epoch, so
// every draw is refused as stale.
func (s *Store) Suspend(ctx context.Context, activity string) error {
	info, err := s.control.Info(ctx, "server").Result()
	if err != nil {
		return lottery.Unavailable("Redis", err)
	}
	id := infoField(info, "run_id")
	s.mu.Lock()
	s.suspended[activity] = id
	s.mu.Unlock()
	// If Redis restarts from here on, id is no longer the process's own and
	// whatever is published under it is refused.
	return s.control.HSet(ctx, keys(activity)[keyMeta], "epoch", 0, "run_id", id).Err()
}

// Resume implements [lottery.Workshop].
func (s *Store) Resume(ctx context.Context, a *lottery.Activity) error {
	s.mu.Lock()
	id := s.suspended[a.Spec.ID]
	delete(s.suspended, a.Spec.ID)
	s.mu.Unlock()
	if err := s.script(ctx, resumeScript, a.Spec.ID, a.Epoch, a.Version, id); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.resumed[a.Spec.ID] = true
	return nil
}

// RaiseVersion implements [lottery.Workshop].
func (s *Store) RaiseVersion(ctx context.Context, activity string, version int64) error {
	return s.script(ctx, raiseScript, activity, version)
}

func (s *Store) script(ctx context.Context, source, activity string, args ...any) error {
	err := redis.NewScript(source).Run(ctx, s.control, keys(activity)[:scriptKeys], args...).Err()
	if err != nil {
		return lottery.Unavailable("Redis", err)
	}
	return nil
}

// Journal implements [lottery.Workshop]. Ages are by Redis' clock, which wrote
// them.
func (s *Store) Journal(ctx context.Context, a *lottery.Activity, age time.Duration, limit int) ([]lottery.WinRow, error) {
	names := keys(a.Spec.ID)
	now, err := s.control.Time(ctx).Result()
	if err != nil {
		return nil, lottery.Unavailable("Redis", err)
	}
	due := redis.ZRangeArgs{
		Key: names[keyJournal], Start: "-inf", Stop: now.Add(-age).UnixMilli(),
		ByScore: true, Count: int64(limit),
	}
	members, err := s.control.ZRangeArgs(ctx, due).Result()
	if err != nil || len(members) == 0 {
		return nil, err
	}
	texts, err := s.control.HMGet(ctx, names[keyHolds], members...).Result()
	if err != nil {
		return nil, err
	}
	wins := make([]lottery.WinRow, 0, len(texts))
	for i, text := range texts {
		hold, ok := text.(string)
		if !ok {
			// Confirmed between the two reads, or half of a pair: nothing to end.
			s.control.ZRem(ctx, names[keyJournal], members[i])
			continue
		}
		w, err := parseJournal(a.Spec.ID, hold)
		if err != nil {
			return nil, err
		}
		wins = append(wins, w)
	}
	return wins, nil
}

// parseJournal reads a hold as draw.lua wrote it: numbers, ';', user, request.
func parseJournal(activity, text string) (lottery.WinRow, error) {
	numbers, ids, ok := strings.Cut(text, ";")
	h, mark, n, err := parseHold(numbers)
	if err != nil {
		return lottery.WinRow{}, err
	}
	if !ok || n > len(ids) {
		return lottery.WinRow{}, fmt.Errorf("redis: hold %q is cut short", text)
	}
	return lottery.WinRow{Activity: activity, User: ids[:n], Request: ids[n:], Mark: mark, Hold: h}, nil
}

// Settle implements [lottery.Workshop].
func (s *Store) Settle(ctx context.Context, a *lottery.Activity, wins []lottery.WinRow) error {
	if len(wins) == 0 {
		return nil
	}
	done := make([]lottery.Key, len(wins))
	for i, w := range wins {
		_, done[i] = a.KeysOf(w.User, w.Request)
	}
	return forgetHolds(ctx, s.control, a.Spec.ID, done)
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
	return s.script(ctx, undoScript, a.Spec.ID, args...)
}

// Remember implements [lottery.Workshop]. Wins are sent in portions: a script
// call keeps everybody else waiting.
func (s *Store) Remember(ctx context.Context, a *lottery.Activity, wins []lottery.WinRow) error {
	const portion = 500
	for len(wins) > 0 {
		n := min(portion, len(wins))
		args := make([]any, 0, 2*n)
		for _, w := range wins[:n] {
			u, r := a.KeysOf(w.User, w.Request)
			about := binary.BigEndian.AppendUint32(nil, w.Mark)
			args = append(args, string(u[:])+string(r[:]), strconv.AppendInt(about, int64(w.Order), 10))
		}
		if err := s.script(ctx, rememberScript, a.Spec.ID, args...); err != nil {
			return err
		}
		wins = wins[n:]
	}
	return nil
}

// Restock implements [lottery.Workshop]. Where clients count units, it fills
// their shelves, too, under names of the epoch that Resume will publish.
func (s *Store) Restock(ctx context.Context, a *lottery.Activity, r lottery.Rebuilt) error {
	names := keys(a.Spec.ID)
	pipe := s.control.TxPipeline()
	pipe.Del(ctx, names[keyUnits], names[keyFree], names[keyJournal], names[keyHolds], names[keyTaken], names[keySpare])
	restock(ctx, pipe, r, names[keyUnits], names[keyFree], "")
	if s.options.Stock == StockInLua {
		pipe.HDel(ctx, names[keyMeta], "stock")
	} else {
		pipe.HSet(ctx, names[keyMeta], "stock", stockAtClient)
		restock(ctx, pipe, r, names[keyTaken], names[keySpare], strconv.FormatInt(a.Epoch, 10)+":")
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return lottery.Unavailable("Redis", err)
	}
	return nil
}

// restock writes counters and free units to a hash and a sorted set, each name
// in them behind prefix.
func restock(ctx context.Context, pipe redis.Pipeliner, r lottery.Rebuilt, counters, units, prefix string) {
	for prize, next := range r.Next {
		if next > 0 {
			pipe.HSet(ctx, counters, prefix+strconv.Itoa(prize), next)
		}
		free := make([]redis.Z, len(r.Free[prize]))
		for i, unit := range r.Free[prize] {
			free[i] = redis.Z{Score: float64(prize), Member: fmt.Sprintf("%s%d:%d", prefix, prize, unit)}
		}
		if len(free) > 0 {
			pipe.ZAdd(ctx, units, free...)
		}
	}
}

// Retire implements [lottery.Workshop].
func (s *Store) Retire(ctx context.Context, activity string, at time.Time) error {
	pipe := s.control.Pipeline()
	for _, name := range keys(activity) {
		pipe.ExpireAt(ctx, name, at)
	}
	_, err := pipe.Exec(ctx)
	return err
}

var _ lottery.Workshop = (*Store)(nil)
