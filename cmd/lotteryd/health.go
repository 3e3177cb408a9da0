package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/health"
	"github.com/lotteryctl/lotteryctl/internal/httpapi"
	"github.com/lotteryctl/lotteryctl/internal/lottery"
	"github.com/lotteryctl/lotteryctl/internal/postgres"
)

// How often each question of the monitor is asked, and how long an answer may take.
const (
	askEvery   = time.Second
	askTimeout = 2 * time.Second
)

// watchHealth makes the monitor. What blocks is what leaves no draw to be served;
// all else only degrades: while Postgres is away, losses are served.
func (s *service) watchHealth() {
	for _, reason := range health.Reasons() {
		s.metrics.Degraded(string(reason), false)
	}
	probe := func(check string, ask func(context.Context) []health.Finding) health.Probe {
		return health.Probe{Check: check, Every: askEvery, Timeout: askTimeout, Ask: ask}
	}
	s.history = &history{keeper: s.keeper, catalogue: s.catalogue}
	s.health = health.New(newAlarm(s.metrics.Degraded, s.log.Logger).changed,
		probe("postgres", s.probeLedger), probe("redis", s.probeFast), probe("activities", s.probeActivities), probe("history", s.history.probe))
}

// readiness is the monitor's report, as the admin port shows it.
func (s *service) readiness() httpapi.Readiness {
	report := s.health.Report()
	r := httpapi.Readiness{Ready: report.Ready, Degraded: report.Degraded, Checks: make([]httpapi.Check, len(report.Findings))}
	for i, f := range report.Findings {
		r.Checks[i] = httpapi.Check{Name: f.Check, OK: f.Reason == "", Reason: string(f.Reason)}
		if f.Err != nil {
			r.Checks[i].Detail = f.Err.Error()
		}
	}
	return r
}

// probeLedger writes to Postgres, as a win does.
func (s *service) probeLedger(ctx context.Context) []health.Finding {
	const check = "postgres"
	pulse, err := s.ledger.Heartbeat(ctx)
	trouble := postgres.TroubleOf(err)
	if pulse.Server != "" {
		s.history.server.Store(&pulse.Server)
	}
	if trouble == postgres.TroubleNone {
		// Some disks take the heartbeat, which needs no new page, and no win.
		if t, last := s.ledger.CommitTrouble(); t == postgres.TroubleFull || t == postgres.TroubleReadOnly {
			trouble, err = t, last
		}
	}
	found := []health.Finding{{Check: check, Reason: ledgerReasons()[trouble], Err: err, Blocks: trouble == postgres.TroubleSchemaBehind}}
	if len(pulse.Unsafe) > 0 {
		found = append(found, health.Finding{Check: check, Reason: health.LedgerUnsafe,
			Err: fmt.Errorf("postgres has %s: an acknowledged win could be lost in a crash", strings.Join(pulse.Unsafe, ", "))})
	}
	return found
}

func ledgerReasons() map[postgres.Trouble]health.Reason {
	return map[postgres.Trouble]health.Reason{
		postgres.TroubleNone: "", postgres.TroubleAway: health.LedgerAway, postgres.TroubleReadOnly: health.LedgerReadOnly,
		postgres.TroubleFull: health.LedgerFull, postgres.TroubleSchemaBehind: health.SchemaBehind, postgres.TroubleSchemaAhead: health.SchemaAhead,
	}
}

func (s *service) probeFast(ctx context.Context) []health.Finding {
	const check = "redis"
	condition, err := s.fast.Condition(ctx)
	if err != nil {
		return []health.Finding{{Check: check, Reason: health.StoreAway, Blocks: true, Err: err}}
	}
	s.metrics.Evicted(condition.Evicted)
	var found []health.Finding
	if err := condition.Evicts(); err != nil {
		found = append(found, health.Finding{Check: check, Reason: health.StoreEvicts, Err: err})
	}
	if condition.Evicted > 0 {
		found = append(found, health.Finding{Check: check, Reason: health.StoreEvicted,
			Err: fmt.Errorf("redis has deleted %d keys to make room; see docs/operations.md", condition.Evicted)})
	}
	if len(found) == 0 {
		found = []health.Finding{{Check: check}}
	}
	return found
}

// probeActivities draws from each activity without a write. If none of them can be
// drawn from, there is nothing to serve.
func (s *service) probeActivities(ctx context.Context) []health.Finding {
	var found []health.Finding
	unusable := 0
	all := s.catalogue.All()
	for _, id := range slices.Sorted(maps.Keys(all)) {
		f := health.Finding{Check: "activity " + id}
		if f.Err = s.dryDraw(ctx, all[id]); f.Err != nil {
			f.Reason = health.ActivityUnusable
			unusable++
		}
		found = append(found, f)
	}
	for i := range found {
		found[i].Blocks = unusable == len(found)
	}
	return found
}

// dryDraw runs the draw script without a write, which a PING would not: the
// script itself, the epoch and the process behind the connection are tried.
func (s *service) dryDraw(ctx context.Context, a *lottery.Activity) error {
	if ctx.Err() != nil {
		return errors.New("not asked: the others took all the time")
	}
	t := a.Ticket(lottery.Entry{Activity: a.Spec.ID, User: "readiness", Request: "dry"})
	r, err := s.fast.Peek(ctx, &t)
	if err != nil {
		return err
	}
	if r.Status == lottery.StatusStaleEpoch {
		return s.keeper.Recover(ctx, a.Spec.ID, 0)
	}
	return nil
}

// alarm tells of reasons that come and go: a gauge for each, a line for each change.
type alarm struct {
	gauge  func(reason string, on bool)
	log    *slog.Logger
	active map[health.Reason]int // how many checks have it
}

func newAlarm(gauge func(string, bool), log *slog.Logger) *alarm {
	return &alarm{gauge: gauge, log: log, active: make(map[health.Reason]int)}
}

// changed is a [health.Changed].
func (a *alarm) changed(f health.Finding, on bool) {
	if on {
		a.active[f.Reason]++
		a.log.Error("degraded", "check", f.Check, "reason", string(f.Reason), "blocks", f.Blocks, "error", f.Err)
	} else {
		a.active[f.Reason]--
		a.log.Info("no longer degraded", "check", f.Check, "reason", string(f.Reason))
	}
	a.gauge(string(f.Reason), a.active[f.Reason] > 0)
}
