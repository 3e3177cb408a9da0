package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/admission"
	"github.com/lotteryctl/lotteryctl/internal/health"
	"github.com/lotteryctl/lotteryctl/internal/httpapi"
	"github.com/lotteryctl/lotteryctl/internal/lottery"
	"github.com/lotteryctl/lotteryctl/internal/postgres"
	"github.com/lotteryctl/lotteryctl/internal/redis"
	"github.com/lotteryctl/lotteryctl/internal/telemetry"
	"github.com/lotteryctl/lotteryctl/profiles/recorder"
)

// service is a wired lotteryd. openService takes it up to the point where it
// could serve; serve does, until its context ends; close lets go of everything.
type service struct {
	config    Config
	log       logging
	metrics   *telemetry.Metrics
	ledger    *postgres.Store
	fast      *redis.Store
	workbench lottery.Workbench
	catalogue *lottery.Catalogue
	codec     httpapi.Codec
	keeper    *lottery.Keeper
	engine    *lottery.Engine
	entry     *admission.Gate // of the public port
	drain     *httpapi.Drain
	health    *health.Monitor    // made by serve
	history   *history           // made by serve
	recorder  *recorder.Recorder // nil: none
}

// graceAfterEnd is how long answers stay in Redis after an activity's end; wins
// stay in the ledger for ever.
const graceAfterEnd = 30 * 24 * time.Hour

// openService connects to both servers and refuses, with the reason, to start
// on ones that the protocol cannot rest on. One that is away is waited for. migrate
// also brings the schema up.
func openService(ctx context.Context, c Config, log logging, migrate bool, w *waiting, entry *admission.Gate) (s *service, err error) {
	s = &service{
		config: c, log: log, metrics: telemetry.NewMetrics(c.Region, httpapi.Kinds()...),
		workbench: workbench(c.Switches), drain: new(httpapi.Drain), entry: entry,
	}
	if s.recorder, err = openRecorder(c); err != nil {
		return nil, fmt.Errorf("%w; see recorder_dir, or switch the recorder off with --recorder off", err)
	}
	s.catalogue = catalogue(c.Switches, s.workbench)
	if s.codec, err = codec(c.Switches); err != nil {
		return nil, err
	}
	if err := s.openLedger(ctx, migrate, w); err != nil {
		return nil, errors.Join(err, s.close())
	}
	if err := s.openFast(ctx, w); err != nil {
		return nil, errors.Join(err, s.close())
	}
	s.wire()
	if err := w.until(ctx, "postgres", health.LedgerAway, postgres.IsAway, func() error { return s.recoverAll(ctx) }); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

func (s *service) openLedger(ctx context.Context, migrate bool, w *waiting) (err error) {
	s.ledger, err = postgres.Open(ctx, postgres.Options{
		URL: s.config.PostgresURL, Lanes: s.config.CommitConnections, BatchSize: s.metrics.CommitBatch,
		Claim: claim(s.config.Switches), Connections: connections(s.config.Switches),
	})
	if err != nil {
		return err
	}
	return w.until(ctx, "postgres", health.LedgerAway, postgres.IsAway, func() error { return s.prepareLedger(ctx, migrate) })
}

func (s *service) prepareLedger(ctx context.Context, migrate bool) error {
	bounded, cancel := context.WithTimeout(ctx, waitTimeout)
	err := s.ledger.Check(bounded)
	cancel()
	if err != nil {
		return err
	}
	if migrate {
		if _, err := s.ledger.Migrate(ctx); err != nil {
			return err
		}
	}
	if err := s.ledger.CheckSchema(ctx); err != nil {
		return err
	}
	return s.ledger.PrepareClaims(ctx)
}

func (s *service) openFast(ctx context.Context, w *waiting) (err error) {
	redis.LogTo(func(message string) { s.log.Debug("redis client", "message", message) })
	o := redisOptions(s.config.Switches)
	o.URL, o.Lanes, o.BatchSize = s.config.RedisURL, s.config.RedisConnections, s.metrics.RedisBatch
	s.fast, err = redis.Open(o)
	if err != nil {
		return err
	}
	return w.until(ctx, "redis", health.StoreAway, redis.IsAway, func() error {
		bounded, cancel := context.WithTimeout(ctx, waitTimeout)
		defer cancel()
		return s.fast.Check(bounded)
	})
}

// wire builds the domain over the two stores. Which variant of each tuning
// switch is behind a name was chosen in switches.go.
func (s *service) wire() {
	observer := observer{s.metrics, s.log.Logger}
	find, changed := activities(s.config.Switches, s.workbench, s.catalogue, s.ledger)
	s.keeper = lottery.NewKeeper(s.catalogue, s.ledger, s.ledger, s.fast, observer, lottery.KeeperOptions{
		Refresh: s.config.RefreshInterval, Overdue: s.config.ReconcileAfter,
		Grace: graceAfterEnd, Recovery: 5 * time.Minute, Changed: changed,
	})
	s.engine = lottery.NewEngine(find, s.fast, yielding{s.ledger, s.entry}, s.keeper, observer)
}

// recoverAll makes every activity ready to draw from before the first request. One
// that cannot be made ready is told of, and tried again by its draws: it must not
// keep the others from being served.
func (s *service) recoverAll(ctx context.Context) error {
	if err := s.keeper.Refresh(ctx); err != nil {
		return err
	}
	var recoveries sync.WaitGroup
	for id := range s.catalogue.All() {
		recoveries.Go(func() {
			if err := s.keeper.Recover(ctx, id, 0); err != nil {
				s.log.Error("an activity is not ready; its draws try again", "activity", id, "error", err)
			}
		})
	}
	recoveries.Wait()
	return ctx.Err()
}

// close lets go of the stores: accepted draws are answered, confirmations sent.
func (s *service) close() error {
	var errs []error
	if s.keeper != nil {
		s.keeper.Stop()
	}
	if s.fast != nil {
		errs = append(errs, s.fast.Close())
	}
	if s.ledger != nil {
		errs = append(errs, s.ledger.Close())
	}
	return errors.Join(errs...)
}
