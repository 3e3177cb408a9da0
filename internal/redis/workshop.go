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
