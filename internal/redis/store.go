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
// switch, side by side; [Options] chooses, and store.go wires the choice. The
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
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/lotteryctl/lotteryctl/internal/batch"
)

// Store implements [lottery.Reserver] and [lottery.Workshop]. Safe for
// concurrent use. Close it.
type Store struct {
	options Options
	lanes   []*lane
	draws   batch.Strategy[question, reply]
	control *redis.Client // rebuilds, confirmations, announcements

	preparations []preparation   // what Reserve does before it asks the script
	clients      []*redis.Client // the preparations' own

	confirmations *confirmations
	tasks         sync.WaitGroup

	mu       sync.Mutex
	rebuilds map[string]rebuild // begun by Suspend, by activity
	resumed  map[string]bool    // activities that this store has published itself
}

// rebuild is what this store knows of a rebuild that it began.
type rebuild struct {
	token    string // in meta until the rebuild ends, or another one begins
	serverID string // run_id of the process that was suspended
	out      string // how many units are gone; empty until that is set
}

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
		options: opt, rebuilds: make(map[string]rebuild), resumed: make(map[string]bool),
	}
	for range opt.Lanes {
		s.lanes = append(s.lanes, newLane(*conf, form, opt.MaxBatch))
	}
	s.prepare(*conf)
	slow := *conf
	// A rebuild loads many records in one call.
	slow.ReadTimeout, slow.WriteTimeout, slow.PoolSize, slow.MaxRetries = 10*time.Second, 10*time.Second, 8, 1
	slow.ContextTimeoutEnabled = true // and whoever is in a hurry says so
	s.control = redis.NewClient(&slow)
	s.draws = opt.Batching.start(opt.Lanes, callsTogether*opt.MaxBatch, func(_ context.Context, i int, calls []*batch.Call[question, reply]) {
		opt.BatchSize(len(calls))
		s.lanes[i].run(calls)
	})
	s.confirmations = newConfirmations(s.control, opt.Timeout)
	s.tasks.Go(s.confirmations.run)
	return s, nil
}

// prepare chooses what Reserve does before it asks the script. State is read
// before stock is taken: a user at his limit needs no unit.
func (s *Store) prepare(conf redis.Options) {
	if read := s.options.UserState.reading(); read != nil {
		l := &lookout{client: s.newClient(conf, 1), read: read}
		s.preparations = append(s.preparations, l.prepare)
	}
	if take := s.options.Stock.taking(); take != nil {
		c := &counter{
			client: s.newClient(conf, -1), // an increment that is sent again may count twice
			take:   take, timeout: s.options.Timeout, published: make(map[string]int64),
		}
		s.preparations = append(s.preparations, c.prepare)
	}
}

// newClient opens a client with a pool of go-redis' own size, ten connections a
// processor, and the given number of retries; -1 is none.
func (s *Store) newClient(conf redis.Options, retries int) *redis.Client {
	conf.MaxRetries = retries
	c := redis.NewClient(&conf)
	s.clients = append(s.clients, c)
	return c
}

// Close answers the draws that were accepted, sends the confirmations that
// wait, and closes all connections. No draw may be started after it.
func (s *Store) Close() error {
	s.draws.Close()
	close(s.confirmations.queue)
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
