package main

import (
	"context"
	"fmt"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/localservices"
)

// dropTimeout bounds the removal of a run's database.
const dropTimeout = time.Minute

// freshData gives every run of the reference service stores without a past.
//
// What is private is emptied: each run gets a database of its own and an empty
// Redis. Stores that the user gave are his: there a run only has an activity of
// its own, and what it wrote stays.
type freshData struct {
	redis, postgres string                  // URLs given by the user, or those of services
	services        *localservices.Services // nil: both were given
	ownPostgres     bool
	ownRedis        bool
}

// stores are those of one run.
type stores struct {
	redis, postgres string // URLs
	drop            func(context.Context) error
}

// openData starts the servers that were not given.
func openData(ctx context.Context, redis, postgres string, progress *benchProgress) (*freshData, error) {
	d := &freshData{redis: redis, postgres: postgres, ownRedis: redis == "", ownPostgres: postgres == ""}
	if !d.ownRedis && !d.ownPostgres {
		return d, nil
	}
	progress.show("starting a private Redis and Postgres")
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

// close stops what openData started.
func (d *freshData) close(ctx context.Context) error {
	if d.services == nil {
		return nil
	}
	return d.services.Stop(ctx)
}

// text says in words where the data is.
func (d *freshData) text() string {
	switch {
	case d.ownRedis && d.ownPostgres:
		return "a private Redis and Postgres, every win committed to disk"
	case d.ownPostgres:
		return "the Redis given and a private Postgres"
	case d.ownRedis:
		return "a private Redis and the Postgres given"
	}
	return "the Redis and Postgres given"
}

// fresh prepares the stores of the n-th start. Redis is emptied only together
// with a new database: a Postgres that was given still knows its activities,
// whose state would be gone.
func (d *freshData) fresh(ctx context.Context, n int) (stores, error) {
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
