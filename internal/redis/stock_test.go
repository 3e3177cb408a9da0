package redis_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
	"github.com/lotteryctl/lotteryctl/internal/redis"
)

// stocks are all ways of counting units.
var stocks = map[string]redis.Stock{"lua": redis.StockInLua, "increment": redis.StockIncrement, "watch": redis.StockWatch}

// counts is the state of the first prize's units in Redis.
type counts struct {
	units int      // highest number handed out, on record
	free  []string // on record
	taken int      // highest number given to a client
	spare []string // for clients to take
}

func stateOf(t *testing.T, a *lottery.Activity) (n counts) {
	t.Helper()
	ctx, c, name := context.Background(), client(t), "lotteryd:{"+a.Spec.ID+"}:"
	n.units, _ = c.HGet(ctx, name+"units", "0").Int()
	n.free = c.ZRange(ctx, name+"free", 0, -1).Val()
	n.taken, _ = c.HGet(ctx, name+"taken", fmt.Sprint(a.Epoch, ":0")).Int()
	n.spare = c.ZRange(ctx, name+"spare", 0, -1).Val()
	return n
}

// hammer draws with every combination of user and request at once and returns
// who holds which unit.
func hammer(t *testing.T, s *redis.Store, a *lottery.Activity, users, requests, copies int) map[int64]string {
	t.Helper()
	held := make(map[int64]string)
	var mu sync.Mutex
	var all sync.WaitGroup
	for i := range users * requests * copies {
		user, request := fmt.Sprint("user-", i%users), fmt.Sprint("r", i/users%requests)
		all.Go(func() {
			tk := a.Ticket(lottery.Entry{User: user, Request: request})
			r, err := s.Reserve(context.Background(), &tk)
			if err != nil || r.Status != lottery.StatusHeld && r.Status != lottery.StatusLost {
				t.Errorf("%s %s: %+v, %v", user, request, r, err)
			}
			if r.Status != lottery.StatusHeld {
				return
			}
			mu.Lock()
			defer mu.Unlock()
			if other, ok := held[r.Hold.Unit]; ok && other != user+" "+request {
				t.Errorf("unit %d is held by %s and %s %s", r.Hold.Unit, other, user, request)
			}
			held[r.Hold.Unit] = user + " " + request
		})
	}
	all.Wait()
	return held
}

// conserved is I4: what was handed out is held or free again, and the clients'
// own books say the same.
func conserved(t *testing.T, a *lottery.Activity, held int, stock redis.Stock) {
	t.Helper()
	n := stateOf(t, a)
	if n.units-len(n.free) != held || n.units > int(a.Spec.Prizes[0].Stock) {
		t.Errorf("%d units of %d handed out, %d free, %d held", n.units, a.Spec.Prizes[0].Stock, len(n.free), held)
	}
	if stock != redis.StockInLua && (n.taken != n.units || len(n.spare) != len(n.free)) {
		t.Errorf("the clients' books say %d taken and %v spare; on record are %d and %v", n.taken, n.spare, n.units, n.free)
	}
}

func TestOneUnitFor200Users(t *testing.T) {
	for name, stock := range stocks {
		t.Run(name, func(t *testing.T) {
			s := open(t, redis.Options{Stock: stock, Timeout: 10 * time.Second})
			a := activity(t, s, 1, nil)
			if held := hammer(t, s, a, 200, 1, 1); len(held) != 1 || held[1] == "" {
				t.Errorf("held: %v; want unit 1, once", held)
			}
			conserved(t, a, 1, stock)
		})
	}
}

// TestUnitsTakenInVainComeBack has every request sent three times at once, and
// users who may win once draw three times: most units are taken in vain.
func TestUnitsTakenInVainComeBack(t *testing.T) {
	for name, stock := range stocks {
		t.Run(name, func(t *testing.T) {
			s := open(t, redis.Options{Stock: stock, Timeout: 10 * time.Second})
			a := activity(t, s, 30, func(r *lottery.Record) { r.Spec.WinsPerUser = 1 })
			held := hammer(t, s, a, 20, 3, 3)
			conserved(t, a, len(held), stock)
			winners := make(map[string]bool)
			for unit, holder := range held {
				user, _, _ := strings.Cut(holder, " ")
				if winners[user] {
					t.Errorf("%s holds unit %d and another one, and may win once", user, unit)
				}
				winners[user] = true
			}
			// At rest nothing is in vain: who comes now gets what is left.
			for i := range 30 - len(held) {
				if r := reserve(t, s, a, fmt.Sprint("new-", i), "r"); r.Status != lottery.StatusHeld {
					t.Errorf("new user %d: %+v, with units left", i, r)
				}
			}
			if r := reserve(t, s, a, "last", "r"); r.Status != lottery.StatusLost {
				t.Errorf("after the last unit: %+v", r)
			}
			conserved(t, a, 30, stock)
		})
	}
}

