package lottery_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// registry is a ledger's administration that holds one activity, "summer",
// which others change.
type registry struct {
	lottery.Registry // nil: whatever is not below must not be called

	lock     sync.Mutex
	record   lottery.Record
	listings atomic.Int64
	sought   atomic.Int64
	listed   func() // called after the list was read
}

func (r *registry) set(version, epoch int64) {
	r.lock.Lock()
	defer r.lock.Unlock()
	s := spec()
	s.Ends, s.BlankWeight, s.Prizes[0].Weight, s.Prizes[1].Weight = time.Now().Add(24*time.Hour), 1, 0, 0 // every draw loses
	r.record = lottery.Record{Spec: s, Version: version, Epoch: epoch}
}

func (r *registry) current() lottery.Record {
	r.lock.Lock()
	defer r.lock.Unlock()
	return r.record
}

func (r *registry) Activity(_ context.Context, id string) (lottery.Record, error) {
	r.lock.Lock()
	defer r.lock.Unlock()
	r.sought.Add(1)
	if id != r.record.Spec.ID {
		return lottery.Record{}, lottery.Refuse(lottery.KindUnknownActivity, "there is no activity %q", id)
	}
	return r.record, nil
}

func (r *registry) Activities(context.Context) ([]lottery.Record, error) {
	r.listings.Add(1)
	r.lock.Lock()
	list := []lottery.Record{r.record}
	r.lock.Unlock()
	if r.listed != nil {
		r.listed()
	}
	return list, nil
}

// redis knows the newest version and epoch and answers "lost" to tickets that
// have both.
type redis struct {
	lottery.Workshop
	registry *registry
	met      []int64 // versions of the tickets, in order
}

func (r *redis) Reserve(_ context.Context, t *lottery.Ticket) (lottery.Reservation, error) {
	rec := r.registry.current()
	r.met = append(r.met, t.Activity.Version)
	switch {
	case t.Activity.Epoch != rec.Epoch:
		return lottery.Reservation{Status: lottery.StatusStaleEpoch}, nil
	case t.Activity.Version != rec.Version:
		return lottery.Reservation{Status: lottery.StatusStaleVersion}, nil
	}
	return lottery.Reservation{Status: lottery.StatusLost}, nil
}

func (r *redis) Peek(ctx context.Context, t *lottery.Ticket) (lottery.Reservation, error) {
	return r.Reserve(ctx, t)
}

func (r *redis) Confirm(*lottery.Ticket) {}

func (r *redis) Forgotten(context.Context, *lottery.Ticket) (int64, error) { return 0, nil }

func (r *redis) Forget(context.Context, *lottery.Ticket, int64) error { return nil }

func (r *redis) State(context.Context, string) (lottery.RedisState, error) {
	rec := r.registry.current()
	return lottery.RedisState{Found: true, SameServer: true, Whole: true, Epoch: rec.Epoch, Version: rec.Version}, nil
}

func (r *redis) RaiseVersion(context.Context, string, int64) error { return nil }

func (r *redis) Journal(context.Context, *lottery.Activity, time.Duration, int) ([]lottery.WinRow, error) {
	return nil, nil
}

// deaf is an observer that keeps nothing.
type deaf struct{}

func (deaf) Reserved(time.Duration)             {}
func (deaf) Committed(time.Duration)            {}
func (deaf) Reconciled(lottery.Ruling, int)     {}
func (deaf) Rebuilt(string)                     {}
func (deaf) Violation(_, _ string)              {}
func (deaf) Pending(string, int, time.Duration) {}

// bench is an engine over fakes.
type bench struct {
	registry *registry
	redis    *redis
	keeper   *lottery.Keeper
	engine   *lottery.Engine
}

// newBench wires an engine that finds activities in one of three ways; changed
// is false to leave the cache untold of changes.
func newBench(t *testing.T, metadata string, told bool) *bench {
	t.Helper()
	b := &bench{registry: new(registry)}
	b.registry.set(1, 1)
	b.redis = &redis{registry: b.registry}
	catalogue := new(lottery.Catalogue)
	var find lottery.Activities = catalogue
	options := lottery.KeeperOptions{Refresh: time.Second, Overdue: time.Second, Grace: time.Hour, Recovery: time.Minute}
	switch metadata {
	case "per-draw":
		find = lottery.NewPerDraw(b.registry, lottery.Workbench{})
	case "cache":
		c := lottery.NewCached(b.registry, lottery.Workbench{}, time.Hour)
		find = c
		if told {
			options.Changed = c.Invalidate
		}
	}
	b.keeper = lottery.NewKeeper(catalogue, b.registry, nil, b.redis, deaf{}, options)
	b.engine = lottery.NewEngine(find, b.redis, nil, b.keeper, deaf{})
	if err := b.keeper.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.keeper.Stop)
	return b
}

func (b *bench) draw(t *testing.T) error {
	t.Helper()
	answer, err := b.engine.Draw(t.Context(), lottery.Entry{Activity: "summer", User: "ann", Request: "r"})
	if err == nil && answer.Result != lottery.Loss {
		t.Errorf("got %v; every draw of this activity loses", answer.Result)
	}
	return err
}

