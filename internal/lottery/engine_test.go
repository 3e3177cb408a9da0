package lottery_test

import (
	"context"
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
}

func (r *registry) set(version, epoch int64) {
	r.lock.Lock()
	defer r.lock.Unlock()
	s := spec()
	s.Ends, s.BlankWeight, s.Prizes[0].Weight, s.Prizes[1].Weight = time.Now().Add(24*time.Hour), 1, 0, 0 // every draw loses
	r.record = lottery.Record{Spec: s, Version: version, Epoch: epoch}
}

func (r *registry) Activity(context.Context, string) (lottery.Record, error) {
	r.lock.Lock()
	defer r.lock.Unlock()
	return r.record, nil
}

func (r *registry) Activities(ctx context.Context) ([]lottery.Record, error) {
	r.listings.Add(1)
	rec, err := r.Activity(ctx, "summer")
	return []lottery.Record{rec}, err
}

// redis knows the newest version and epoch and answers "lost" to tickets that
// have both.
type redis struct {
	lottery.Workshop
	registry *registry
	met      []int64 // versions of the tickets, in order
}

func (r *redis) Reserve(_ context.Context, t *lottery.Ticket) (lottery.Reservation, error) {
	rec, _ := r.registry.Activity(context.Background(), "summer")
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

func (r *redis) Forget(context.Context, *lottery.Ticket) error { return nil }

func (r *redis) State(context.Context, string) (lottery.RedisState, error) {
	rec, _ := r.registry.Activity(context.Background(), "summer")
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
