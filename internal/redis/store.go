// Package redis is the fast half of the draw protocol: it reserves numbered
// units in one Lua script and remembers every answer, and can be rebuilt from
// the ledger at any time.
//
// A tour: [Open] connects; [Store.Reserve] hands a ticket to a lane, which
// shares one call of draw.lua among the tickets that wait for it (see
// internal/batch); workshop.go is the back door through which the domain's
// keeper rebuilds; watch.go hears of changes made by other instances.
//
// userstate.go, stock.go and batching.go each hold the variants of one tuning
// switch, side by side; [Options] chooses, and reserve.go wires the choice. The
// best variants add nothing to that tour.
//
// # Which Redis is this?
//
// A Redis that restarts may have lost its last second or everything. Every lane
// therefore owns one connection and learns, whenever that connection is made,
// the run_id of the process behind it. The script compares it with the run_id
// the state was published under, so no draw is ever taken from a state that has
// not been checked against the ledger since the restart.
package redis

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/lotteryctl/lotteryctl/internal/batch"
	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

//go:embed remember.lua
var rememberScript string

//go:embed undo.lua
var undoScript string

//go:embed resume.lua
var resumeScript string

//go:embed raise.lua
var raiseScript string

// Store implements [lottery.Reserver] and [lottery.Workshop]. Safe for
// concurrent use. Close it.
type Store struct {
	options Options
	lanes   []*lane
	draws   batch.Strategy[question, reply]
	control *redis.Client // rebuilds, confirmations, announcements

	// How Reserve works, chosen once: the best variants ask the script alone.
	reserve      func(context.Context, *lottery.Ticket) (lottery.Reservation, error)
	preparations []preparation
	clients      []*redis.Client // the preparations' own

	confirms chan confirmation
	tasks    sync.WaitGroup

	mu        sync.Mutex
	suspended map[string]string // activity -> run_id seen by Suspend
	resumed   map[string]bool   // activities that this store has published itself
}

var (
	_ lottery.Reserver = (*Store)(nil)
	_ lottery.Workshop = (*Store)(nil)
)

// Open prepares a store. It does not dial: see [Store.Check].
func Open(opt Options) (*Store, error) {
	opt = opt.withDefaults()
	if err := opt.check(); err != nil {
		return nil, err
	}
	form, err := newForm(opt)
	if err != nil {
		return nil, err
	}
	conf, err := redis.ParseURL(opt.URL)
	if err != nil {
		return nil, fmt.Errorf("redis url: %w", err)
	}
	conf.DialTimeout, conf.ReadTimeout, conf.WriteTimeout = opt.Timeout/2, opt.Timeout, opt.Timeout
	conf.DisableIdentity = true
	conf.DialerRetries = 1 // a draw is not worth waiting for a server that is away
	s := &Store{
		options: opt, suspended: make(map[string]string), resumed: make(map[string]bool),
		confirms: make(chan confirmation, 8192),
	}
	for range opt.Lanes {
		s.lanes = append(s.lanes, newLane(*conf, form))
	}
	s.prepareReserve(*conf)
	slow := *conf
	// A rebuild loads many records in one call.
	slow.ReadTimeout, slow.WriteTimeout, slow.PoolSize, slow.MaxRetries = 10*time.Second, 10*time.Second, 8, 1
	s.control = redis.NewClient(&slow)
	s.draws = opt.Batching.start(opt, func(i int, calls []*batch.Call[question, reply]) {
		opt.BatchSize(len(calls))
		s.lanes[i].run(calls)
	})
	s.tasks.Go(s.confirmLoop)
	return s, nil
}

// Close answers the draws that were accepted, sends the confirmations that
// wait, and closes all connections. No draw may be started after it.
func (s *Store) Close() error {
	s.draws.Close()
	close(s.confirms)
	s.tasks.Wait()
	errs := []error{s.control.Close()}
	for _, c := range s.clients {
		errs = append(errs, c.Close())
	}
	for _, l := range s.lanes {
		errs = append(errs, l.client.Close())
	}
	return errors.Join(errs...)
}

// Check refuses a Redis that the protocol cannot rest on: older than 7.0, or
// one that evicts keys when its memory is full.
func (s *Store) Check(ctx context.Context) error {
	info, err := s.control.Info(ctx, "server", "memory").Result()
	if err != nil {
		return fmt.Errorf("redis at %s cannot be used: %w; start it, or correct the URL", s.control.Options().Addr, err)
	}
	version := infoField(info, "redis_version")
	if major, _, _ := strings.Cut(version, "."); len(major) == 1 && major < "7" {
		return fmt.Errorf("redis %s is too old; use Redis 7.0 or newer, or Valkey", version)
	}
	policy, limit := infoField(info, "maxmemory_policy"), infoField(info, "maxmemory")
	if policy != "noeviction" && limit != "0" {
		return fmt.Errorf("redis evicts keys when full (maxmemory-policy %s): a forgotten answer could be drawn again; set maxmemory-policy noeviction", policy)
	}
	return nil
}

// infoField finds "name:value" in the reply of INFO; "" if it is not there.
func infoField(info, name string) string {
	for line := range strings.Lines(info) {
		if v, ok := strings.CutPrefix(line, name+":"); ok {
			return strings.TrimSpace(v)
		}
	}
	return ""
}
