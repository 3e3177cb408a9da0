package lottery_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// reader is a ledger that knows one activity, "summer".
type reader struct {
	version atomic.Int64 // what it answers with
	fails   error        // instead of an answer
	gate    func(version int64)
	reads   atomic.Int64
}

func (r *reader) Activity(ctx context.Context, id string) (lottery.Record, error) {
	r.reads.Add(1)
	rec := recordOf("summer", r.version.Load())
	if r.gate != nil {
		r.gate(rec.Version)
	}
	switch {
	case r.fails != nil:
		return lottery.Record{}, r.fails
	case ctx.Err() != nil:
		return lottery.Record{}, ctx.Err()
	case id != "summer":
		return lottery.Record{}, lottery.Refuse(lottery.KindUnknownActivity, "there is no activity %q", id)
	}
	return rec, nil
}

// finds asks for the activity and returns its version; 0 for an error.
func finds(t *testing.T, a lottery.Activities) int64 {
	t.Helper()
	act, err := a.Activity(t.Context(), "summer")
	if err != nil {
		t.Errorf("finding the activity: %v", err)
		return 0
	}
	return act.Version
}

func TestPerDrawReadsEachTime(t *testing.T) {
	var r reader
	p := lottery.NewPerDraw(&r, lottery.Workbench{})
	for version := range int64(3) {
		r.version.Store(version + 1)
		if got := finds(t, p); got != version+1 {
			t.Errorf("version %d; want %d", got, version+1)
		}
	}
	if got := r.reads.Load(); got != 3 {
		t.Errorf("%d reads for 3 draws", got)
	}
}

// TestLedgerErrorsBecomeRefusals, and none of them is remembered.
func TestLedgerErrorsBecomeRefusals(t *testing.T) {
	var r reader
	r.version.Store(1)
	for _, row := range []struct {
		name string
		a    lottery.Activities
	}{
		{"per draw", lottery.NewPerDraw(&r, lottery.Workbench{})}, {"cached", lottery.NewCached(&r, lottery.Workbench{}, time.Hour)},
	} {
		if _, err := row.a.Activity(t.Context(), "nonsense"); lottery.KindOf(err) != lottery.KindUnknownActivity {
			t.Errorf("%s, unknown activity: %v", row.name, err)
		}
		r.fails = errors.New("connection refused")
		if _, err := row.a.Activity(t.Context(), "summer"); lottery.KindOf(err) != lottery.KindUnavailable || !errors.Is(err, r.fails) {
			t.Errorf("%s, ledger away: %v", row.name, err)
		}
		r.fails = nil
		if got := finds(t, row.a); got != 1 {
			t.Errorf("%s, ledger back: version %d", row.name, got)
		}
	}
}

func TestCachedKeepsForItsLifetime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var r reader
		r.version.Store(1)
		c := lottery.NewCached(&r, lottery.Workbench{}, 30*time.Second)
		finds(t, c)
		r.version.Store(2)
		time.Sleep(30*time.Second - time.Nanosecond)
		if got := finds(t, c); got != 1 || r.reads.Load() != 1 {
			t.Errorf("just before the end: version %d after %d reads; want 1 and 1", got, r.reads.Load())
		}
		time.Sleep(time.Nanosecond)
		if got := finds(t, c); got != 2 || r.reads.Load() != 2 {
			t.Errorf("at the end: version %d after %d reads; want 2 and 2", got, r.reads.Load())
		}
	})
}

func TestCachedInvalidationIsSeenByTheNextDraw(t *testing.T) {
	var r reader
	r.version.Store(1)
	c := lottery.NewCached(&r, lottery.Workbench{}, time.Hour)
	c.Invalidate("summer") // of what it does not know yet
	finds(t, c)
	r.version.Store(2)
	c.Invalidate("autumn")
	if got := finds(t, c); got != 1 {
		t.Errorf("version %d after another activity changed; want 1", got)
	}
	c.Invalidate("summer")
	if got := finds(t, c); got != 2 {
		t.Errorf("version %d after this one changed; want 2", got)
	}
}

