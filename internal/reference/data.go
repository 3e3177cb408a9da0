package reference

import (
	"context"
	"fmt"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/localservices"
)

// dropTimeout bounds the removal of a run's database.
const dropTimeout = time.Minute

// Data gives every run of the service stores without a past.
//
// What is private is emptied: each run gets a database of its own and an empty
// Redis. Stores that were given are somebody's: there a run only has an activity
// of its own, and what it wrote stays.
type Data struct {
	redis, postgres string                  // URLs given, or those of services
	services        *localservices.Services // nil: both were given
	ownPostgres     bool
	ownRedis        bool
}

// stores are those of one run.
type stores struct {
	redis, postgres string // URLs
	drop            func(context.Context) error
}

// OpenData takes the stores at two URLs, and starts a private server for each
// that is empty. Close ends what it started.
func OpenData(ctx context.Context, redis, postgres string) (*Data, error) {
	d := &Data{redis: redis, postgres: postgres, ownRedis: redis == "", ownPostgres: postgres == ""}
	if !d.ownRedis && !d.ownPostgres {
		return d, nil
	}
	services, err := localservices.Start(ctx, localservices.Options{Redis: d.ownRedis, Postgres: d.ownPostgres})
	if err != nil {
		return nil, err
	}
	d.services = services
	if d.ownRedis {
		d.redis = services.RedisURL()
	}
	if d.ownPostgres {
		d.postgres = services.PostgresURL()
	}
	return d, nil
}

// Close stops what OpenData started.
func (d *Data) Close(ctx context.Context) error {
	if d.services == nil {
		return nil
	}
	return d.services.Stop(ctx)
}

// PrivateRedis reports whether Redis is one of our own.
func (d *Data) PrivateRedis() bool { return d.ownRedis }

// PrivatePostgres reports whether Postgres is one of our own.
func (d *Data) PrivatePostgres() bool { return d.ownPostgres }

// RedisURL is where Redis is. It may hold a password.
func (d *Data) RedisURL() string { return d.redis }

// PostgresURL is where Postgres is; the runs of a private one have databases of
// their own beside that. It may hold a password.
func (d *Data) PostgresURL() string { return d.postgres }

// fresh prepares the stores of the n-th start. Redis is emptied only together
// with a new database: a Postgres that was given still knows its activities,
// whose state would be gone.
func (d *Data) fresh(ctx context.Context, n int) (stores, error) {
	s := stores{redis: d.redis, postgres: d.postgres, drop: func(context.Context) error { return nil }}
	if !d.ownPostgres {
		return s, nil
	}
	if d.ownRedis {
		if err := d.services.FlushRedis(ctx); err != nil {
			return s, fmt.Errorf("emptying the private Redis: %w", err)
		}
	}
	name := fmt.Sprintf("run_%d", n)
	url, err := d.services.CreateDatabase(ctx, name)
	if err != nil {
		return s, err
	}
	s.postgres = url
	s.drop = func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, dropTimeout)
		defer cancel()
		return d.services.DropDatabase(ctx, name)
	}
	return s, nil
}
