package postgres

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

//go:embed migrations/*.sql
var migrations embed.FS // constant in effect: go:embed needs a variable

// migrationLock is the advisory lock under which schemas change; the number is
// arbitrary but must never change.
const migrationLock = 6_205_371_142

// migration is one numbered file.
type migration struct {
	number int
	name   string
	sql    string
}

func allMigrations() ([]migration, error) {
	names, err := fs.Glob(migrations, "migrations/*.sql") // sorted by name
	if err != nil {
		return nil, err
	}
	list := make([]migration, len(names))
	for i, name := range names {
		sql, err := migrations.ReadFile(name)
		if err != nil {
			return nil, err
		}
		base := strings.TrimPrefix(name, "migrations/")
		number, err := strconv.Atoi(base[:4])
		if err != nil || number != i+1 {
			return nil, fmt.Errorf("migration %s: want number %04d", base, i+1)
		}
		list[i] = migration{number, base, string(sql)}
	}
	return list, nil
}

// Migrate brings the schema up to this program's version and returns the names
// of the migrations it ran. Each runs in a transaction together with its row in
// schema_version, so a crash leaves whole steps only; instances that start
// together wait for each other. A schema newer than the program is refused.
func (s *Store) Migrate(ctx context.Context) (ran []string, err error) {
	list, err := allMigrations()
	if err != nil {
		return nil, err
	}
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		ran = nil
		if _, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock($1)", int64(migrationLock)); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `CREATE TABLE IF NOT EXISTS schema_version (
			number integer PRIMARY KEY, name text NOT NULL, at timestamptz NOT NULL DEFAULT now())`); err != nil {
			return err
		}
		var current int
		if err := tx.QueryRow(ctx, "SELECT coalesce(max(number), 0) FROM schema_version").Scan(&current); err != nil {
			return err
		}
		if current > len(list) {
			return fmt.Errorf("the schema has version %d and this program knows %d; use a newer lotteryd", current, len(list))
		}
		for _, m := range list[current:] {
			if _, err := tx.Exec(ctx, m.sql); err != nil {
				return fmt.Errorf("migration %s: %w", m.name, err)
			}
			if _, err := tx.Exec(ctx, "INSERT INTO schema_version (number, name) VALUES ($1, $2)", m.number, m.name); err != nil {
				return err
			}
			ran = append(ran, m.name)
		}
		return nil
	})
	if err != nil {
		return ran, reached(err)
	}
	return ran, nil
}

// CheckSchema reports a schema that is not this program's version.
func (s *Store) CheckSchema(ctx context.Context) error {
	list, err := allMigrations()
	if err != nil {
		return err
	}
	ctx, cancel := s.reading(ctx)
	defer cancel()
	var current int
	err = s.pool.QueryRow(ctx, "SELECT coalesce(max(number), 0) FROM schema_version").Scan(&current)
	var pg *pgconn.PgError
	if err != nil && !(errors.As(err, &pg) && pg.Code == codeUndefinedTable) {
		return fmt.Errorf("reading the schema's version: %w", err)
	}
	if current != len(list) {
		return &wrongSchema{current, len(list)}
	}
	return nil
}
