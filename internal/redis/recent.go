package redis

import (
	"context"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// recentPage is how many wins one call reads.
const recentPage = 1000

// Recent lists the last wins that this Redis saw committed, oldest first, with epoch
// 0. A win may be there twice. What cannot be read is counted and left out.
func (s *Store) Recent(ctx context.Context, activity string) (wins []lottery.WinRow, unreadable int, err error) {
	name := keys(activity)[keyRecent]
	for from := int64(0); ; from += recentPage {
		page, err := s.control.LRange(ctx, name, from, from+recentPage-1).Result()
		if err != nil {
			return nil, 0, lottery.Unavailable("Redis", err)
		}
		for _, text := range page {
			w, err := parseJournal(activity, text)
			if err != nil {
				unreadable++
				continue
			}
			wins = append(wins, w)
		}
		if len(page) < recentPage {
			return wins, unreadable, nil
		}
	}
}

// AcceptLoss makes Redis expect no more wins in the ledger than it has, and no other
// epoch: what is missing is given up. The activity's draws may be decided again.
func (s *Store) AcceptLoss(ctx context.Context, activity string, won int64) error {
	if err := s.control.HSet(ctx, keys(activity)[keyMeta], "won", won).Err(); err != nil {
		return lottery.Unavailable("Redis", err)
	}
	return nil
}
