package redis

import (
	"context"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// Aside is a hold that the ledger could not take.
type Aside struct {
	Key string // of its request, 12 bytes
	// Text is the hold in words, as the draw script wrote it or as somebody left it.
	Text string
}

// Aside lists the holds of an activity that were set aside, in no order.
func (s *Store) Aside(ctx context.Context, activity string) ([]Aside, error) {
	all, err := s.control.HGetAll(ctx, keys(activity)[keyAside]).Result()
	if err != nil {
		return nil, lottery.Unavailable("Redis", err)
	}
	list := make([]Aside, 0, len(all))
	for key, text := range all {
		list = append(list, Aside{key, text})
	}
	return list, nil
}

// ForgetAside deletes holds that were set aside. Nothing depends on them: their
// requests have been open for another draw since.
func (s *Store) ForgetAside(ctx context.Context, activity string, holds []Aside) error {
	if len(holds) == 0 {
		return nil
	}
	fields := make([]string, len(holds))
	for i, h := range holds {
		fields[i] = h.Key
	}
	if err := s.control.HDel(ctx, keys(activity)[keyAside], fields...).Err(); err != nil {
		return lottery.Unavailable("Redis", err)
	}
	return nil
}
