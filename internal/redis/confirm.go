package redis

import (
	"context"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// confirmation says that a request's win is committed.
type confirmation struct {
	activity string
	request  lottery.Key
}

// confirmations sends confirmations in the background.
type confirmations struct {
	control *redis.Client
	timeout time.Duration // of one call
	queue   chan confirmation
}

func newConfirmations(control *redis.Client, timeout time.Duration) *confirmations {
	return &confirmations{control: control, timeout: timeout, queue: make(chan confirmation, 8192)}
}

// add drops a confirmation that finds the queue full.
func (c *confirmations) add(one confirmation) {
	select {
	case c.queue <- one:
	default:
	}
}

// confirmLinger is how long confirmations gather. Nobody waits for them, and a
// round trip of its own for each would compete with the answer it follows.
const confirmLinger = 20 * time.Millisecond

// run sends what has gathered, until the queue is closed. Failures are left to
// the reconciler.
func (c *confirmations) run() {
	const most = 512
	gathered := make(map[string][]lottery.Key)
	for first := range c.queue {
		time.Sleep(confirmLinger)
		gathered[first.activity] = append(gathered[first.activity], first.request)
		for more, n := true, 1; more && n < most; n++ {
			select {
			case next, ok := <-c.queue:
				if more = ok; ok {
					gathered[next.activity] = append(gathered[next.activity], next.request)
				}
			default:
				more = false
			}
		}
		for activity, done := range gathered {
			ctx, cancel := context.WithTimeout(context.Background(), c.timeout)
			_ = settleHolds(ctx, c.control, activity, done)
			cancel()
			delete(gathered, activity)
		}
	}
}

// settleHolds ends the holds of requests whose wins are committed.
func settleHolds(ctx context.Context, control *redis.Client, activity string, done []lottery.Key) error {
	members := make([]any, len(done))
	for i, k := range done {
		members[i] = string(k[:])
	}
	return endHolds(ctx, control, activity, "won", members)
}

// endHolds runs settle.lua; how is its first argument.
func endHolds(ctx context.Context, control *redis.Client, activity, how string, members []any) error {
	names := keys(activity)
	return redis.NewScript(settleScript).Run(ctx, control, append(names[:scriptKeys:scriptKeys], names[keyRecent]), append([]any{how}, members...)...).Err()
}
