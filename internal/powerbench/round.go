//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	goredis "github.com/redis/go-redis/v9"

	"github.com/lotteryctl/lotteryctl/internal/audit"
	"github.com/lotteryctl/lotteryctl/internal/powerloss"
)

// programs are what is started.
type programs struct {
	lotteryd string
	disk     []string // command of the process that serves a disk
}

// outcome is what one loss did, and what was found after it.
type outcome struct {
	Plan    plan             `json:"plan"`
	Setting setting          `json:"setting"`
	Answers tally            `json:"answers"` // of this loss: load, retries and replays
	Losses  []powerloss.Loss `json:"losses"`  // of Postgres and Redis, in this order, twice if twice
	Wiped   bool             `json:"wiped"`   // Redis did not start on what was left
	// Stores and Recovery are from the start of the stores: until they answer, and
	// until a draw was answered.
	Stores   time.Duration `json:"stores"`
	Recovery time.Duration `json:"recovery"`
	Redrawn  int64         `json:"redrawn"` // losses that were drawn again to another end
	// Broken is what must not be: a broken invariant, a store that does not start,
	// a request without an answer. Empty if all is well.
	Broken []string `json:"broken"`
}

// round is a deployment that loses its power several times.
type round struct {
	postgres, redis *machine
	replicas        []*replica
	crowd           *crowd
	answers         *os.File
	clients         int
	fault           fault
	redisLost       bool // answers that it had given, at least once
	forgotten       int64
	setting         setting
	dir             string // of logs and answers
}

