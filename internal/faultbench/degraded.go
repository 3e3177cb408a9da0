package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/lotteryctl/lotteryctl/loadgen"
)

// fault is something that fails for a while.
type fault struct {
	name    string
	on, off func(context.Context, *site) error
}

// slowTrip is what a round trip costs more while both stores are slow.
const slowTrip = 500 * time.Millisecond

func faults() []fault {
	set := func(f func(*site)) func(context.Context, *site) error {
		return func(_ context.Context, s *site) error { f(s); return nil }
	}
	return []fault{
		{"none", set(func(*site) {}), set(func(*site) {})},
		{"postgres-away", func(_ context.Context, s *site) error { return s.servers.KillPostgres() },
			func(ctx context.Context, s *site) error { return s.servers.StartPostgres(ctx) }},
		{"postgres-half-open", set(func(s *site) { s.toLedger.Swallow(true) }), set(func(s *site) { s.toLedger.Swallow(false) })},
		{"both-slow", set(func(s *site) { s.toLedger.SetDelay(slowTrip / 2); s.toRedis.SetDelay(slowTrip / 2) }),
			set(func(s *site) { s.toLedger.SetDelay(0); s.toRedis.SetDelay(0) })},
		{"redis-away", set(func(s *site) { s.toRedis.Refuse(true) }), set(func(s *site) { s.toRedis.Refuse(false) })},
		{"redis-half-open", set(func(s *site) { s.toRedis.Swallow(true) }), set(func(s *site) { s.toRedis.Swallow(false) })},
	}
}

func (b *bench) degraded(ctx context.Context) error {
	fmt.Fprintf(b.out, "\nDegraded modes: %v draws/s, four in ten win, each fault lasts %s. Median [range]; shares in %%, times in ms\n", b.rate, b.seconds)
	for _, f := range faults() {
		if b.faults != "" && !slices.Contains(strings.Split(b.faults, ","), f.name) {
			continue
		}
		var all []figures
		for round := range b.rounds {
			one, err := b.degradedOnce(ctx, f, uint64(round+1))
			if err != nil {
				return fmt.Errorf("%s: %w", f.name, err)
			}
			all = append(all, one)
			fmt.Fprintf(b.progress, "round %d/%d %s: %v\n", round+1, b.rounds, f.name, one)
		}
		fmt.Fprintf(b.out, "%s\n", f.name)
		for _, name := range []string{"win", "loss", "202", "503", "other", "win p50", "win max", "loss p50", "loss max", "202 p50", "202 max", "503 p50", "503 max",
			"not ready", "goroutines", "memory MiB", "holds", "gauge holds", "gauge oldest s", "drained after s", "normal after s", "log KB/s"} {
			fmt.Fprintf(b.out, "    %-16s %s\n", name, show(all, name))
		}
	}
	return nil
}

// Times around a fault.
const (
	before = 3 * time.Second
	after  = 12 * time.Second
)

