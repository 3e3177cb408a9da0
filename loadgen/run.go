package loadgen

import (
	"context"
	"fmt"
	"runtime"
	"time"

	"github.com/lotteryctl/lotteryctl/loadgen/internal/growth"
	"github.com/lotteryctl/lotteryctl/loadgen/internal/kernel"
)

// Check reports the first thing that keeps the plan from being run, in one
// sentence, without sending anything. Run does it too.
func (p Plan) Check() error {
	p = p.withDefaults()
	if err := p.checkNumbers(); err != nil {
		return err
	}
	_, err := compileRequest(&p)
	return err
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
	r := &run{plan: &p, request: req, growth: growth.New(p.Connections, kernel.FileLimit()), meter: newMeter(&p, req.base, time.Now())}
	settle := onCancel(ctx, func() {})
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
	res := r.result(partial, w)
	if !partial && res.Counts.Answered == 0 {
		explainClosed(ctx, r, addr, res.Counts.Samples)
	}
	return res, nil
}

func (r *run) result(partial bool, w *watcher) *Result {
	res := r.meter.result(partial)
	res.Client = r.plan.Client
	res.CPU = w.cpu()
	res.Connections.Opened, res.Connections.MaxOpen = r.conns.totals()
	res.Connections.Cap, res.Connections.Bound = r.growth.Used(), r.growth.Bound()
	res.Doubts = judge(res, r.plan.Timeout)
	return res
}

// chooseClient settles ClientAuto and refuses what cannot work here.
func chooseClient(c Client, req *request) (Client, error) {
	switch {
	case c == ClientAuto && req.base.Scheme == "https":
		return ClientNetHTTP, nil
	case c == ClientAuto && kernel.HaveEpoll():
		return ClientEpoll, nil
	case c == ClientAuto:
		return ClientGoroutine, nil
	case req.base.Scheme == "https" && c != ClientNetHTTP:
		return "", fmt.Errorf("client %s cannot speak https: use nethttp", c)
	case c == ClientEpoll && !kernel.HaveEpoll():
		return "", fmt.Errorf("client epoll does not work on this system (%s/%s): use goroutine", runtime.GOOS, runtime.GOARCH)
	}
	return c, nil
}