// newRound starts everything. dir is the folder for logs and answers.
func newRound(ctx context.Context, p programs, s setting, planted fault, dir string) (r *round, err error) {
	r = &round{clients: 8, setting: s, fault: planted, dir: dir}
	defer func() {
		if err != nil {
			err = errors.Join(err, r.close())
		}
	}()
	if r.postgres, err = newMachine(ctx, "postgres", p.disk, s.Disk, s.redis()); err != nil {
		return r, err
	}
	if r.redis, err = newMachine(ctx, "redis", p.disk, s.Disk, s.redis()); err != nil {
		return r, err
	}
	if r.answers, err = os.OpenFile(filepath.Join(dir, "answers.jsonl"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600); err != nil {
		return r, err
	}
	var urls []string
	for i := range s.Replicas {
		replica, err := newReplica(p.lotteryd, filepath.Join(dir, fmt.Sprintf("lotteryd-%d.log", i)),
			[]string{"--redis-url", r.redis.server.RedisURL(), "--postgres-url", r.postgres.server.PostgresURL()})
		if err != nil {
			return r, err
		}
		r.replicas = append(r.replicas, replica)
		urls = append(urls, replica.drawsURL())
		if err := replica.start(ctx); err != nil {
			return r, err
		}
	}
	r.crowd = newCrowd(urls, r.answers)
	if err = r.replicas[0].put(ctx); err != nil {
		return r, err
	}
	return r, r.plant(ctx)
}

// plant makes the stores forgetful. The settings of Postgres are changed while
// lotteryd runs, which would not start with them.
func (r *round) plant(ctx context.Context) error {
	name := map[fault]string{fsyncOff: "fsync", commitOff: "synchronous_commit"}[r.fault]
	switch {
	case r.fault == lyingDisk:
		return errors.Join(r.postgres.disk.Lie(true), r.redis.disk.Lie(true))
	case name == "":
		return nil
	}
	return errors.Join(r.sql(ctx, "ALTER SYSTEM SET "+name+" = off"), r.sql(ctx, "SELECT pg_reload_conf()"))
}

// uproot takes the settings back after the loss, as an operator would who has
// understood it, so that lotteryd starts. A session has read the file at its next
// statement, so this cannot be done while the sessions are needed.
func (r *round) uproot() error {
	if r.fault == none || r.fault == lyingDisk {
		return nil
	}
	return os.WriteFile(filepath.Join(r.postgres.folder, "postgres", "data", "postgresql.auto.conf"), nil, 0o600)
}

// stores are the machines that the plan hits.
func (r *round) stores(p plan) (hit []*machine) {
	if p.Postgres {
		hit = append(hit, r.postgres)
	}
	if p.Redis {
		hit = append(hit, r.redis)
	}
	return hit
}

// patient bounds everything that has to end by itself after a loss: the start
// of a store, of lotteryd, and definite answers to all requests.
const patient = time.Minute

// lose runs one loss. What must not be is in the outcome; an error is one of the
// bench itself, or the end of ctx.
func (r *round) lose(ctx context.Context, p plan) (o outcome, err error) {
	o = outcome{Plan: p, Setting: r.setting}
	bounded, cancel := context.WithTimeoutCause(ctx, 3*patient, fmt.Errorf("not within %s", 3*patient))
	defer cancel()
	r.crowd.reset()
	if err := r.loadUntilLoss(bounded, p, &o); err != nil {
		return o, err
	}
	if err := r.recover(bounded, p, &o); err != nil {
		o.Broken = append(o.Broken, err.Error())
	}
	r.redisLost = r.redisLost || p.Redis && (r.setting.Append != "always" || o.Wiped || r.fault == lyingDisk)
	if err := r.check(ctx, &o); err != nil {
		o.Broken = append(o.Broken, "the audit: "+err.Error())
	}
	return o, ctx.Err()
}

// loadUntilLoss draws, and takes the power away at the planned instant.
func (r *round) loadUntilLoss(ctx context.Context, p plan, o *outcome) error {
	loading, stop := context.WithCancel(ctx)
	defer stop()
	var all sync.WaitGroup
	var loadErr error
	all.Go(func() { loadErr = r.crowd.load(loading, r.clients, p.Seed) })
	r.disturb(loading, &all, p)
	time.Sleep(p.Load)
	err := r.takePower(p, p.Seed, o)
	stop()
	all.Wait()
	return errors.Join(err, loadErr)
}

// disturb has the stores write more than the draws need, at the planned times.
// An error is no matter: the power may be gone.
func (r *round) disturb(ctx context.Context, all *sync.WaitGroup, p plan) {
	after := func(d time.Duration, do func()) {
		if d > 0 {
			all.Go(func() {
				select {
				case <-time.After(d):
					do()
				case <-ctx.Done():
				}
			})
		}
	}
	after(p.Checkpoint, func() { _ = r.sql(ctx, "CHECKPOINT") })
	after(p.Rewrite, func() { _ = r.tellRedis(ctx, "BGREWRITEAOF") })
}

// takePower stops the disks at one instant, kills what must die with them, and
// drops what was not synced.
func (r *round) takePower(p plan, seed uint64, o *outcome) error {
	for _, m := range r.stores(p) {
		if err := m.off(); err != nil {
			return err
		}
	}
	if p.Lotteryd {
		for _, l := range r.replicas {
			l.kill()
		}
	}
	for _, m := range r.stores(p) {
		loss, err := m.lose(seed, p.Survival)
		if err != nil {
			return fmt.Errorf("%s: %w", m.name, err)
		}
		o.Losses = append(o.Losses, loss)
	}
	return nil
}

// recover starts the stores and lotteryd on what is left, and waits until every
// request has a definite answer.
func (r *round) recover(ctx context.Context, p plan, o *outcome) error {
	if p.Again > 0 {
		if err := r.loseAgain(ctx, p, o); err != nil {
			return err
		}
	}
	began := time.Now()
	if err := r.startStores(ctx, p, o); err != nil {
		return err
	}
	o.Stores = time.Since(began)
	for _, l := range r.replicas {
		if l.process == nil {
			if err := l.start(ctx); err != nil {
				return err
			}
		}
	}
	waiting := ctx
	if r.fault != none { // a lotteryd that notices what is planted answers no draw
		var cancel context.CancelFunc
		waiting, cancel = context.WithTimeoutCause(ctx, patient/4, fmt.Errorf("not within %s", patient/4))
		defer cancel()
	}
	if err := r.crowd.awaitDraw(waiting); err != nil {
		return err
	}
	o.Recovery = time.Since(began)
	settling, cancel := context.WithTimeout(ctx, patient)
	defer cancel()
	left, err := r.crowd.settle(settling)
	if err == nil && left > 0 {
		o.Broken = append(o.Broken, fmt.Sprintf("%d requests have no definite answer after %s", left, patient))
	}
	return errors.Join(err, r.crowd.replay(ctx, 100))
}

// startStores starts the stores that the plan has hit, side by side.
func (r *round) startStores(ctx context.Context, p plan, o *outcome) error {
	if err := r.uproot(); err != nil {
		return err
	}
	hit := r.stores(p)
	errs, wiped := make([]error, len(hit)), make([]bool, len(hit))
	var all sync.WaitGroup
	for i, m := range hit {
		all.Go(func() { wiped[i], errs[i] = m.start(ctx) })
	}
	all.Wait()
	for _, w := range wiped {
		o.Wiped = o.Wiped || w
	}
	return errors.Join(errs...)
}

// loseAgain starts the stores and takes their power before they are ready, or
// soon after.
func (r *round) loseAgain(ctx context.Context, p plan, o *outcome) error {
	starting, cancel := context.WithCancel(ctx)
	defer cancel()
	var all sync.WaitGroup
	for _, m := range r.stores(p) {
		// It may well fail: its power goes off.
		all.Go(func() { _ = m.tryStart(starting) })
	}
	time.Sleep(p.Again)
	for _, m := range r.stores(p) {
		if err := m.off(); err != nil {
			return err
		}
	}
	for _, m := range r.stores(p) {
		m.noteSharedMemory() // the end of the start kills it
	}
	cancel()
	all.Wait()
	return r.takePower(p, p.Seed+1, o)
}

// check audits the deployment against all that was answered so far.
func (r *round) check(ctx context.Context, o *outcome) error {
	ctx, cancel := context.WithTimeout(ctx, patient)
	defer cancel()
	report, err := audit.Run(ctx, audit.Sources{
		Postgres: r.postgres.server.PostgresURL(), Redis: r.redis.server.RedisURL(), Activity: activityID, Wait: 20 * time.Second,
	}, r.crowd.answers.Log(), audit.Options{RedisLostData: r.redisLost})
	if err != nil {
		return err
	}
	o.Answers = r.crowd.total()
	o.Redrawn, r.forgotten = report.Counts.Forgotten-r.forgotten, report.Counts.Forgotten
	for _, v := range report.Invariants {
		switch v.Status {
		case audit.Broken:
			o.Broken = append(o.Broken, fmt.Sprintf("%s %s: %d breaks, for example %v", v.ID, v.Name, v.Breaks, v.Offenders[:min(2, len(v.Offenders))]))
		case audit.NotChecked: // all is at rest, so it must be possible
			o.Broken = append(o.Broken, fmt.Sprintf("%s %s: not checked: %v", v.ID, v.Name, v.NotChecked))
		}
	}
	return nil
}

// sql runs one statement as the superuser.
func (r *round) sql(ctx context.Context, statement string) error {
	conn, err := pgx.Connect(ctx, r.postgres.server.PostgresURL())
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	_, err = conn.Exec(ctx, statement)
	return err
}

func (r *round) tellRedis(ctx context.Context, command string) error {
	opt, err := goredis.ParseURL(r.redis.server.RedisURL())
	if err != nil {
		return err
	}
	client := goredis.NewClient(opt)
	defer client.Close()
	return client.Do(ctx, command).Err()
}

func (r *round) close() error {
	for _, l := range r.replicas {
		l.kill()
	}
	var errs []error
	for _, m := range []*machine{r.postgres, r.redis} {
		if m != nil {
			errs = append(errs, m.close())
		}
	}
	if r.answers != nil {
		errs = append(errs, r.answers.Close())
	}
	return errors.Join(errs...)
}
