// Package postgres is the deciding half of the draw protocol: an insert-only
// ledger whose schema makes it impossible to win a unit twice, and the home of
// the activities.
//
// A tour: [Open] connects and checks that the server keeps what it
// acknowledges; [Store.Migrate] brings the schema up; commit.go decides wins in
// groups; claim.go names the other ways to decide, rowclaim.go and stockrow.go,
// which are kept to be measured against it; connections.go is how connections
// are kept; registry.go keeps activities and epochs; heartbeat.go tells whether
// the ledger can be written to. The schema is in migrations/, with the promises each
// constraint makes.
package postgres

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// Store implements [lottery.Ledger] and [lottery.Registry]. Safe for concurrent
// use. Close it.
type Store struct {
	*ledger // what draws go through
	pool    *pgxpool.Pool
	pulse   *pulse
	claim   claimer
}

var (
	_ lottery.Ledger   = (*Store)(nil)
	_ lottery.Registry = (*Store)(nil)
)

// Open prepares a store. It does not dial: see [Store.Check].
//
// The pool holds one connection for each win that is decided at once and four for
// everything else, or as many as pool_max_conns in the URL says; all are opened as
// needed and kept, because a new connection costs milliseconds. Nobody who holds
// one waits for another.
func Open(ctx context.Context, opt Options) (*Store, error) {
	opt = opt.withDefaults()
	conf, err := poolConfig(opt)
	if err != nil {
		return nil, err
	}
	pool, err := pgxpool.NewWithConfig(ctx, conf)
	if err != nil {
		return nil, fmt.Errorf("postgres: %w", err)
	}
	pulse, err := newPulse(ctx, conf)
	if err != nil {
		pool.Close()
		return nil, fmt.Errorf("postgres: %w", err)
	}
	l := &ledger{options: opt, draws: opt.Connections.dial(pool)}
	return &Store{ledger: l, pool: pool, pulse: pulse, claim: newClaimer(l)}, nil
}

func poolConfig(opt Options) (*pgxpool.Config, error) {
	conf, err := pgxpool.ParseConfig(opt.URL)
	if err != nil {
		return nil, fmt.Errorf("postgres url: %w", err)
	}
	atOnce := int32(opt.Claim.atOnce(opt.Lanes))
	switch {
	case !strings.Contains(opt.URL, "pool_max_conns="):
		conf.MaxConns = atOnce + 4
	case conf.MaxConns <= atOnce:
		return nil, fmt.Errorf("postgres url: pool_max_conns=%d is too few: %d connections commit wins, and others are needed beside them; use %d or more", conf.MaxConns, atOnce, atOnce+1)
	}
	conf.MinIdleConns = atOnce
	conf.MaxConnIdleTime = 30 * time.Minute
	conf.ConnConfig.ConnectTimeout = opt.Timeout
	// A server that is cut off is noticed by both sides: here by the deadline of each
	// statement, there by these. Its locks end with the session.
	params := conf.ConnConfig.RuntimeParams
	for name, value := range map[string]string{
		"application_name":        "lotteryd",
		"tcp_keepalives_idle":     "5",
		"tcp_keepalives_interval": "1",
		"tcp_keepalives_count":    "3",
		// A lane that died between statements must not hold the epoch's row lock.
		"idle_in_transaction_session_timeout": "10000",
		// The commit is one statement for ever: planning it anew each time would cost
		// more than running it.
		"plan_cache_mode": "force_generic_plan",
	} {
		if params[name] == "" {
			params[name] = value
		}
	}
	return conf, nil
}

// Commit implements [lottery.Ledger], in the way of [Options.Claim].
func (s *Store) Commit(ctx context.Context, w lottery.WinRow) lottery.Decision {
	return s.claim.commit(ctx, w)
}

// Find implements [lottery.Ledger].
func (s *Store) Find(ctx context.Context, activity, user, request string) (lottery.Decision, bool, error) {
	ctx, cancel := s.reading(ctx)
	defer cancel()
	return s.find(ctx, activity, user, request)
}

// Close ends the commits that were accepted and closes all connections. No
// commit may be asked for after it.
func (s *Store) Close() error {
	s.claim.close()
	err := s.draws.close()
	s.pulse.pool.Close()
	s.pool.Close()
	return err
}

// Check refuses a server that may lose what it acknowledged, or one that cannot
// be written to.
func (s *Store) Check(ctx context.Context) error {
	var fsync, syncCommit, fullPages string
	var replica bool
	err := s.pool.QueryRow(ctx,
		"SELECT current_setting('fsync'), current_setting('synchronous_commit'), current_setting('full_page_writes'), pg_is_in_recovery()",
	).Scan(&fsync, &syncCommit, &fullPages, &replica)
	switch {
	case err != nil:
		return reached(err)
	case replica:
		return errors.New("postgres is a read-only replica; connect to the primary")
	}
	return checkSettings(unsafeSettings(fsync, syncCommit, fullPages))
}

// reached makes one sentence of a failure to connect, which pgx tells in one
// line for each address it tried.
func reached(err error) error {
	var connect *pgconn.ConnectError
	if !errors.As(err, &connect) {
		return fmt.Errorf("asking Postgres: %w", err)
	}
	var refused *pgconn.PgError
	var network *net.OpError
	why := errNoAnswer
	switch {
	case errors.As(err, &refused):
		why = refused
	case errors.As(err, &network):
		why = network.Err
	case !errors.Is(err, context.DeadlineExceeded):
		why = connect.Unwrap()
	}
	c := connect.Config
	return fmt.Errorf("postgres at %s:%d, database %q, cannot be used: %w; start it, or correct the URL", c.Host, c.Port, c.Database, why)
}

// notFound maps pgx' "no rows" to the domain's refusal.
func notFound(err error, id string) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return lottery.Refuse(lottery.KindUnknownActivity, "there is no activity %q", id)
	}
	return err
}