// degradedOnce is one run with a seed of its own.
func (b *bench) degradedOnce(ctx context.Context, f fault, seed uint64) (out figures, err error) {
	s, err := b.open(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.close(ctx)) }()
	if err := s.put(ctx, "faults", 300_000, 60); err != nil {
		return nil, err
	}
	t := &tally{from: before + 500*time.Millisecond, to: before + b.seconds}
	began := time.Now()
	load := make(chan error, 1)
	go func() {
		_, err := loadgen.Run(ctx, loadgen.Plan{
			URL: "http://" + s.public + "/v1/activities/faults/draws", Method: http.MethodPost,
			Header: http.Header{"Content-Type": {"application/json"}}, Body: `{"user":"{{user}}","request":"{{uuid}}"}`,
			Users: 100_000_000, Rate: b.rate, Duration: before + b.seconds + after, Connections: 8_000, Timeout: 20 * time.Second,
			Seed: seed, Record: t.record, MaxBody: 300,
		})
		load <- err
	}()
	out = figures{}
	w := &watcher{out: out}
	watching, stop := context.WithCancel(ctx)
	var watched sync.WaitGroup
	watched.Go(func() { w.run(watching, s) })
	defer func() { stop(); watched.Wait() }()

	time.Sleep(time.Until(began.Add(before)))
	log := size(s.log)
	if err := f.on(ctx, s); err != nil {
		return nil, err
	}
	time.Sleep(time.Until(began.Add(before + b.seconds)))
	out["log KB/s"] = float64(size(s.log)-log) / 1024 / b.seconds.Seconds()
	if err := f.off(ctx, s); err != nil {
		return nil, err
	}
	over := time.Now()
	out["drained after s"] = math.NaN()
	for time.Since(over) < time.Minute {
		if s.backlog(ctx, over) == 0 {
			out["drained after s"] = time.Since(over).Seconds()
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	if err := <-load; err != nil {
		return nil, err
	}
	stop()
	watched.Wait()
	t.sum(out, over.Sub(began))
	return out, nil
}

// reconcileAfter is lotteryd's default.
const reconcileAfter = 5 * time.Second

// backlog is how many holds are left of those that were overdue at a moment: the
// others have to become old enough first.
func (s *site) backlog(ctx context.Context, at time.Time) int64 {
	n, err := s.redis.ZCount(ctx, "lotteryd:{faults}:journal", "-inf", fmt.Sprint(at.Add(-reconcileAfter).UnixMilli())).Result()
	if err != nil {
		return -1
	}
	return n
}

// watcher finds the extremes of a run.
type watcher struct{ out figures }

func (w *watcher) run(ctx context.Context, s *site) {
	most := func(name string, v float64) { w.out[name] = max(w.out[name], v) }
	samples, notReady := 0, 0
	for ctx.Err() == nil {
		if m, err := s.metrics(ctx); err == nil {
			most("goroutines", m["go_goroutines"])
			most("memory MiB", m["process_resident_memory_bytes"]/(1<<20))
			most("gauge holds", m["lotteryd_pending_reservations"])
			most("gauge oldest s", m["lotteryd_pending_oldest_seconds"])
		}
		if n, err := s.redis.ZCard(ctx, "lotteryd:{faults}:journal").Result(); err == nil {
			most("holds", float64(n))
		}
		if code := s.ready(ctx); code != 0 {
			samples++
			if code != http.StatusOK {
				notReady++
			}
		}
		select {
		case <-ctx.Done():
		case <-time.After(250 * time.Millisecond):
		}
	}
	w.out["not ready"] = 100 * float64(notReady) / float64(max(samples, 1))
}

// slot is a short time, in which more than one draw in twenty that was not answered,
// or not within 100 ms, is not normal.
type slot struct{ draws, strange int }

const slotLength = 250 * time.Millisecond

// tally counts the answers of draws that were due while the fault lasted, and
// finds when answers are normal again.
type tally struct {
	from, to time.Duration
	mu       sync.Mutex
	kinds    map[string][]time.Duration
	slots    map[time.Duration]*slot // by the time at which draws were due
}

func (t *tally) record(x *loadgen.Exchange) {
	kind := "other"
	switch {
	case x.Err != nil:
	case x.Status == http.StatusAccepted:
		kind = "202"
	case x.Status == http.StatusServiceUnavailable:
		kind = "503"
	case x.Status/100 == 2 && bytes.Contains(x.ResponseBody, []byte(`"win"`)):
		kind = "win"
	case x.Status/100 == 2:
		kind = "loss"
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.slots == nil {
		t.slots = make(map[time.Duration]*slot)
	}
	in := t.slots[x.Intended.Truncate(slotLength)]
	if in == nil {
		in = new(slot)
		t.slots[x.Intended.Truncate(slotLength)] = in
	}
	in.draws++
	if kind != "win" && kind != "loss" || x.Done-x.Intended > 100*time.Millisecond {
		in.strange++
	}
	if x.Intended < t.from || x.Intended >= t.to {
		return
	}
	if t.kinds == nil {
		t.kinds = make(map[string][]time.Duration)
	}
	t.kinds[kind] = append(t.kinds[kind], x.Done-x.Intended)
}

func (t *tally) sum(out figures, over time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	total := 0
	for _, took := range t.kinds {
		total += len(took)
	}
	for kind, took := range t.kinds {
		slices.Sort(took)
		out[kind] = 100 * float64(len(took)) / float64(total)
		out[kind+" p50"] = took[len(took)/2].Seconds() * 1000
		out[kind+" max"] = took[len(took)-1].Seconds() * 1000
	}
	last := over
	for began, in := range t.slots {
		if 20*in.strange > in.draws {
			last = max(last, began+slotLength)
		}
	}
	out["normal after s"] = (last - over).Seconds()
}

func size(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}
