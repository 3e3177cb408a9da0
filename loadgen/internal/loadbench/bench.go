package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/bars"
	"github.com/lotteryctl/lotteryctl/loadgen"
	"github.com/lotteryctl/lotteryctl/loadgen/internal/kernel"
)

// bench runs the parts one after the other and prints as it goes.
type bench struct {
	ctx  context.Context
	out  io.Writer
	runs int

	board   bars.Board
	machine bars.Machine
}

// figure is one measured quantity over the runs.
type figure struct {
	name, unit string
	bar        bars.Bar // zero: none
	values     []float64
}

func newFigure(name, unit string, bar bars.Bar) *figure {
	return &figure{name: name, unit: unit, bar: bar}
}

func (f *figure) add(v float64) { f.values = append(f.values, v) }

func (b *bench) print(title string, figures ...*figure) {
	b.printBeside(b.machine.Others(), title, figures...)
}

// printBeside prints one of several tables that were measured in turns: others is
// the share of a core that other programs used meanwhile.
func (b *bench) printBeside(others float64, title string, figures ...*figure) {
	fmt.Fprintf(b.out, "\n%s\n  %-40s %-8s %10s %21s  n %12s\n", title, "figure", "unit", "median", "range", "bar")
	for _, f := range figures {
		if len(f.values) == 0 {
			continue
		}
		v := slices.Sorted(slices.Values(f.values))
		mark := bars.Mark("")
		if f.bar != (bars.Bar{}) {
			mark = b.board.Judge(f.bar, v, others)
		}
		spread := fmt.Sprintf("%.4g .. %.4g", v[0], v[len(v)-1])
		fmt.Fprintf(b.out, "  %-40s %-8s %10.4g %21s  %d %12s %s\n", f.name, f.unit, bars.Median(v), spread, len(v), f.bar, mark)
	}
	fmt.Fprintf(b.out, "  others used %.0f %% of a core in the pauses\n", 100*others)
}

// load runs one plan against a fresh server and returns what both ends saw.
func (b *bench) load(path string, plan loadgen.Plan) (*loadgen.Result, int64, float64, error) {
	s, err := startServer(b.ctx)
	if err != nil {
		return nil, 0, 0, err
	}
	defer s.stop()
	b.machine.Pause(b.ctx)
	plan.URL, plan.ServerPID = s.url+path, s.pid
	r, err := loadgen.Run(b.ctx, plan)
	if err != nil {
		return nil, 0, 0, err
	}
	if r.Partial {
		return nil, 0, 0, context.Canceled
	}
	if n := r.Counts.ErrorCount(); n > 0 {
		return nil, 0, 0, fmt.Errorf("%d requests failed: %v", n, r.Counts.Errors)
	}
	count, cv, err := s.seen()
	return r, count, cv, err
}

func micros(d time.Duration) float64 { return float64(d) / 1e3 }

func millis(d time.Duration) float64 { return float64(d) / 1e6 }