// TestStrandedUnitComesBackWithARebuild takes a unit and dies.
func TestStrandedUnitComesBackWithARebuild(t *testing.T) {
	ctx := context.Background()
	for _, row := range []struct {
		name  string
		stock redis.Stock
	}{{"increment", redis.StockIncrement}, {"watch", redis.StockWatch}} {
		t.Run(row.name, func(t *testing.T) {
			s := open(t, redis.Options{Stock: row.stock})
			a := activity(t, s, 3, nil)
			publish(t, client(t).HIncrBy(ctx, "lotteryd:{"+a.Spec.ID+"}:taken", "1:0", 1).Err())
			for i, unit := range []int64{2, 3, 0} {
				if r := reserve(t, s, a, fmt.Sprint("user-", i), "r"); r.Hold.Unit != unit {
					t.Errorf("unit %d; want %d: unit 1 is in dead hands", r.Hold.Unit, unit)
				}
			}
			next := a.Record
			next.Epoch = 2
			b := lottery.NewActivity(next)
			publish(t, begin(ctx, s, a.Spec.ID),
				s.Restock(ctx, b, lottery.Rebuilt{Next: []int64{3}, Free: [][]int64{{1}}}), s.Resume(ctx, b))
			if r := reserve(t, s, b, "late", "r"); r.Hold.Unit != 1 {
				t.Errorf("after the rebuild: %+v; want unit 1", r)
			}
			conserved(t, b, 3, row.stock)
		})
	}
}

// TestNothingIsTakenOutsideAPublishedEpoch: a number counted before the shelves
// are filled could be given twice.
func TestNothingIsTakenOutsideAPublishedEpoch(t *testing.T) {
	ctx := context.Background()
	s := open(t, redis.Options{Stock: redis.StockIncrement})
	a := activity(t, s, 3, nil)
	next := a.Record
	next.Epoch = 2
	b := lottery.NewActivity(next)
	publish(t, begin(ctx, s, a.Spec.ID))
	for _, act := range []*lottery.Activity{a, b} {
		if r := reserve(t, s, act, "ann", "r"); r.Status != lottery.StatusStaleEpoch {
			t.Errorf("draw under epoch %d while suspended: %+v", act.Epoch, r)
		}
		if n := stateOf(t, act); n.taken != 0 || n.units != 0 {
			t.Errorf("epoch %d: %+v; want nothing taken", act.Epoch, n)
		}
	}
	publish(t, s.Restock(ctx, b, lottery.Rebuilt{Next: []int64{2}, Free: [][]int64{nil}}), s.Resume(ctx, b))
	if r := reserve(t, s, b, "ann", "r"); r.Hold.Unit != 3 {
		t.Errorf("first draw of the new epoch: %+v; want unit 3", r)
	}
}

// TestWhoeverCountsElsewhereRebuilds: state is taken over only by a store that
// counts as it was published, and if clients count, only by one that has
// published it before.
func TestWhoeverCountsElsewhereRebuilds(t *testing.T) {
	for name, stock := range stocks {
		t.Run(name, func(t *testing.T) {
			s := open(t, redis.Options{Stock: stock})
			a := activity(t, s, 3, nil)
			found := func(s *redis.Store) bool {
				st, err := s.State(context.Background(), a.Spec.ID)
				publish(t, err)
				return st.Found
			}
			if !found(s) {
				t.Error("a store does not take over what it has published itself")
			}
			for other, counts := range stocks {
				want := stock == redis.StockInLua && counts == redis.StockInLua
				if got := found(open(t, redis.Options{Stock: counts})); got != want {
					t.Errorf("a new store that counts by %s takes it over: %v; want %v", other, got, want)
				}
			}
		})
	}
}