func TestCachedDrawsShareALoad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var r reader
		r.version.Store(1)
		r.gate = func(int64) { time.Sleep(time.Second) }
		c := lottery.NewCached(&r, lottery.Workbench{}, time.Hour)
		var work sync.WaitGroup
		for range 50 {
			work.Go(func() { finds(t, c) })
		}
		work.Wait()
		if got := r.reads.Load(); got != 1 {
			t.Errorf("50 draws at once made %d reads; want 1", got)
		}
	})
}

// TestCachedLoadThatRacesAnInvalidationIsNotKept plants the fault of the
// article's cache: a load reads the old version, the activity changes and is
// announced, and only then does the load return.
func TestCachedLoadThatRacesAnInvalidationIsNotKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var r reader
		r.version.Store(1)
		r.gate = func(version int64) {
			if version == 1 {
				time.Sleep(time.Second)
			}
		}
		c := lottery.NewCached(&r, lottery.Workbench{}, time.Hour)
		var slow int64
		var work sync.WaitGroup
		work.Go(func() { slow = finds(t, c) })
		synctest.Wait() // the old version is read and on its way
		r.version.Store(2)
		c.Invalidate("summer")
		if got := finds(t, c); got != 2 {
			t.Errorf("a draw after the announcement got version %d; want 2", got)
		}
		work.Wait()
		if slow != 1 {
			t.Errorf("the overtaken load brought version %d; the test needs 1", slow)
		}
		if got := finds(t, c); got != 2 {
			t.Errorf("the overtaken load was kept: version %d; want 2", got)
		}
	})
}

// TestCachedNeverGoesBack: a ledger that answers with an older version than
// before (a replica that lags) is asked again, not believed for a lifetime.
func TestCachedNeverGoesBack(t *testing.T) {
	var r reader
	c := lottery.NewCached(&r, lottery.Workbench{}, time.Hour)
	var got []int64
	for _, version := range []int64{2, 1, 3} {
		r.version.Store(version)
		c.Invalidate("summer")
		got = append(got, finds(t, c))
	}
	r.version.Store(4)
	if got = append(got, finds(t, c)); !slices.Equal(got, []int64{2, 1, 3, 3}) {
		t.Errorf("versions %v; want 2, 1 (given once, not kept), 3, 3", got)
	}
	r.version.Store(2)
	c.Invalidate("summer")
	finds(t, c)
	r.version.Store(5)
	if got := finds(t, c); got != 5 {
		t.Errorf("version %d; want 5: version 2 must not have been kept after 3", got)
	}
}

// TestCachedLoadOutlivesItsFirstCaller: others wait for it too.
func TestCachedLoadOutlivesItsFirstCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var r reader
		r.version.Store(1)
		r.gate = func(int64) { time.Sleep(time.Second) }
		c := lottery.NewCached(&r, lottery.Workbench{}, time.Hour)
		first, leave := context.WithCancel(t.Context())
		var work sync.WaitGroup
		work.Go(func() { _, _ = c.Activity(first, "summer") })
		synctest.Wait()
		impatient, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		work.Go(func() {
			if _, err := c.Activity(impatient, "summer"); lottery.KindOf(err) != lottery.KindUnavailable {
				t.Errorf("a caller whose time is up got %v", err)
			}
		})
		work.Go(func() {
			if got := finds(t, c); got != 1 {
				t.Errorf("a patient caller got version %d; want 1", got)
			}
		})
		synctest.Wait()
		leave()
		work.Wait()
		if got := r.reads.Load(); got != 1 {
			t.Errorf("%d reads; want 1", got)
		}
	})
}

// BenchmarkMetadata is what finding the activity costs besides the ledger's
// time: per-draw stands without its query.
func BenchmarkMetadata(b *testing.B) {
	var r reader
	r.version.Store(1)
	snapshot := new(lottery.Catalogue)
	snapshot.Publish(lottery.Snapshot{"summer": lottery.NewActivity(recordOf("summer", 1))})
	for _, c := range []struct {
		name string
		a    lottery.Activities
	}{
		{"snapshot", snapshot},
		{"cache", lottery.NewCached(&r, lottery.Workbench{}, time.Hour)},
		{"per-draw", lottery.NewPerDraw(&r, lottery.Workbench{})},
	} {
		b.Run("metadata="+c.name, func(b *testing.B) {
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if _, err := c.a.Activity(b.Context(), "summer"); err != nil {
						b.Error(err)
						return
					}
				}
			})
		})
	}
}
