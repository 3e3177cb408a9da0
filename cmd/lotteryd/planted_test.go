package main

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/audit"
	"github.com/lotteryctl/lotteryctl/internal/lottery"
	"github.com/lotteryctl/lotteryctl/internal/postgres"
	"github.com/lotteryctl/lotteryctl/internal/redis"
	"github.com/lotteryctl/lotteryctl/internal/telemetry"
)

// fault is a bug to plant in an otherwise healthy service. Its zero value
// plants nothing.
type fault struct {
	script   func(draw string) string
	ledger   func(lottery.Ledger) lottery.Ledger
	workshop func(lottery.Workshop) lottery.Workshop
}

// planted is a service in this process, with a fault in it.
type planted struct {
	t        *testing.T
	servers  privateStores
	engine   *lottery.Engine
	keeper   *lottery.Keeper
	metrics  *telemetry.Metrics
	recorder audit.Recorder
	log      lockedBuffer
}

const plantedActivity = "planted"

// plant wires a service by hand, as wire does, and seeds an activity in which
// every draw wins until 20 mugs are gone.
func plant(t *testing.T, f fault) *planted {
	t.Helper()
	return plantOn(t, openStores(t), f)
}

// plantOn is plant over stores that are there.
func plantOn(t *testing.T, servers privateStores, f fault) *planted {
	t.Helper()
	ctx := context.Background()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	ledger, err := postgres.Open(ctx, postgres.Options{URL: servers.PostgresURL()})
	must(err)
	_, err = ledger.Migrate(ctx)
	must(err)
	opt := redis.Options{URL: servers.RedisURL()}
	if f.script != nil {
		opt.DrawScript = f.script(redis.DrawScript())
		if opt.DrawScript == redis.DrawScript() {
			t.Fatal("the fault was not planted: the script is unchanged")
		}
	}
	fast, err := redis.Open(opt)
	must(err)
	p := &planted{t: t, servers: servers, metrics: telemetry.NewMetrics("")}
	t.Cleanup(func() {
		if p.keeper != nil {
			p.keeper.Stop()
		}
		_, _ = fast.Close(), ledger.Close()
	})
	var truth lottery.Ledger = ledger
	if f.ledger != nil {
		truth = f.ledger(ledger)
	}
	var workshop lottery.Workshop = fast
	if f.workshop != nil {
		workshop = f.workshop(fast)
	}
	catalogue := new(lottery.Catalogue)
	watch := observer{p.metrics, slog.New(slog.NewTextHandler(&p.log, nil))}
	p.keeper = lottery.NewKeeper(catalogue, ledger, truth, workshop, watch, lottery.KeeperOptions{
		Refresh: time.Second, Overdue: time.Second, Grace: time.Hour, Recovery: time.Minute,
	})
	p.engine = lottery.NewEngine(catalogue, fast, truth, p.keeper, watch)
	now := time.Now()
	_, _, err = p.keeper.Put(ctx, lottery.Spec{
		ID: plantedActivity, Name: "Planted", Starts: now.Add(-time.Hour), Ends: now.Add(time.Hour),
		Prizes: []lottery.Prize{{ID: "mug", Tier: "third", Name: "Mug", Weight: 1, Stock: 20}},
	})
	must(err)
	return p
}

// draw draws in-process and writes down the answer.
func (p *planted) draw(user, request string) audit.Answer {
	a := audit.Answer{Activity: plantedActivity, User: user, Request: request, Sent: time.Now()}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	got, err := p.engine.Draw(ctx, lottery.Entry{Activity: plantedActivity, User: user, Request: request})
	switch {
	case err != nil:
		a.Result, a.Kind = audit.Unknown, string(lottery.KindOf(err))
	case got.Result == lottery.Win:
		a.Result, a.Prize, a.Unit, a.Code = audit.Win, got.Prize.ID, got.Unit, got.Code
	case got.Result == lottery.Pending:
		a.Result = audit.Pending
	default:
		a.Result = audit.Loss
	}
	p.recorder.Record(a)
	return a
}

// drawAll lets 30 users draw once each, at the same time: 10 more than win.
func (p *planted) drawAll() {
	var users sync.WaitGroup
	for i := range 30 {
		users.Go(func() { p.draw(fmt.Sprint("user-", i), "r") })
	}
	users.Wait()
}

