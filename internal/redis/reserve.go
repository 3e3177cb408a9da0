package redis

import (
	"context"
	"errors"

	"github.com/redis/go-redis/v9"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// Reserve implements [lottery.Reserver]. The best variants have no
// preparations: the script does everything.
func (s *Store) Reserve(ctx context.Context, t *lottery.Ticket) (lottery.Reservation, error) {
	q := question{ticket: t}
	for _, prepare := range s.preparations {
		var answer *lottery.Reservation
		var err error
		if q, answer, err = prepare(ctx, q); err != nil {
			return lottery.Reservation{}, lottery.Unavailable("Redis", err)
		}
		if answer != nil {
			return *answer, nil
		}
	}
	return s.ask(ctx, q)
}

// Peek implements [lottery.Reserver].
func (s *Store) Peek(ctx context.Context, t *lottery.Ticket) (lottery.Reservation, error) {
	return s.ask(ctx, question{ticket: t, peek: true})
}

func (s *Store) ask(ctx context.Context, q question) (lottery.Reservation, error) {
	r, err := s.draws.Do(ctx, q)
	if err != nil {
		return lottery.Reservation{}, lottery.Unavailable("Redis", err)
	}
	return r.res, r.err
}

// Confirm implements [lottery.Reserver]. If the queue is full the confirmation
// is left to the reconciler.
func (s *Store) Confirm(t *lottery.Ticket) {
	s.confirmations.add(confirmation{t.Activity.Spec.ID, t.RequestKey})
}

// Forgotten implements [lottery.Reserver].
func (s *Store) Forgotten(ctx context.Context, t *lottery.Ticket) (int64, error) {
	n, err := s.control.HGet(ctx, keys(t.Activity.Spec.ID)[0], "forgotten").Int64()
	if errors.Is(err, redis.Nil) {
		return 0, nil
	}
	return n, err
}

// Forget implements [lottery.Reserver].
func (s *Store) Forget(ctx context.Context, t *lottery.Ticket, forgotten int64) error {
	return s.script(ctx, forgetScript, t.Activity.Spec.ID, t.Activity.Epoch, string(t.UserKey[:])+string(t.RequestKey[:]), forgotten)
}

var _ lottery.Reserver = (*Store)(nil)
