package redis

import (
	"context"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// announcements is the channel on which instances tell of changed activities.
const announcements = "lotteryd:changed"

// Announce implements [lottery.Workshop].
func (s *Store) Announce(ctx context.Context, activity string) error {
	if err := s.control.Publish(ctx, announcements, activity).Err(); err != nil {
		return lottery.Unavailable("Redis", err)
	}
	return nil
}

// Watch delivers the ids that instances announce until ctx ends, then closes
// the channel. A slow reader loses announcements, and so does a broken
// connection: whoever listens must poll as well.
func (s *Store) Watch(ctx context.Context) <-chan string {
	out := make(chan string, 16)
	s.tasks.Go(func() {
		defer close(out)
		sub := s.control.Subscribe(ctx, announcements)
		defer sub.Close()
		in := sub.Channel()
		for {
			select {
			case <-ctx.Done():
				return
			case m, ok := <-in:
				if !ok {
					return
				}
				select {
				case out <- m.Payload:
				default:
				}
			}
		}
	})
	return out
}
