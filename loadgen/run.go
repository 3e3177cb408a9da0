package loadgen

import (
	"context"
	"fmt"
	"runtime"
	"sync/atomic"
	"time"
)

// drainGrace is how long a cancelled run waits for answers still under way.
const drainGrace = time.Second

// run is what a sending engine needs: the compiled plan and the books.
type run struct {
	plan    *Plan
	request *request
	meter   *meter
	conns   connCounts

	cancelledAt atomic.Int64 // offset in ns
}

// Run sends the plan's load and returns what it measured. It returns when all
// requests have ended, at most Plan.Timeout twice over after the window.
//
// When ctx is cancelled Run stops sending at once, waits up to a second for
// answers under way, and returns what was measured so far with Partial set and
// no error. An error means that nothing was sent: the plan is wrong or the
// host's name cannot be resolved. A server that refuses or fails is not an
// error of Run: see Result.Counts.
func Run(ctx context.Context, plan Plan) (*Result, error) {
	p := plan.withDefaults()
	if err := p.checkNumbers(); err != nil {
		return nil, err
	}
	req, err := compileRequest(&p)
	if err != nil {
		return nil, err
	}
	client, err := chooseClient(p.Client, req)
	if err != nil {
		return nil, err
	}
	p.Client = client
	addr, err := resolve(ctx, req.base, p.Timeout)
	if err != nil {
		return nil, err
	}
	r := &run{plan: &p, request: req, meter: newMeter(&p, time.Now())}
	settle := onCancel(ctx, func() { r.cancelledAt.Store(int64(r.meter.now())) })
	w := startWatcher(r)
	if client == ClientEpoll {
		err = runEpoll(ctx, r, addr)
	} else {
		err = runPool(ctx, r, addr)
	}
	partial := settle()
	w.stop()
	if err != nil {
		return nil, err
	}
	return r.result(partial, w), nil
}

func (r *run) result(partial bool, w *watcher) *Result {
	end := r.meter.to
	if partial {
		end = min(end, time.Duration(r.cancelledAt.Load()))
	}
	res := r.meter.result(end, partial)
	res.Client = r.plan.Client
	res.CPU = w.cpu()
	res.Connections.Opened, res.Connections.MaxOpen = r.conns.totals()
	res.Doubts = judge(res)
	return res
}

// chooseClient settles ClientAuto and refuses what cannot work here.
func chooseClient(c Client, req *request) (Client, error) {
	switch {
	case c == ClientAuto && req.base.Scheme == "https":
		return ClientNetHTTP, nil
	case c == ClientAuto && haveEpoll():
		return ClientEpoll, nil
	case c == ClientAuto:
		return ClientGoroutine, nil
	case req.base.Scheme == "https" && c != ClientNetHTTP:
		return "", fmt.Errorf("client %s cannot speak https: use nethttp", c)
	case c == ClientEpoll && !haveEpoll():
		return "", fmt.Errorf("client epoll does not work on this system (%s/%s): use goroutine", runtime.GOOS, runtime.GOARCH)
	}
	return c, nil
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