func (p *planted) audit() *audit.Report {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	r, err := audit.Run(ctx, audit.Sources{
		Postgres: p.servers.PostgresURL(), Redis: p.servers.RedisURL(), Activity: plantedActivity, Wait: time.Second,
	}, p.recorder.Log(), audit.Options{Overdue: time.Millisecond})
	if err != nil {
		p.t.Fatal(err)
	}
	return r
}

// scenario is what every planted fault and the healthy service go through: sell
// out, replay everything, lose Redis, replay everything again.
func (p *planted) scenario() *audit.Report {
	p.drawAll()
	p.drawAll()
	ctx := context.Background()
	if err := p.servers.KillRedis(); err != nil {
		p.t.Fatal(err)
	}
	if err := p.servers.WipeRedis(); err != nil {
		p.t.Fatal(err)
	}
	if err := p.servers.StartRedis(ctx); err != nil {
		p.t.Fatal(err)
	}
	p.draw("late", "r") // meets the new Redis and has it rebuilt
	p.drawAll()
	if err := p.keeper.Reconcile(ctx, 0); err != nil {
		p.t.Logf("reconcile: %v", err)
	}
	return p.audit()
}

func TestHealthyServicePassesTheScenario(t *testing.T) {
	t.Parallel()
	r := plant(t, fault{}).scenario()
	mustHoldButFew(t, r)
	if r.Counts.Rows != 20 {
		t.Errorf("%d ledger rows; want all 20 mugs won", r.Counts.Rows)
	}
}

// mustAlarm wants one of the invariants broken.
func mustAlarm(t *testing.T, r *audit.Report, ids ...string) {
	t.Helper()
	var text strings.Builder
	_ = r.WriteText(&text)
	for _, id := range ids {
		if r.Invariant(id).Status == audit.Broken {
			return
		}
	}
	t.Errorf("the checker is silent on %v:\n%s", ids, &text)
}

// TestStockBeforeReplayRaisesTheAlarm plants dtm's bug: the stock is tested
// before the stored answer, so a retry of a win after sell-out is a loss.
func TestStockBeforeReplayRaisesTheAlarm(t *testing.T) {
	t.Parallel()
	r := plant(t, fault{script: func(draw string) string {
		return strings.Replace(draw, "  local state = redis.call('HGET', KEYS[2], user)\n",
			"  if tonumber(redis.call('HGET', KEYS[4], '0') or 0) >= 20 then return 'L' end\n"+
				"  local state = redis.call('HGET', KEYS[2], user)\n", 1)
	}}).scenario()
	mustAlarm(t, r, "I3")
}

// TestOffByOneRaisesTheAlarm plants spikeSystem's bug: one unit too many. The
// schema refuses it, so it shows as a promise that nothing can keep.
func TestOffByOneRaisesTheAlarm(t *testing.T) {
	t.Parallel()
	r := plant(t, fault{script: func(draw string) string {
		return strings.Replace(draw, "next <= tonumber(stock)", "tonumber(stock) >= next - 1", 1)
	}}).scenario()
	mustAlarm(t, r, "I2", "I4", "I5")
}

// hastyLedger answers before the commit and loses every third one, as a crash
// in between would.
type hastyLedger struct {
	lottery.Ledger
	mu    sync.Mutex
	asked int
}

func (l *hastyLedger) Commit(ctx context.Context, w lottery.WinRow) lottery.Decision {
	l.mu.Lock()
	l.asked++
	lost := l.asked%3 == 0
	l.mu.Unlock()
	if lost {
		return lottery.Decision{Ruling: lottery.RulingCommitted, Row: w, Code: "AAAAAAAAAAAAAAAA"}
	}
	return l.Ledger.Commit(ctx, w)
}

func TestAnswerBeforeCommitRaisesTheAlarm(t *testing.T) {
	t.Parallel()
	r := plant(t, fault{ledger: func(l lottery.Ledger) lottery.Ledger { return &hastyLedger{Ledger: l} }}).scenario()
	mustAlarm(t, r, "I1")
}

// forgetfulWorkshop rebuilds the counters but not the won records.
type forgetfulWorkshop struct{ lottery.Workshop }

func (forgetfulWorkshop) Remember(context.Context, *lottery.Activity, []lottery.WinRow) error {
	return nil
}

func TestRebuildWithoutWonRecordsRaisesTheAlarm(t *testing.T) {
	t.Parallel()
	r := plant(t, fault{workshop: func(w lottery.Workshop) lottery.Workshop { return forgetfulWorkshop{w} }}).scenario()
	mustAlarm(t, r, "I3")
}
