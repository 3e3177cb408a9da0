package localservices_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/lotteryctl/lotteryctl/internal/localservices"
)

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}

func queryText(t *testing.T, conn *pgx.Conn, sql string) string {
	t.Helper()
	var text string
	if err := conn.QueryRow(t.Context(), sql).Scan(&text); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return text
}

func TestPostgresIsDurable(t *testing.T) {
	s := start(t, localservices.Options{Postgres: true,
		PostgresSettings: map[string]string{"work_mem": "'7MB'"}})
	conn := connect(t, s.PostgresURL())
	for _, row := range []struct{ setting, want string }{
		{"fsync", "on"}, {"synchronous_commit", "on"}, {"full_page_writes", "on"},
		{"listen_addresses", "127.0.0.1"}, {"password_encryption", "scram-sha-256"},
		{"work_mem", "7MB"},
	} {
		if got := queryText(t, conn, "SHOW "+row.setting); got != row.want {
			t.Errorf("%s: got %s, want %s", row.setting, got, row.want)
		}
	}
}

// TestPostgresRestartKeepsCommits kills Postgres again and again while backends
// are connected and one of them is busy: the case in which a leftover backend
// would keep a new postmaster from starting.
func TestPostgresRestartKeepsCommits(t *testing.T) {
	s := start(t, localservices.Options{Postgres: true})
	address := s.PostgresURL()
	if _, err := connect(t, address).Exec(t.Context(), "CREATE TABLE kept (n int)"); err != nil {
		t.Fatal(err)
	}
	const kills = 3
	for range kills {
		conn := connect(t, address)
		if _, err := conn.Exec(t.Context(), "INSERT INTO kept VALUES (1)"); err != nil {
			t.Fatal(err)
		}
		busy := connect(t, address)
		done := make(chan error, 1)
		go func() { _, err := busy.Exec(context.Background(), "SELECT pg_sleep(60)"); done <- err }()
		pid := s.PostgresPID()
		if err := s.KillPostgres(); err != nil {
			t.Fatal(err)
		}
		if runs(pid) || s.PostgresPID() != 0 {
			t.Fatalf("postmaster %d still runs", pid)
		}
		if err := <-done; err == nil {
			t.Error("the busy backend should have been killed")
		}
		if err := s.StartPostgres(t.Context()); err != nil {
			t.Fatal(err)
		}
		if s.PostgresURL() != address {
			t.Fatalf("the URL changed: %s", s.PostgresURL())
		}
	}
	if got := queryText(t, connect(t, address), "SELECT count(*)::text FROM kept"); got != "3" {
		t.Errorf("got %s rows, want %d", got, kills)
	}
}

func TestPostgresWantsThePassword(t *testing.T) {
	for _, row := range []struct {
		rounds int
		stored string // what the catalogue's entry begins with
	}{
		{0, "SCRAM-SHA-256$4096:"},
		{1, "SCRAM-SHA-256$1:"},
	} {
		t.Run(fmt.Sprint(row.rounds, " rounds"), func(t *testing.T) {
			s := start(t, localservices.Options{Postgres: true, LoginRounds: row.rounds})
			stored := queryText(t, connect(t, s.PostgresURL()), "SELECT rolpassword FROM pg_authid WHERE rolname = current_user")
			if !strings.HasPrefix(stored, row.stored) {
				t.Errorf("the stored password begins with %.24s, want %s", stored, row.stored)
			}
			config, err := pgx.ParseConfig(s.PostgresURL())
			if err != nil {
				t.Fatal(err)
			}
			config.Password = "guess"
			if conn, err := pgx.ConnectConfig(t.Context(), config); err == nil {
				conn.Close(t.Context())
				t.Error("a wrong password was accepted")
			}
		})
	}
}