// closed measures client CPU per request, the clients and wrk taking turns. What
// a request costs is mostly the kernel's, so wrk of the same round is the floor.
func (b *bench) closed() error {
	none := bars.Bar{}
	rows := []struct {
		client    loadgen.Client
		cpu, rate *figure
	}{
		{loadgen.ClientAuto, newFigure("client CPU, default client", "us/req", none), newFigure("rate, default client", "req/s", none)},
		{loadgen.ClientGoroutine, newFigure("client CPU, goroutine client", "us/req", none), newFigure("rate, goroutine client", "req/s", none)},
		{loadgen.ClientNetHTTP, newFigure("client CPU, nethttp client", "us/req", none), newFigure("rate, nethttp client", "req/s", none)},
	}
	server := newFigure("server CPU, default client", "us/req", none)
	wrk := newFigure("client CPU, wrk -t1", "us/req", none)
	ratio := newFigure("client CPU, default client / wrk", "", bars.Bar{AtMost: 0.9})
	for range 2 * b.runs { // rounds differ by more than what is left to the bar
		for i, row := range rows {
			r, _, _, err := b.load("/", loadgen.Plan{
				Arrivals: loadgen.Closed, Connections: 64, Client: row.client,
				Duration: 3 * time.Second, Warmup: 500 * time.Millisecond,
			})
			if err != nil {
				return err
			}
			row.cpu.add(micros(r.CPU.Client))
			row.rate.add(r.AnsweredRate)
			if i == 0 {
				server.add(micros(r.CPU.Server))
			}
		}
		if err := b.wrk(wrk); err != nil {
			return err
		}
		if n := len(wrk.values); n > 0 {
			ratio.add(rows[0].cpu.values[n-1] / wrk.values[n-1])
		}
	}
	if len(ratio.values) == 0 {
		fmt.Fprintln(b.out, "\nno verdict on client CPU: install wrk (apt-get install wrk) to compare with it")
	}
	title := fmt.Sprintf("closed loop, 64 connections, %v windows, alternating", 3*time.Second)
	b.print(title, ratio, rows[0].cpu, wrk, rows[1].cpu, rows[2].cpu, rows[0].rate, rows[1].rate, rows[2].rate, server)
	return nil
}

// wrk adds one run of wrk when it is installed: its CPU from the system's
// books, its requests from the server's.
func (b *bench) wrk(f *figure) error {
	path, err := exec.LookPath("wrk")
	if err != nil {
		return nil
	}
	s, err := startServer(b.ctx)
	if err != nil {
		return err
	}
	defer s.stop()
	cmd := exec.CommandContext(b.ctx, path, "-t1", "-c64", "-d3s", s.url+"/")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("wrk: %w: %s", err, strings.TrimSpace(string(out)))
	}
	count, _, err := s.seen()
	if err != nil {
		return err
	}
	used := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	f.add(micros(used) / float64(count))
	return nil
}

// paced measures how even the sending is, as the server sees it, and how late:
// beside what the kernel's timer is late by on this machine in the same round.
func (b *bench) paced() error {
	constant := newPaced(loadgen.Constant, "gap CV seen by the server", bars.Bar{AtMost: 0.7})
	poisson := newPaced(loadgen.Poisson, "gap CV / Poisson's, sent as unevenly", bars.Bar{AtLeast: 0.9, AtMost: 1.1})
	seen := newFigure("gap CV seen by the server", "", bars.Bar{})
	for range b.runs {
		jitter, err := b.pace(constant)
		if err != nil {
			return err
		}
		constant.cv.add(jitter)
		cv, err := b.pace(poisson)
		if err != nil {
			return err
		}
		seen.add(cv)
		// What the machine adds to even gaps it adds to these too, and variances
		// add up: that of Poisson gaps is the square of their mean. It adds a little
		// more where several are due at once, for which the bar leaves room.
		poisson.cv.add(cv / math.Hypot(1, jitter))
	}
	others := b.machine.Others()
	b.printPaced(others, constant)
	b.printPaced(others, poisson, seen)
	return nil
}

// paced are the figures of one way of arriving.
type paced struct {
	arrivals                                                loadgen.Arrivals
	cv, ratio, late50, late99, timer, p50, p99, cpu, server *figure
}

func newPaced(arrivals loadgen.Arrivals, cv string, bar bars.Bar) *paced {
	none := bars.Bar{}
	return &paced{
		arrivals: arrivals,
		cv:       newFigure(cv, "", bar),
		ratio:    newFigure("send lateness p99 / two of the timer's", "", bars.Bar{AtMost: 2}),
		late50:   newFigure("send lateness p50", "us", none),
		late99:   newFigure("send lateness p99", "us", none),
		timer:    newFigure("the kernel's timer late by, p99", "us", none),
		p50:      newFigure("response p50", "us", none),
		p99:      newFigure("response p99", "us", none),
		cpu:      newFigure("client CPU", "us/req", none),
		server:   newFigure("server CPU", "us/req", none),
	}
}

