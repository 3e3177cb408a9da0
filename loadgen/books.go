package loadgen

import (
	"context"
	"time"

	"github.com/lotteryctl/lotteryctl/loadgen/internal/growth"
)

// drainGrace is how long a cancelled run waits for answers still under way.
const drainGrace = time.Second

// run is what a sending engine needs: the compiled plan and the books.
type run struct {
	plan    *Plan
	request *request
	meter   *meter
	conns   connCounts
	growth  growth.Growth // belongs to the engine while it runs
}

// onClose calls f once when a channel of the plan is closed; of nil never. Call stop
// at the end of the work: it returns when f has ended or cannot begin any more.
func onClose(closed <-chan struct{}, f func()) (stop func()) {
	if closed == nil {
		return func() {}
	}
	quit, gone := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		select {
		case <-closed:
			f()
		case <-quit:
		}
	}()
	return func() {
		close(quit)
		<-gone
	}
}

// onCancel calls f once when ctx is cancelled. Call settle once, at the end of
// the work: f will not begin after that, and if it began, settle waits for its
// end and returns true.
func onCancel(ctx context.Context, f func()) (settle func() bool) {
	ended := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(ended)
		f()
	})
	return func() bool {
		if stop() {
			return false
		}
		<-ended
		return true
	}
}
