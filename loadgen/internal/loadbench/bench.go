package main

import (
	"context"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"
	"time"

	"github.com/lotteryctl/lotteryctl/loadgen"
)

// bench runs the parts one after the other and prints as it goes.
type bench struct {
	ctx  context.Context
	out  io.Writer
	runs int

	others *figure // CPU used by the rest of the machine, over all runs of a part
}

// figure is one measured quantity over the runs.
type figure struct {
	name, unit string
	bar        func(median float64) bool // nil: no bar
	barText    string
	values     []float64
}

func atMost(limit float64) (func(float64) bool, string) {
	return func(v float64) bool { return v <= limit }, fmt.Sprintf("<= %g", limit)
}

// within demands at most 3 % of distance.
func within(truth float64) (func(float64) bool, string) {
	return func(v float64) bool { return v >= truth*0.97 && v <= truth*1.03 }, fmt.Sprintf("%g +-3%%", truth)
}

func newFigure(name, unit string, bar func(float64) bool, text string) *figure {
	return &figure{name: name, unit: unit, bar: bar, barText: text}
}

func newOthers() *figure {
	return newFigure("CPU used by other programs meanwhile", "% of 1", nil, "")
}

func (f *figure) add(v float64) { f.values = append(f.values, v) }

func (b *bench) print(title string, figures ...*figure) {
	fmt.Fprintf(b.out, "\n%s\n  %-40s %-8s %10s %21s  n %12s\n", title, "figure", "unit", "median", "range", "bar")
	figures = append(figures, b.others)
	b.others = newOthers()
	for _, f := range figures {
		if len(f.values) == 0 {
			continue
		}
		v := slices.Sorted(slices.Values(f.values))
		median := (v[len(v)/2] + v[(len(v)-1)/2]) / 2
		mark := ""
		if f.bar != nil && !f.bar(median) {
			mark = "MISSED"
		} else if f.bar != nil {
			mark = "met"
		}
		spread := fmt.Sprintf("%.4g .. %.4g", v[0], v[len(v)-1])
		fmt.Fprintf(b.out, "  %-40s %-8s %10.4g %21s  %d %12s %s\n", f.name, f.unit, median, spread, len(v), f.barText, mark)
	}
}

// load runs one plan against a fresh server and returns what both ends saw.
func (b *bench) load(path string, plan loadgen.Plan) (*loadgen.Result, int64, float64, error) {
	others := watchOthers()
	s, err := startServer(b.ctx)
	if err != nil {
		return nil, 0, 0, err
	}
	defer func() {
		s.stop()
		b.others.add(others.share())
	}()
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

// closed measures client CPU per request, the clients taking turns.
func (b *bench) closed() error {
	bar, text := atMost(8)
	rows := []struct {
		client    loadgen.Client
		cpu, rate *figure
	}{
		{loadgen.ClientAuto, newFigure("client CPU, default client", "us/req", bar, text), newFigure("rate, default client", "req/s", nil, "")},
		{loadgen.ClientGoroutine, newFigure("client CPU, goroutine client", "us/req", nil, ""), newFigure("rate, goroutine client", "req/s", nil, "")},
		{loadgen.ClientNetHTTP, newFigure("client CPU, nethttp client", "us/req", nil, ""), newFigure("rate, nethttp client", "req/s", nil, "")},
	}
	server := newFigure("server CPU, default client", "us/req", nil, "")
	wrk := newFigure("client CPU, wrk -t1", "us/req", nil, "")
	for range b.runs {
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
	}
	title := fmt.Sprintf("closed loop, 64 connections, %v windows, alternating", 3*time.Second)
	b.print(title, rows[0].cpu, wrk, rows[1].cpu, rows[2].cpu, rows[0].rate, rows[1].rate, rows[2].rate, server)
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

// paced measures how even the sending is, as the server sees it.
func (b *bench) paced() error {
	for _, arrivals := range []loadgen.Arrivals{loadgen.Constant, loadgen.Poisson} {
		cvBar, cvText := atMost(0.7)
		if arrivals == loadgen.Poisson {
			cvBar, cvText = func(v float64) bool { return v >= 0.95 && v <= 1.05 }, "0.95..1.05"
		}
		lateBar, lateText := atMost(200)
		cv := newFigure("gap CV seen by the server", "", cvBar, cvText)
		late50 := newFigure("send lateness p50", "us", nil, "")
		late99 := newFigure("send lateness p99", "us", lateBar, lateText)
		p50 := newFigure("response p50", "us", nil, "")
		p99 := newFigure("response p99", "us", nil, "")
		cpu := newFigure("client CPU", "us/req", nil, "")
		server := newFigure("server CPU", "us/req", nil, "")
		for range b.runs {
			r, _, seenCV, err := b.load("/", loadgen.Plan{Arrivals: arrivals, Rate: 5000, Duration: 5 * time.Second, Seed: 1})
			if err != nil {
				return err
			}
			cv.add(seenCV)
			late50.add(micros(r.Lateness.Quantile(0.5)))
			late99.add(micros(r.Lateness.Quantile(0.99)))
			p50.add(micros(r.Response.Quantile(0.5)))
			p99.add(micros(r.Response.Quantile(0.99)))
			cpu.add(micros(r.CPU.Client))
			server.add(micros(r.CPU.Server))
		}
		b.print(fmt.Sprintf("5,000 req/s, %s, 5 s windows", arrivals), cv, late50, late99, p50, p99, cpu, server)
	}
	return nil
}

// stall measures whether the queue behind a stall is counted, whatever the cap.
func (b *bench) stall() error {
	for _, connections := range []int{8, 50, 256} {
		var figures []*figure
		for _, q := range []struct {
			name  string
			truth float64
		}{{"response p90", 100}, {"response p99", 190}, {"response p99.9", 199}} {
			bar, text := within(q.truth)
			figures = append(figures, newFigure(q.name, "ms", bar, text))
		}
		service := newFigure("service p90 (hides the wait)", "ms", nil, "")
		queued := newFigure("requests queued by the cap", "", nil, "")
		for range b.runs {
			r, _, _, err := b.load("/stall", loadgen.Plan{Rate: 1000, Connections: connections, Duration: 10 * time.Second})
			if err != nil {
				return err
			}
			for i, q := range []float64{0.9, 0.99, 0.999} {
				figures[i].add(millis(r.Response.Quantile(q)))
			}
			service.add(millis(r.Service.Quantile(0.9)))
			queued.add(float64(r.Connections.Queued))
		}
		title := fmt.Sprintf("server stalls 200 ms each second, 1,000 req/s, 10 s windows, %d connections", connections)
		b.print(title, append(figures, service, queued)...)
	}
	return nil
}