// pace adds one run to all figures but the first, which it returns.
func (b *bench) pace(p *paced) (cv float64, err error) {
	floor := timerLateness()
	r, _, cv, err := b.load("/", loadgen.Plan{Arrivals: p.arrivals, Rate: 5000, Duration: 5 * time.Second, Seed: 1})
	if err != nil {
		return 0, err
	}
	p.late50.add(micros(r.Lateness.Quantile(0.5)))
	p.late99.add(micros(r.Lateness.Quantile(0.99)))
	p.timer.add(micros(floor))
	p.ratio.add(float64(r.Lateness.Quantile(0.99)) / float64(2*floor))
	p.p50.add(micros(r.Response.Quantile(0.5)))
	p.p99.add(micros(r.Response.Quantile(0.99)))
	p.cpu.add(micros(r.CPU.Client))
	p.server.add(micros(r.CPU.Server))
	return cv, nil
}

func (b *bench) printPaced(others float64, p *paced, more ...*figure) {
	figures := append([]*figure{p.cv, p.ratio}, more...)
	title := fmt.Sprintf("5,000 req/s, %s, 5 s windows, alternately", p.arrivals)
	b.printBeside(others, title, append(figures, p.late50, p.late99, p.timer, p.p50, p.p99, p.cpu, p.server)...)
}

// timerLateness is how late the kernel wakes a thread that asked for 200 us, at
// the 99th percentile of a second: paced sending cannot be better.
func timerLateness() time.Duration {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	kernel.SharpTimers()
	defer kernel.NormalTimers()
	const pause = 200 * time.Microsecond
	var late loadgen.Histogram
	for end := time.Now().Add(time.Second); time.Now().Before(end); {
		began := time.Now()
		kernel.SleepThread(pause)
		late.Record(max(0, time.Since(began)-pause))
	}
	return max(late.Quantile(0.99), time.Microsecond)
}

// stall measures whether the queue behind a stall is counted, whatever the cap.
// A request that was due at a time of the stall is answered when the stall is
// over and those that were due before it have their answers, one a millisecond.
// What an answer takes is the floor: a closed loop over as many connections to
// the same server without stalls, in the same round.
func (b *bench) stall() error {
	for _, connections := range []int{8, 50, 256} {
		quantiles := []struct {
			name  string
			q     float64
			stall float64 // ms of the stall that are left then
			ahead float64 // requests due earlier in the stall
		}{{"p90", .9, 100, 100}, {"p99", .99, 190, 10}, {"p99.9", .999, 199, 1}}
		var ratios, times []*figure
		for _, q := range quantiles {
			ratios = append(ratios, newFigure("response "+q.name+" / stall and answers", "", bars.Bar{AtLeast: 0.97, AtMost: 1.03}))
			times = append(times, newFigure("response "+q.name, "ms", bars.Bar{}))
		}
		answer := newFigure("an answer, closed loop, no stalls", "us", bars.Bar{})
		service := newFigure("service p90 (hides the wait)", "ms", bars.Bar{})
		queued := newFigure("requests queued by the cap", "", bars.Bar{})
		for range b.runs {
			floor, _, _, err := b.load("/raw", loadgen.Plan{
				Arrivals: loadgen.Closed, Connections: connections, Duration: time.Second, Warmup: 200 * time.Millisecond,
			})
			if err != nil {
				return err
			}
			each := 1000 / floor.AnsweredRate // ms
			answer.add(1000 * each)
			r, _, _, err := b.load("/stall", loadgen.Plan{Rate: 1000, Connections: connections, Duration: 10 * time.Second})
			if err != nil {
				return err
			}
			for i, q := range quantiles {
				got := millis(r.Response.Quantile(q.q))
				times[i].add(got)
				ratios[i].add(got / (q.stall + q.ahead*each))
			}
			service.add(millis(r.Service.Quantile(0.9)))
			queued.add(float64(r.Connections.Queued))
		}
		title := fmt.Sprintf("server stalls 200 ms each second, 1,000 req/s, 10 s windows, %d connections", connections)
		b.print(title, slices.Concat(ratios, times, []*figure{answer, service, queued})...)
	}
	return nil
}
