package redis_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
	"github.com/lotteryctl/lotteryctl/internal/redis"
)

// TestLateRebuildWritesNothing: a process that was stopped in a rebuild goes on
// after another one has rebuilt and drawn. None of its steps may change anything.
func TestLateRebuildWritesNothing(t *testing.T) {
	ctx := context.Background()
	late, other := open(t, redis.Options{}), open(t, redis.Options{})
	a := activity(t, other, 50, func(r *lottery.Record) { r.Spec.DrawsPerUser = 1 })
	wins := []lottery.WinRow{{Activity: a.Spec.ID, User: "user0", Request: "r", Hold: lottery.Hold{Unit: 1, Order: 1}}}
	free := lottery.Rebuilt{Next: []int64{40}, Free: [][]int64{{1, 2, 3}}}

	publish(t, begin(ctx, late, a.Spec.ID))
	silence(t, a.Spec.ID)
	next := a.Record
	next.Epoch++
	b := lottery.NewActivity(next)
	publish(t, begin(ctx, other, b.Spec.ID), other.Restock(ctx, b, lottery.Rebuilt{}), other.Resume(ctx, b))
	var held [20]lottery.Reservation
	for i := range held {
		if held[i] = reserve(t, other, b, fmt.Sprint("user", i), "r"); held[i].Status != lottery.StatusHeld {
			t.Fatalf("draw %d: %+v", i, held[i])
		}
	}
	for step, err := range map[string]error{
		"undo": late.Undo(ctx, a, wins), "remember": late.Remember(ctx, a, wins),
		"restock": late.Restock(ctx, a, free), "resume": late.Resume(ctx, a),
	} {
		if err == nil {
			t.Errorf("%s of a late rebuild has no error", step)
		}
	}
	for i, before := range held {
		if got := reserve(t, other, b, fmt.Sprint("user", i), "r"); got.Status != lottery.StatusHeld || !got.Replayed || got.Hold != before.Hold {
			t.Errorf("draw %d again: %+v, want the hold %+v", i, got, before.Hold)
		}
	}
	if got := reserve(t, other, b, "next", "r"); got.Hold.Unit != 21 {
		t.Errorf("the next unit is %d, want 21", got.Hold.Unit)
	}
	holds, err := other.Journal(ctx, b, 0, 100)
	if err != nil || len(holds) != 21 {
		t.Errorf("%d holds in the journal, %v; want 21", len(holds), err)
	}
}

// TestNewestRebuildWins: of two at once, the one that began last may finish; the
// other one ends at its next step, and Redis stays suspended until then.
func TestNewestRebuildWins(t *testing.T) {
	ctx := context.Background()
	first, second := open(t, redis.Options{}), open(t, redis.Options{})
	a := activity(t, first, 10, nil)
	publish(t, begin(ctx, first, a.Spec.ID))
	silence(t, a.Spec.ID)
	publish(t, begin(ctx, second, a.Spec.ID))
	if err := first.Restock(ctx, a, lottery.Rebuilt{Next: []int64{9}}); err == nil {
		t.Error("the first rebuild restocks after the second began")
	}
	if err := first.Resume(ctx, a); err == nil {
		t.Error("the first rebuild resumes after the second began")
	}
	if got := reserve(t, first, a, "ann", "r"); got.Status != lottery.StatusStaleEpoch {
		t.Errorf("under the rebuild: %+v", got)
	}
	publish(t, second.Restock(ctx, a, lottery.Rebuilt{Next: []int64{4}, Free: [][]int64{{2}}}), second.Resume(ctx, a))
	for i, want := range []int64{2, 5, 6} {
		if got := reserve(t, first, a, fmt.Sprint("user", i), "r"); got.Hold.Unit != want {
			t.Errorf("draw %d: unit %d, want %d", i, got.Hold.Unit, want)
		}
	}
	// What ended is over: its token is no longer good for anything.
	if err := second.Restock(ctx, a, lottery.Rebuilt{}); err == nil {
		t.Error("a rebuild that ended restocks")
	}
}

// silence makes the sign of life of a rebuild three seconds old.
func silence(t *testing.T, activity string) {
	t.Helper()
	ctx := context.Background()
	c := client(t)
	now, err := c.Time(ctx).Result()
	if err != nil {
		t.Fatal(err)
	}
	if n, err := c.HSet(ctx, "lotteryd:{"+activity+"}:meta", "alive", now.Add(-3*time.Second).UnixMilli()).Result(); err != nil || n != 0 {
		t.Fatalf("no rebuild to silence: %d, %v", n, err)
	}
}

