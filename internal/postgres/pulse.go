package postgres

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgxpool"
)

// Pulse is what a heartbeat learns.
type Pulse struct {
	// Server changes whenever the server was started again or the database is
	// another one: only then can the ledger have gone back to an older copy.
	Server string
	// Unsafe are settings that let the server lose what it acknowledged, as
	// "name = value".
	Unsafe []string
}

// pulse writes the heartbeats of this process, over a connection of its own: it
// must neither wait for draws nor keep them waiting.
type pulse struct {
	instance string
	pool     *pgxpool.Pool
}

func newPulse(ctx context.Context, conf *pgxpool.Config) (*pulse, error) {
	conf = conf.Copy()
	conf.MinConns, conf.MinIdleConns, conf.MaxConns = 0, 0, 1
	pool, err := pgxpool.NewWithConfig(ctx, conf)
	return &pulse{instance: rand.Text(), pool: pool}, err
}

// beat is one write and one look at the settings. The row is of this process alone,
// so no instance waits for another.
const beat = `
WITH gone AS (
    DELETE FROM heartbeat WHERE at < now() - interval '1 day'
), written AS (
    INSERT INTO heartbeat (instance, at) VALUES ($1, clock_timestamp())
    ON CONFLICT (instance) DO UPDATE SET at = excluded.at RETURNING 1
)
SELECT pg_postmaster_start_time()::text || ' ' || (SELECT oid FROM pg_database WHERE datname = current_database()),
    (SELECT max(number) FROM schema_version),
    current_setting('fsync'), current_setting('synchronous_commit'), current_setting('full_page_writes')
FROM written`

// unsafeSettings lists what must be otherwise, as "name = value".
func unsafeSettings(fsync, syncCommit, fullPages string) (list []string) {
	for _, s := range []struct{ name, value string }{{"fsync", fsync}, {"synchronous_commit", syncCommit}, {"full_page_writes", fullPages}} {
		if s.value == "off" {
			list = append(list, s.name+" = "+s.value)
		}
	}
	return list
}

// checkSettings refuses a server that may lose what it acknowledged.
func checkSettings(unsafe []string) error {
	if len(unsafe) == 0 {
		return nil
	}
	return fmt.Errorf("postgres has %s: an acknowledged win could be lost in a crash; set it to on", strings.Join(unsafe, ", "))
}
