package main

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/lotteryctl/lotteryctl/internal/localservices"
)

// privateStores are the Redis and the Postgres database of one test. The Redis is the
// test's own, to kill and to wipe as it likes. The database is the test's own
// too, but its server is shared unless the test wants to kill it: making a
// cluster takes longer than most tests do.
type privateStores struct {
	*localservices.Services
	database string
}

// PostgresURL is the URL of the test's own database.
func (s privateStores) PostgresURL() string { return s.database }

// openStores gives a Redis, and a database of the shared Postgres: to kill that
// one is an error. The Redis ends with the test, the database with its server.
func openStores(t *testing.T) privateStores {
	t.Helper()
	shared, err := sharedPostgres()
	if err != nil {
		t.Fatal(err)
	}
	s := startStores(t, localservices.Options{Redis: true})
	s.database, err = shared.CreateDatabase(context.Background(), fmt.Sprint("test_", databases.Add(1)))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// openOwnStores gives a Redis and a Postgres that the test may kill.
func openOwnStores(t *testing.T) privateStores {
	t.Helper()
	s := startStores(t, localservices.Options{Redis: true, Postgres: true, LoginRounds: 1})
	s.database = s.Services.PostgresURL()
	return s
}

func startStores(t *testing.T, opt localservices.Options) privateStores {
	t.Helper()
	services, err := localservices.Start(context.Background(), opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := services.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return privateStores{Services: services}
}

var (
	databases atomic.Int64 // made so far

	// sharedPostgres starts the Postgres that tests share when the first of them
	// asks for it.
	sharedPostgres = sync.OnceValues(func() (*localservices.Services, error) {
		shared, err := localservices.Start(context.Background(), localservices.Options{Postgres: true, LoginRounds: 1})
		if err == nil {
			started.Store(shared)
		}
		return shared, err
	})
	started atomic.Pointer[localservices.Services]
)

// stopSharedPostgres ends the shared Postgres if a test asked for it.
func stopSharedPostgres() error {
	if shared := started.Load(); shared != nil {
		return shared.Stop(context.Background())
	}
	return nil
}
