package redis

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// Stock says who counts the units of a prize.
//
// In all but the best variant the client takes a numbered unit before it calls
// the script, which uses it if the ticket really wins and otherwise puts it back
// in the same call. Two weaknesses are theirs:
//   - Between take and call the unit is nobody's. A client that dies there, or
//     whose call ends in an error, strands it until the next rebuild; so a store
//     of these variants has every activity rebuilt once after its start.
//   - A unit taken in vain (for a replay, say) is missing for a moment, and who
//     comes in that moment may be told that the last unit is gone.
//
// Clients count under names of the epoch, which a rebuild leaves behind, and the
// script alone writes the state of record. All instances of a deployment must
// count in the same way.
type Stock int

// The variants of counting stock.
const (
	StockInLua     Stock = iota // in the draw script, with everything else
	StockIncrement              // HINCRBY, and back if that was one too many
	StockWatch                  // WATCH, read, MULTI, write, EXEC; again if somebody came between
)

// shelf is one prize's stock in one epoch.
type shelf struct {
	taken, spare string // names of keys
	field        string // "epoch:index", in taken
	prize        int
	stock        int64
}

func newShelf(a *lottery.Activity, prize int) shelf {
	names := keys(a.Spec.ID)
	return shelf{
		taken: names[keyTaken], spare: names[keySpare],
		field: fmt.Sprintf("%d:%d", a.Epoch, prize), prize: prize, stock: a.Spec.Prizes[prize].Stock,
	}
}

// taking is how the variants take a unit off a shelf: returned ones first, then
// the next number; 0 if there is none.
type taking func(ctx context.Context, c *redis.Client, s shelf) (unit int64, err error)

// taking returns nil for the variant that does not take.
func (s Stock) taking() taking {
	switch s {
	case StockIncrement:
		return takeByIncrement
	case StockWatch:
		return takeByWatch
	default:
		return nil
	}
}

// takeByIncrement counts first and looks afterwards. It only ever takes back what
// was counted beyond the stock: every number up to the stock is given once.
func takeByIncrement(ctx context.Context, c *redis.Client, s shelf) (int64, error) {
	for {
		member, unit, err := firstSpare(ctx, c, s)
		if err != nil {
			return 0, err
		}
		if member == "" {
			break
		}
		removed, err := c.ZRem(ctx, s.spare, member).Result()
		if err != nil || removed == 1 {
			return unit, err
		}
	}
	n, err := c.HIncrBy(ctx, s.taken, s.field, 1).Result()
	if err != nil || n <= s.stock {
		return n, err
	}
	return 0, c.HIncrBy(ctx, s.taken, s.field, -1).Err()
}

// takeByWatch looks first and counts only if nothing moved meanwhile. Of those that
// collide one gets through and the others look again, until ctx ends: with dozens
// at once most tries are in vain, and the unlucky run into their deadline.
func takeByWatch(ctx context.Context, c *redis.Client, s shelf) (unit int64, err error) {
	for {
		err := c.Watch(ctx, func(tx *redis.Tx) (err error) {
			unit, err = takeWatched(ctx, tx, s)
			return err
		}, s.taken, s.spare)
		if !errors.Is(err, redis.TxFailedErr) {
			return unit, err
		}
		if ctx.Err() != nil {
			return 0, ctx.Err()
		}
	}
}

func takeWatched(ctx context.Context, tx *redis.Tx, s shelf) (int64, error) {
	member, unit, err := firstSpare(ctx, tx, s)
	if err != nil {
		return 0, err
	}
	change := func(pipe redis.Pipeliner) error { return pipe.ZRem(ctx, s.spare, member).Err() }
	if member == "" {
		n, err := tx.HGet(ctx, s.taken, s.field).Int64()
		if err != nil && !errors.Is(err, redis.Nil) {
			return 0, err
		}
		if n >= s.stock {
			return 0, nil
		}
		unit = n + 1
		change = func(pipe redis.Pipeliner) error { return pipe.HSet(ctx, s.taken, s.field, unit).Err() }
	}
	_, err = tx.TxPipelined(ctx, change)
	return unit, err
}

// firstSpare finds the first returned unit without taking it; "" if there is
// none of this epoch.
func firstSpare(ctx context.Context, c redis.Cmdable, s shelf) (member string, unit int64, err error) {
	of := strconv.Itoa(s.prize)
	found, err := c.ZRangeArgs(ctx, redis.ZRangeArgs{Key: s.spare, Start: of, Stop: of, ByScore: true, Count: 1}).Result()
	if err != nil || len(found) == 0 {
		return "", 0, err
	}
	number, ok := strings.CutPrefix(found[0], s.field+":")
	if !ok {
		return "", 0, nil
	}
	unit, err = strconv.ParseInt(number, 10, 64)
	return found[0], unit, err
}

// counter takes units before the script is asked.
type counter struct {
	client  *redis.Client
	take    taking
	timeout time.Duration // of all tries for one ticket

	mu        sync.Mutex
	published map[string]int64 // the epoch last seen in force, by activity
}

// prepare takes a unit for a ticket that may win: along the prize's fallbacks,
// the first that there is.
func (c *counter) prepare(ctx context.Context, q question) (question, *lottery.Reservation, error) {
	t := q.ticket
	if t.Prize == lottery.Blank || t.Blocked || q.lose {
		return q, nil, nil
	}
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	if ready, err := c.ready(ctx, t.Activity); err != nil || !ready {
		return q, &lottery.Reservation{Status: lottery.StatusStaleEpoch}, err
	}
	for _, prize := range t.Activity.Chain(t.Prize) {
		unit, err := c.take(ctx, c.client, newShelf(t.Activity, prize))
		if err != nil {
			return q, nil, err
		}
		if unit > 0 {
			q.prize, q.unit = int16(prize), uint32(unit)
			break
		}
	}
	return q, nil, nil
}

// ready tells whether the activity's epoch has been published by a store that
// counts like this one. Before that its shelves are not filled, and a number
// counted there could be given again; afterwards they stay its own for ever.
func (c *counter) ready(ctx context.Context, a *lottery.Activity) (bool, error) {
	c.mu.Lock()
	ready := c.published[a.Spec.ID] == a.Epoch
	c.mu.Unlock()
	if ready {
		return true, nil
	}
	meta, err := c.client.HMGet(ctx, keys(a.Spec.ID)[keyMeta], "epoch", "stock").Result()
	if err != nil {
		return false, err
	}
	if meta[0] != strconv.FormatInt(a.Epoch, 10) || meta[1] != stockAtClient {
		return false, nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.published[a.Spec.ID] = a.Epoch
	return true, nil
}

// stockAtClient is the value of meta's field "stock" where clients count; the
// field is absent where the script does.
const stockAtClient = "client"
