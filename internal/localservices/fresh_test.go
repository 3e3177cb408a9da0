package localservices_test

import (
	"context"
	"strings"
	"testing"

	"github.com/lotteryctl/lotteryctl/internal/localservices"
)

func TestFreshDataWithoutAFreshServer(t *testing.T) {
	s := start(t, localservices.Options{Redis: true, Postgres: true})
	address, err := s.CreateDatabase(t.Context(), "round_1")
	if err != nil {
		t.Fatal(err)
	}
	conn := connect(t, address)
	if got := queryText(t, conn, "SELECT current_database()"); got != "round_1" {
		t.Errorf("the URL leads to the database %s", got)
	}
	if _, err := conn.Exec(t.Context(), "CREATE TABLE left_over (n int)"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.CreateDatabase(t.Context(), "round_1"); err == nil || !strings.Contains(err.Error(), "already exists") {
		t.Errorf("making it twice: got %v, want that it already exists", err)
	}
	// With a connection still open, as a killed service may leave one.
	if err := s.DropDatabase(t.Context(), "round_1"); err != nil {
		t.Error(err)
	}
	if address, err = s.CreateDatabase(t.Context(), "round_1"); err != nil {
		t.Fatal(err)
	}
	if got := queryText(t, connect(t, address), "SELECT count(*)::text FROM pg_tables WHERE tablename = 'left_over'"); got != "0" {
		t.Errorf("the new database has %s tables of the old one", got)
	}

	if got := redisCommand(t, s.RedisURL(), "SET left-over 1"); got != "+OK" {
		t.Fatal(got)
	}
	if err := s.FlushRedis(t.Context()); err != nil {
		t.Error(err)
	}
	if got := redisCommand(t, s.RedisURL(), "DBSIZE"); got != ":0" {
		t.Errorf("after the flush Redis has %s keys", got)
	}
}

func TestFreshDataRefusals(t *testing.T) {
	s := start(t, localservices.Options{Redis: true})
	if _, err := s.CreateDatabase(t.Context(), "fine"); err == nil {
		t.Error("a database was made without a Postgres")
	}
	for _, name := range []string{"", "Upper", "1st", "a b", "a;drop", "postgres", strings.Repeat("a", 64)} {
		if _, err := s.CreateDatabase(t.Context(), name); err == nil || !strings.Contains(err.Error(), "is not a valid name") {
			t.Errorf("CreateDatabase(%q): got %v", name, err)
		}
		if err := s.DropDatabase(t.Context(), name); err == nil {
			t.Errorf("DropDatabase(%q): want an error", name)
		}
	}
	if err := s.Stop(context.Background()); err != nil {
		t.Fatal(err)
	}
	if err := s.FlushRedis(t.Context()); err == nil {
		t.Error("a stopped Redis was flushed")
	}
}
