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

// square answers each call with its square.
func square(_ context.Context, _ int, calls []*batch.Call[int, int]) {
	for _, c := range calls {
		c.Out = c.In * c.In
	}
}

func TestIdleLaneTakesACallAlone(t *testing.T) {
	var sizes []int
	b := batch.New(1, 16, func(_ context.Context, _ int, calls []*batch.Call[int, int]) { sizes = append(sizes, len(calls)) })
	for i := range 5 {
		if _, err := b.Do(context.Background(), i); err != nil {
			t.Fatal(err)
		}
	}
	b.Close()
	for i, n := range sizes {
		if n != 1 {
			t.Errorf("batch %d had %d calls; one caller at a time must travel alone", i, n)
		}
	}
	if len(sizes) != 5 {
		t.Errorf("%d batches ran; want 5", len(sizes))
	}
}

func TestCallsGatherWhileTheLaneIsBusy(t *testing.T) {
	started, release := make(chan struct{}), make(chan struct{})
	var first atomic.Bool
	var second int
	b := batch.New(1, 8, func(_ context.Context, _ int, calls []*batch.Call[int, int]) {
		if first.CompareAndSwap(false, true) {
			close(started)
			<-release
			return
		}
		if second == 0 {
			second = len(calls)
		}
	})
	var callers sync.WaitGroup
	do := func(i int) { callers.Go(func() { _, _ = b.Do(context.Background(), i) }) }
	do(0)
	<-started
	for i := range 20 {
		do(i + 1)
	}
	for b.Waiting() < 20 {
		time.Sleep(time.Millisecond)
	}
	close(release)
	callers.Wait()
	b.Close()
	if second != 8 {
		t.Errorf("the batch after a busy lane had %d calls; want the full 8", second)
	}
}

func TestDoStopsWaitingWithItsContext(t *testing.T) {
	started, release := make(chan struct{}), make(chan struct{})
	b := batch.New(1, 8, func(context.Context, int, []*batch.Call[int, int]) { close(started); <-release })
	var first sync.WaitGroup
	first.Go(func() { _, _ = b.Do(context.Background(), 0) })
	<-started
	started = make(chan struct{}) // the waiting call is run later, too
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer cancel()
	if _, err := b.Do(ctx, 1); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Do past its deadline: %v; want DeadlineExceeded", err)
	}
	close(release)
	first.Wait()
	b.Close()
}

func TestAPanicKeepsTheLane(t *testing.T) {
	b := batch.New(1, 8, func(_ context.Context, _ int, calls []*batch.Call[int, int]) {
		if calls[0].In == 13 {
			panic("unlucky")
		}
		square(context.Background(), 0, calls)
	})
	defer b.Close()
	func() {
		defer func() { _ = recover() }()
		_, _ = b.Do(context.Background(), 13)
	}()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if got, err := b.Do(ctx, 3); got != 9 || err != nil {
		t.Errorf("after a panic: %d, %v; want 9", got, err)
	}
}
