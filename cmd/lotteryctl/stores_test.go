package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/lotteryctl/lotteryctl/internal/localservices"
)

// openStores gives a test a Redis database and a Postgres database of its own,
// both empty, in servers that all tests share: making a cluster takes longer
// than most tests do. Both end with the servers, after the last test.
func openStores(t *testing.T) (redis, postgres string) {
	t.Helper()
	shared, err := sharedStores()
	if err != nil {
		t.Fatal(err)
	}
	n := databases.Add(1) // Redis has those from 0 to 15
	u, err := url.Parse(shared.RedisURL())
	if err != nil {
		t.Fatal(err)
	}
	u.Path = fmt.Sprint("/", n)
	postgres, err = shared.CreateDatabase(t.Context(), fmt.Sprint("test_", n))
	if err != nil {
		t.Fatal(err)
	}
	return u.String(), postgres
}

var (
	databases atomic.Int64 // made so far

	// sharedStores starts the servers when the first test asks for them.
	sharedStores = sync.OnceValues(func() (*localservices.Services, error) {
		s, err := localservices.Start(context.Background(), localservices.Options{Redis: true, Postgres: true, LoginRounds: 1})
		if err == nil {
			started.Store(s)
		}
		return s, err
	})
	started atomic.Pointer[localservices.Services]

	// sharedLotteryd builds the program when the first test asks for it.
	sharedLotteryd = sync.OnceValues(func() (string, error) {
		dir, err := os.MkdirTemp("", "lotteryctl-test-*")
		if err != nil {
			return "", err
		}
		folder.Store(&dir)
		path := filepath.Join(dir, "lotteryd")
		output, err := exec.Command("go", "build", "-buildvcs=false", "-o", path, "../lotteryd").CombinedOutput()
		if err != nil {
			return "", fmt.Errorf("go build: %w\n%s", err, output)
		}
		return path, nil
	})
	folder atomic.Pointer[string]
)

// stopShared ends and removes what the tests shared.
func stopShared() error {
	var err error
	if s := started.Load(); s != nil {
		err = s.Stop(context.Background())
	}
	if dir := folder.Load(); dir != nil {
		err = errors.Join(err, os.RemoveAll(*dir))
	}
	return err
}
