package redis

import (
	"context"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// confirmation says that a request's win is committed.
type confirmation struct {
	activity string
	request  lottery.Key
}

// Confirm implements [lottery.Reserver]. If the queue is full the confirmation
// is left to the reconciler.
func (s *Store) Confirm(t *lottery.Ticket) {
	select {
	case s.confirms <- confirmation{t.Activity.Spec.ID, t.RequestKey}:
	default:
	}
}

// confirmLinger is how long confirmations gather. Nobody waits for them, and a
// round trip of its own for each would compete with the answer it follows.
const confirmLinger = 20 * time.Millisecond

// confirmLoop sends what has gathered, until the channel is closed. Failures
// are left to the reconciler.
func (s *Store) confirmLoop() {
	const most = 512
	gathered := make(map[string][]lottery.Key)
	for first := range s.confirms {
		time.Sleep(confirmLinger)
		gathered[first.activity] = append(gathered[first.activity], first.request)
		for more, n := true, 1; more && n < most; n++ {
			select {
			case c, ok := <-s.confirms:
				if more = ok; ok {
					gathered[c.activity] = append(gathered[c.activity], c.request)
				}
			default:
				more = false
			}
		}
		for activity, done := range gathered {
			ctx, cancel := context.WithTimeout(context.Background(), s.options.Timeout)
			_ = s.forgetHolds(ctx, activity, done)
			cancel()
			delete(gathered, activity)
		}
	}
}
