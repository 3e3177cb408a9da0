package localservices

import (
	"context"
	"testing"
	"time"
)

// TestOldCopyIsPutBack: what was written after the copy is gone, what was written
// before is there, and a running server is left alone.
func TestOldCopyIsPutBack(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	s, err := Start(ctx, Options{Redis: true, Postgres: true, LoginRounds: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	set := func(key string) {
		t.Helper()
		must(s.redis.converse(ctx, dialPatience, []string{"SET " + key + " 1"}, []string{"+OK"}))
	}
	if s.RestoreRedis() == nil || s.CopyPostgres() == nil || s.RestorePostgres() == nil {
		t.Error("the data of a running server was copied or replaced")
	}
	set("before")
	must(s.CopyRedis())
	set("after")
	must(s.KillRedis())
	must(s.RestoreRedis())
	must(s.StartRedis(ctx))
	must(s.redis.converse(ctx, dialPatience, []string{"EXISTS before", "EXISTS after"}, []string{":1", ":0"}))

	must(s.KillPostgres())
	if s.RestorePostgres() == nil {
		t.Error("a copy was put back that was never made")
	}
	must(s.CopyPostgres())
	must(s.StartPostgres(ctx))
	must(s.postgres.psql(ctx, "CREATE TABLE later ()"))
	must(s.KillPostgres())
	must(s.RestorePostgres())
	must(s.StartPostgres(ctx))
	must(s.postgres.psql(ctx, "CREATE TABLE later ()")) // it is not there
}