// TestLivingRebuildIsLeftAlone: nobody begins another one while it gives signs of
// life, and somebody does once it gives none, has failed, or has lived in a future
// that the clock went back from.
func TestLivingRebuildIsLeftAlone(t *testing.T) {
	ctx := context.Background()
	first, second := open(t, redis.Options{}), open(t, redis.Options{})
	a := activity(t, first, 10, nil)
	id := a.Spec.ID
	publish(t, begin(ctx, first, id))
	if begin(ctx, second, id) == nil {
		t.Error("another rebuild began although the first one lives")
	}
	silence(t, id)
	publish(t, first.Renew(ctx, id))
	if begin(ctx, second, id) == nil {
		t.Error("another rebuild began although the first one has given a sign of life")
	}
	publish(t, first.Abandon(ctx, id), begin(ctx, second, id))
	if first.Renew(ctx, id) == nil || first.Abandon(ctx, id) == nil {
		t.Error("a rebuild that was given up is still alive")
	}
	silence(t, id)
	client(t).HSet(ctx, "lotteryd:{"+id+"}:meta", "alive", time.Now().Add(time.Hour).UnixMilli())
	publish(t, begin(ctx, first, id))
}

// TestSuspendSparesWhatWasRebuilt: between the look and the decision somebody else
// has rebuilt.
func TestSuspendSparesWhatWasRebuilt(t *testing.T) {
	ctx := context.Background()
	late, other := open(t, redis.Options{}), open(t, redis.Options{})
	a := activity(t, other, 10, nil)
	st, err := late.State(ctx, a.Spec.ID)
	if err != nil {
		t.Fatal(err)
	}
	next := a.Record
	next.Epoch++
	b := lottery.NewActivity(next)
	publish(t, begin(ctx, other, a.Spec.ID), other.Restock(ctx, b, lottery.Rebuilt{}), other.Resume(ctx, b))
	if began, err := late.Suspend(ctx, a.Spec.ID, st.Seen); began || err != nil {
		t.Errorf("suspended what was rebuilt: %v, %v", began, err)
	}
	if got := reserve(t, other, b, "ann", "r"); got.Status != lottery.StatusHeld {
		t.Errorf("a draw afterwards: %+v", got)
	}
}

// TestLossInARebuildIsNotPublished: a key that is lost while a rebuild is under
// way is not mistaken for one that is complete. The rebuild ends with an error,
// and the next one writes everything again.
func TestLossInARebuildIsNotPublished(t *testing.T) {
	ctx := context.Background()
	for _, key := range []string{"users", "records", "units", "free", "meta", "none"} {
		t.Run(key, func(t *testing.T) {
			s := open(t, redis.Options{})
			a := activity(t, s, 9, nil)
			won := []lottery.WinRow{
				{Activity: a.Spec.ID, User: "ann", Request: "first", Hold: lottery.Hold{Unit: 1, Order: 1}},
				{Activity: a.Spec.ID, User: "ann", Request: "second", Hold: lottery.Hold{Unit: 3, Order: 2}},
			}
			undone := []lottery.WinRow{
				{Activity: a.Spec.ID, User: "bob", Request: "first"}, {Activity: a.Spec.ID, User: "bob", Request: "second"},
			}
			for _, w := range undone {
				reserve(t, s, a, w.User, w.Request)
			}
			rebuild := func() {
				publish(t, begin(ctx, s, a.Spec.ID), s.Undo(ctx, a, undone), s.Remember(ctx, a, won), s.Remember(ctx, a, won),
					s.Restock(ctx, a, lottery.Rebuilt{Next: []int64{3}, Free: [][]int64{{2}}}))
			}
			rebuild()
			if key != "none" {
				if n, err := client(t).Del(ctx, "lotteryd:{"+a.Spec.ID+"}:"+key).Result(); err != nil || n != 1 {
					t.Fatalf("deleted %d keys: %v", n, err)
				}
				if s.Resume(ctx, a) == nil {
					t.Error("the rest was published as if it were complete")
				}
				if got := reserve(t, s, a, "ann", "second"); got.Status != lottery.StatusStaleEpoch {
					t.Errorf("the second win again: %+v, want it refused", got)
				}
				_ = s.Abandon(ctx, a.Spec.ID)
				rebuild()
			}
			publish(t, s.Resume(ctx, a))
			for _, w := range won {
				if got := reserve(t, s, a, w.User, w.Request); got.Status != lottery.StatusConfirmed {
					t.Errorf("%s again: %+v, want a win on record", w.Request, got)
				}
			}
			if st, err := s.State(ctx, a.Spec.ID); err != nil || !st.Whole {
				t.Errorf("the state afterwards: %+v, %v", st, err)
			}
		})
	}
}