// TestDrawCatchesUpWithChangesOfOthers: another instance changed or rebuilt the
// activity and its announcement was lost. Redis sends the draw back once, and
// then it goes through.
func TestDrawCatchesUpWithChangesOfOthers(t *testing.T) {
	for _, metadata := range []string{"snapshot", "cache", "per-draw"} {
		for _, row := range []struct {
			what   string
			change func(*registry)
		}{
			{"version", func(r *registry) { r.set(2, 1) }},
			{"epoch", func(r *registry) { r.set(2, 2) }},
		} {
			t.Run(metadata+"/"+row.what, func(t *testing.T) {
				b := newBench(t, metadata, true)
				if err := b.draw(t); err != nil {
					t.Fatal(err)
				}
				row.change(b.registry)
				if err := b.draw(t); err != nil {
					t.Fatalf("after the change: %v", err)
				}
				want := []int64{1, 1, 2}
				if metadata == "per-draw" {
					want = []int64{1, 2} // it cannot be behind
				}
				if !slices.Equal(b.redis.met, want) {
					t.Errorf("Redis met the versions %v; want %v", b.redis.met, want)
				}
			})
		}
	}
}

// TestCacheThatIsNotToldStaysBehind plants the fault that KeeperOptions.Changed
// is there against: the test above must be able to fail.
func TestCacheThatIsNotToldStaysBehind(t *testing.T) {
	b := newBench(t, "cache", false)
	if err := b.draw(t); err != nil {
		t.Fatal(err)
	}
	b.registry.set(2, 1)
	if err := b.draw(t); lottery.KindOf(err) != lottery.KindUnavailable {
		t.Errorf("got %v; want a refusal of the kind %s", err, lottery.KindUnavailable)
	}
}

// TestNewActivityIsFound: another instance created it, and nobody told this one.
// A draw asks the ledger before it says that there is none.
func TestNewActivityIsFound(t *testing.T) {
	b := newBench(t, "snapshot", true)
	b.registry.lock.Lock()
	b.registry.record.Spec.ID = "spring"
	b.registry.lock.Unlock()
	if _, err := b.engine.Draw(t.Context(), lottery.Entry{Activity: "spring", User: "ann", Request: "r"}); err != nil {
		t.Errorf("got %v; want a draw", err)
	}
}

// TestUnknownActivitiesDoNotFloodTheLedger: ids are whatever clients send.
func TestUnknownActivitiesDoNotFloodTheLedger(t *testing.T) {
	b := newBench(t, "snapshot", true)
	kinds := map[lottery.ErrorKind]int{}
	before := b.registry.sought.Load()
	for i := range 1500 {
		_, err := b.engine.Draw(t.Context(), lottery.Entry{Activity: fmt.Sprint("x-", i), User: "ann", Request: "r"})
		kinds[lottery.KindOf(err)]++
	}
	if asked := b.registry.sought.Load() - before; asked > 1000 || kinds[lottery.KindUnknownActivity] != 1000 || kinds[lottery.KindUnavailable] != 500 {
		t.Errorf("the ledger was asked %d times; answers %v", asked, kinds)
	}
	if err := b.keeper.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := b.engine.Draw(t.Context(), lottery.Entry{Activity: "winter", User: "ann", Request: "r"}); lottery.KindOf(err) != lottery.KindUnknownActivity {
		t.Errorf("after a refresh: %v", err)
	}
}

// TestRefreshKeepsWhatCameMeanwhile: an activity is created while a refresh has the
// list from before. It must not vanish until the next one.
func TestRefreshKeepsWhatCameMeanwhile(t *testing.T) {
	b := newBench(t, "snapshot", true)
	old := b.registry.record
	b.registry.listed = func() {
		b.registry.listed = nil
		b.registry.lock.Lock()
		b.registry.record.Spec.ID = "spring"
		b.registry.lock.Unlock()
		if err := b.keeper.Recover(t.Context(), "spring", 0); err != nil {
			t.Error(err)
		}
		b.registry.record = old
	}
	if err := b.keeper.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	before := b.registry.sought.Load()
	if _, err := b.engine.Draw(t.Context(), lottery.Entry{Activity: "spring", User: "ann", Request: "r"}); err != nil || b.registry.sought.Load() != before {
		t.Errorf("%v after a refresh that had the list from before; asked the ledger %d times", err, b.registry.sought.Load()-before)
	}
}

func TestDrawOfUnknownActivity(t *testing.T) {
	b := newBench(t, "snapshot", true)
	_, err := b.engine.Draw(t.Context(), lottery.Entry{Activity: "winter", User: "ann", Request: "r"})
	if lottery.KindOf(err) != lottery.KindUnknownActivity {
		t.Errorf("got %v; want a refusal of the kind %s", err, lottery.KindUnknownActivity)
	}
}

// TestKeeperTellsOfAnnouncements, and goes on refreshing at its own pace when
// nobody announces any more.
func TestKeeperTellsOfAnnouncements(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var lock sync.Mutex
		var told []string
		reg := new(registry)
		reg.set(1, 1)
		k := lottery.NewKeeper(new(lottery.Catalogue), reg, nil, &redis{registry: reg}, deaf{}, lottery.KeeperOptions{
			Refresh: time.Minute, Overdue: time.Second, Grace: time.Hour, Recovery: time.Minute,
			Changed: func(id string) {
				lock.Lock()
				defer lock.Unlock()
				told = append(told, id)
			},
		})
		ctx, stop := context.WithCancel(t.Context())
		pushed := make(chan string)
		var work sync.WaitGroup
		work.Go(func() {
			k.Run(ctx, pushed, func(err error) {
				if err != nil {
					t.Error(err)
				}
			})
		})
		pushed <- "autumn"
		synctest.Wait()
		lock.Lock()
		if !slices.Equal(told, []string{"autumn", "summer"}) { // announced, and found by the refresh
			t.Errorf("told of %v; want autumn and summer", told)
		}
		lock.Unlock()
		close(pushed)
		time.Sleep(10*time.Minute + time.Second)
		if got := reg.listings.Load(); got != 11 {
			t.Errorf("%d refreshes in ten minutes after one announcement; want 11", got)
		}
		stop()
		work.Wait()
	})
}
