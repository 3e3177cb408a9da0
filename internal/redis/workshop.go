package redis

import (
	"context"
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
	state := pipe.Eval(ctx, stateScript, keys(activity)[:scriptKeys])
	if _, err := pipe.Exec(ctx); err != nil {
		return lottery.RedisState{}, lottery.Unavailable("Redis", err)
	}
	v, err := state.Slice()
	if err != nil {
		return lottery.RedisState{}, lottery.Unavailable("Redis", err)
	}
	seen, _ := v[5].(string)
	holds, _ := v[6].(int64)
	oldest, _ := v[7].(int64)
	committed, _ := v[8].(int64)
	published, _ := v[9].(int64)
	if v[0] == nil || v[2] == nil || !s.countsUnder(activity, v[3]) {
		return lottery.RedisState{Seen: seen, Holds: int(holds), Committed: committed, Published: published}, nil
	}
	st := lottery.RedisState{
		Seen: seen, Found: true, SameServer: v[2] == infoField(server.Val(), "run_id"), Whole: v[4] == int64(1),
		Holds: int(holds), Oldest: max(0, time.Duration(oldest)*time.Millisecond),
		Committed: committed, Published: published,
	}
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
// them; it may have been set back since, so entries of the future are overdue too.
func (s *Store) Journal(ctx context.Context, a *lottery.Activity, age time.Duration, limit int) ([]lottery.WinRow, error) {
	names := keys(a.Spec.ID)
	now, err := s.control.Time(ctx).Result()
	if err != nil {
		return nil, lottery.Unavailable("Redis", err)
	}
	between := func(start, stop any) ([]string, error) {
		return s.control.ZRangeArgs(ctx, redis.ZRangeArgs{
			Key: names[keyJournal], Start: start, Stop: stop, ByScore: true, Count: int64(limit),
		}).Result()
	}
	members, err := between("-inf", now.Add(-age).UnixMilli())
	if err == nil && len(members) < limit {
		var future []string
		future, err = between(now.Add(age).UnixMilli()+1, "+inf")
		members = append(members, future[:min(len(future), limit-len(members))]...)
	}
	if err != nil || len(members) == 0 {
		return nil, err
	}
	texts, err := s.control.HMGet(ctx, names[keyHolds], members...).Result()
	if err != nil {
		return nil, err
	}
	var unreadable error
	wins := make([]lottery.WinRow, 0, len(texts))
	for _, text := range texts {
		hold, ok := text.(string)
		if !ok {
			continue // confirmed between the two reads
		}
		w, err := parseJournal(a.Spec.ID, hold)
		if err != nil {
			unreadable = err
			continue
		}
		wins = append(wins, w)
	}
	return wins, unreadable
}

// parseJournal reads a hold as draw.lua wrote it: numbers, ';', user, request.
func parseJournal(activity, text string) (lottery.WinRow, error) {
	numbers, ids, ok := strings.Cut(text, ";")
	h, mark, n, err := parseHold(numbers)
	if err != nil {
		return lottery.WinRow{}, err
	}
	if !ok || n > len(ids) {
		return lottery.WinRow{}, unreadable("%q is followed by %d bytes, and the user has %d", numbers, len(ids), n) // not the ids: errors are logged
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
	return settleHolds(ctx, s.control, a.Spec.ID, done)
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
