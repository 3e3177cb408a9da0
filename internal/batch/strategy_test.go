package batch_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/batch"
)

type (
	call     = batch.Call[int, int]
	strategy = batch.Strategy[int, int]
)

// rule is the adaptive strategy's in these tests.
var rule = batch.Rule{Least: 2, Most: 16, Fast: 3 * time.Millisecond, Slow: 10 * time.Millisecond}

// strategies are all there are, with the most calls that one batch may hold.
var strategies = []struct {
	name  string
	most  int
	start func(lanes int, run batch.Run[int, int]) strategy
}{
	{"natural", 16, func(n int, run batch.Run[int, int]) strategy { return batch.New(n, 16, run) }},
	{"single", 1, func(n int, run batch.Run[int, int]) strategy { return batch.NewSingle(n, run) }},
	{"fixed", 16, func(n int, run batch.Run[int, int]) strategy {
		return batch.NewFixed(n, 16, time.Millisecond, run)
	}},
	{"adaptive", 16, func(n int, run batch.Run[int, int]) strategy {
		return batch.NewAdaptive(n, rule, time.Millisecond, run)
	}},
}

// forEach runs a test against every strategy.
func forEach(t *testing.T, test func(t *testing.T, most int, start func(int, batch.Run[int, int]) strategy)) {
	for _, s := range strategies {
		t.Run(s.name, func(t *testing.T) { t.Parallel(); test(t, s.most, s.start) })
	}
}

// TestPromises holds every strategy to the interface: each call is answered
// once, with its own answer; no batch is empty or too large; a lane runs one
// batch at a time.
func TestPromises(t *testing.T) {
	forEach(t, func(t *testing.T, most int, start func(int, batch.Run[int, int]) strategy) {
		const lanes, callers, each = 3, 40, 25
		var busy [lanes]atomic.Bool
		var ran [callers * each]atomic.Int64
		s := start(lanes, func(ctx context.Context, lane int, calls []*call) {
			if busy[lane].Swap(true) {
				t.Errorf("lane %d runs two batches at once", lane)
			}
			if len(calls) < 1 || len(calls) > most {
				t.Errorf("a batch of %d calls; want 1 to %d", len(calls), most)
			}
			for _, c := range calls {
				ran[c.In].Add(1)
			}
			square(ctx, lane, calls)
			busy[lane].Store(false)
		})
		var all sync.WaitGroup
		for i := range callers {
			all.Go(func() {
				for n := i * each; n < (i+1)*each; n++ {
					if got, err := s.Do(context.Background(), n); err != nil || got != n*n {
						t.Errorf("Do(%d) = %d, %v; want %d", n, got, err, n*n)
					}
				}
			})
		}
		all.Wait()
		s.Close()
		for n := range ran {
			if got := ran[n].Load(); got != 1 {
				t.Errorf("call %d ran %d times; want once", n, got)
			}
		}
	})
}

func TestCloseKeepsPromises(t *testing.T) {
	forEach(t, func(t *testing.T, _ int, start func(int, batch.Run[int, int]) strategy) {
		var ran, answered, refused atomic.Int64
		s := start(2, func(_ context.Context, _ int, calls []*call) {
			time.Sleep(time.Millisecond)
			ran.Add(int64(len(calls)))
		})
		var all sync.WaitGroup
		for i := range 200 {
			all.Go(func() {
				switch _, err := s.Do(context.Background(), i); {
				case err == nil:
					answered.Add(1)
				case errors.Is(err, batch.ErrClosed):
					refused.Add(1)
				default:
					t.Errorf("Do: %v", err)
				}
			})
		}
		time.Sleep(3 * time.Millisecond)
		s.Close()
		if n := ran.Load(); n > 200 {
			t.Errorf("%d calls ran of 200", n)
		}
		all.Wait()
		if answered.Load() != ran.Load() || answered.Load()+refused.Load() != 200 {
			t.Errorf("answered %d, ran %d, refused %d of 200", answered.Load(), ran.Load(), refused.Load())
		}
		if _, err := s.Do(context.Background(), 1); !errors.Is(err, batch.ErrClosed) {
			t.Errorf("Do after Close: %v; want ErrClosed", err)
		}
		s.Close() // again: nothing happens
	})
}

// TestNobodyWaitsPastHisContext blocks the only lane for ever: everybody must
// still come back at his deadline, but the one who may be running it himself.
func TestNobodyWaitsPastHisContext(t *testing.T) {
	forEach(t, func(t *testing.T, _ int, start func(int, batch.Run[int, int]) strategy) {
		const callers = 100 // more than are run and queued: some wait to be handed over
		release := make(chan struct{})
		s := start(1, func(context.Context, int, []*call) { <-release })
		back := make(chan error, callers)
		for i := range callers {
			go func() {
				ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
				defer cancel()
				_, err := s.Do(ctx, i)
				back <- err
			}()
		}
		late := time.After(10 * time.Second)
		for n := range callers - 1 {
			select {
			case err := <-back:
				if !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("Do past its deadline: %v; want DeadlineExceeded", err)
				}
			case <-late:
				close(release)
				t.Fatalf("%d of %d callers wait past their deadline", callers-n, callers)
			}
		}
		close(release)
		<-back // the one who ran it, or a last one who gave up
		s.Close()
	})
}

func TestFullBatchLeavesAtOnce(t *testing.T) {
	var sizes []int
	s := batch.NewFixed(1, 4, time.Hour, func(_ context.Context, _ int, calls []*call) { sizes = append(sizes, len(calls)) })
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() { _, _ = s.Do(context.Background(), i) })
	}
	all.Wait()
	s.Close()
	if len(sizes) != 2 || sizes[0] != 4 || sizes[1] != 4 {
		t.Errorf("8 calls in batches of %v; want 4 and 4, without the hour's linger", sizes)
	}
}

func TestLoneCallLingers(t *testing.T) {
	const linger = 30 * time.Millisecond
	s := batch.NewFixed(1, 4, linger, square)
	defer s.Close()
	start := time.Now()
	if got, err := s.Do(context.Background(), 5); got != 25 || err != nil {
		t.Errorf("Do(5) = %d, %v", got, err)
	}
	if d := time.Since(start); d < linger {
		t.Errorf("a lone call was answered after %v; it should have waited %v for company", d, linger)
	}
}

func TestSizeFollowsTheBatches(t *testing.T) {
	var slow atomic.Bool
	s := batch.NewAdaptive(1, rule, 0, func(_ context.Context, _ int, calls []*call) {
		if slow.Load() {
			time.Sleep(rule.Slow + time.Millisecond)
		}
	})
	defer s.Close()
	if s.Size() != rule.Least {
		t.Errorf("size %d at the start; want the least, %d", s.Size(), rule.Least)
	}
	until := func(want int) {
		t.Helper()
		for range 5000 {
			if s.Size() == want {
				return
			}
			_, _ = s.Do(context.Background(), 1)
		}
		t.Errorf("size %d; want it to reach %d", s.Size(), want)
	}
	until(rule.Most)
	slow.Store(true)
	until(rule.Most / 2)
}
