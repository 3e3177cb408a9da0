package redis_test

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
	"github.com/lotteryctl/lotteryctl/internal/redis"
)

// lookingFirst are the variants that read a user's state before the script.
var lookingFirst = map[string]redis.UserState{
	"three gets": redis.StateThreeGets, "pipeline": redis.StatePipeline, "mget": redis.StateMGet,
}

// onlyLosses gives an activity in which nobody wins.
func onlyLosses(r *lottery.Record) { r.Spec.Prizes[0].Weight, r.Spec.BlankWeight = 0, 1 }

func TestStoredLossNeedsNoScript(t *testing.T) {
	for name, state := range lookingFirst {
		t.Run(name, func(t *testing.T) {
			var calls atomic.Int64
			s := open(t, redis.Options{UserState: state, BatchSize: func(int) { calls.Add(1) }})
			a := activity(t, s, 1, onlyLosses)
			if got := reserve(t, s, a, "ann", "r"); got.Status != lottery.StatusLost || got.Replayed {
				t.Fatalf("first draw: %+v", got)
			}
			for range 3 {
				if got := reserve(t, s, a, "ann", "r"); got.Status != lottery.StatusLost || !got.Replayed {
					t.Errorf("replay: %+v; want the stored loss", got)
				}
			}
			if n := calls.Load(); n != 1 {
				t.Errorf("%d script calls for a loss and three replays; want 1", n)
			}
			tk := a.Ticket(lottery.Entry{User: "ann", Request: "r", Proof: "other"})
			got, err := s.Reserve(context.Background(), &tk)
			if err != nil || got.Status != lottery.StatusReused || calls.Load() != 2 {
				t.Errorf("the loss with another proof: %+v, %v after %d calls; want the script to refuse it", got, err, calls.Load())
			}
		})
	}
}

// TestMirrorsExpireAfterTheActivity: nothing of the cache outlives its use.
func TestMirrorsExpireAfterTheActivity(t *testing.T) {
	ctx := context.Background()
	s := open(t, redis.Options{UserState: redis.StateMGet})
	a := activity(t, s, 1, onlyLosses)
	reserve(t, s, a, "ann", "r")
	c := client(t)
	names, err := c.Keys(ctx, "lotteryd:{"+a.Spec.ID+"}:1:*").Result()
	if err != nil || len(names) != 3 {
		t.Fatalf("mirrors %v, %v; want three", names, err)
	}
	for _, name := range names {
		left := time.Until(a.Spec.Ends) + time.Hour
		if got := c.PTTL(ctx, name).Val(); got < left-time.Minute || got > left+time.Minute {
			t.Errorf("%s lives %v; want about %v, an hour longer than the activity", name, got, left)
		}
	}
}

// TestMirrorsOfAnOldEpochAreVoid undoes a win in a rebuild, as the keeper would,
// and plants lies under the old epoch.
func TestMirrorsOfAnOldEpochAreVoid(t *testing.T) {
	ctx := context.Background()
	for name, state := range lookingFirst {
		t.Run(name, func(t *testing.T) {
			s := open(t, redis.Options{UserState: state})
			a := activity(t, s, 5, func(r *lottery.Record) { r.Spec.DrawsPerUser, r.Spec.WinsPerUser = 1, 1 })
			reserve(t, s, a, "ann", "r")
			c := client(t)
			mirrors := c.Keys(ctx, "lotteryd:{"+a.Spec.ID+"}:1:*").Val()
			for _, name := range mirrors {
				if strings.Contains(name, ":outcome:") {
					publish(t, c.Set(ctx, name, "L", 0).Err())
				}
			}
			if got := reserve(t, s, a, "ann", "r"); got.Status != lottery.StatusLost {
				t.Fatalf("the lie is not believed, so this test shows nothing: %+v", got)
			}
			next := a.Record
			next.Epoch = 2
			b := lottery.NewActivity(next)
			publish(t, begin(ctx, s, a.Spec.ID))
			wins, err := s.Journal(ctx, b, 0, 10)
			publish(t, err, s.Undo(ctx, b, wins), s.Restock(ctx, b, lottery.Rebuilt{}), s.Resume(ctx, b))
			if got := reserve(t, s, b, "ann", "r"); got.Status != lottery.StatusHeld || got.Replayed || got.Hold.Order != 1 {
				t.Errorf("the undone draw again: %+v; want a fresh hold, the first win of its user", got)
			}
		})
	}
}

// TestUserAtHisLimitTakesNoUnit: what is read beforehand spares the stock.
func TestUserAtHisLimitTakesNoUnit(t *testing.T) {
	s := open(t, redis.Options{UserState: redis.StatePipeline, Stock: redis.StockIncrement})
	a := activity(t, s, 9, func(r *lottery.Record) { r.Spec.WinsPerUser = 1 })
	reserve(t, s, a, "ann", "0")
	for i := range 4 {
		if got := reserve(t, s, a, "ann", fmt.Sprint(i+1)); got.Status != lottery.StatusLost || got.Replayed {
			t.Errorf("draw after the one win allowed: %+v", got)
		}
	}
	if got := stateOf(t, a); got.taken != 1 || got.units != 1 || len(got.free) != 0 {
		t.Errorf("%+v; want one unit taken and none returned", got)
	}
}

func TestUnknownVariantsAreRefused(t *testing.T) {
	for _, opt := range []redis.Options{{UserState: 9}, {Stock: -1}, {Batching: 4}} {
		opt.URL = server.RedisURL()
		if s, err := redis.Open(opt); err == nil {
			_ = s.Close()
			t.Errorf("%+v was accepted", opt)
		}
	}
}

// TestVariantsNeedTheirLineInTheScript: a replaced script serves all variants if
// it keeps the line, and none but the best if not.
func TestVariantsNeedTheirLineInTheScript(t *testing.T) {
	everybodyLoses := strings.Replace(redis.DrawScript(), "kind == 87", "kind == 0", 1)
	s := open(t, redis.Options{UserState: redis.StateMGet, Stock: redis.StockIncrement, DrawScript: everybodyLoses})
	if got := reserve(t, s, activity(t, s, 5, nil), "ann", "r"); got.Status != lottery.StatusLost {
		t.Errorf("with a script in which everybody loses: %+v", got)
	}
	bare := strings.Replace(redis.DrawScript(), "--@ variants\n", "", 1)
	_ = open(t, redis.Options{DrawScript: bare})
	if s, err := redis.Open(redis.Options{URL: server.RedisURL(), DrawScript: bare, Stock: redis.StockWatch}); err == nil {
		_ = s.Close()
		t.Error("a script without the line was accepted for a variant")
	}
}
