package postgres

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
)

// Connections says how the connections of the draw path are kept; the zero
// value is pgx' own pool with as many connections idle as open, none of which
// is closed between draws. Everything else always uses that pool.
type Connections struct {
	sql        bool
	idle, open int
}

// SQLConnections keeps them with database/sql over pgx: at most open of them,
// of which idle stay open when they are not needed. Every draw beyond that
// connects anew, which takes milliseconds with SCRAM. idle 0 keeps none.
func SQLConnections(idle, open int) Connections { return Connections{true, idle, open} }

// conns is what the draw path needs of a pool. Safe for concurrent use.
type conns interface {
	querier
	// inTx runs f in one transaction on one connection: committed if f returns
	// nil, rolled back otherwise.
	inTx(ctx context.Context, f func(querier) error) error
	// each runs a query and calls f after each row was scanned into dest.
	each(ctx context.Context, query string, args []any, dest []any, f func()) error
	close() error
}

// querier is a pool or a transaction.
type querier interface {
	// one scans the only row of a query; [sql.ErrNoRows] if there is none.
	one(ctx context.Context, query string, args []any, dest ...any) error
}

// dial makes the pool of the draw path over the same settings as main.
func (c Connections) dial(main *pgxpool.Pool) conns {
	if !c.sql {
		return poolConns{main}
	}
	db := stdlib.OpenDB(*main.Config().ConnConfig)
	db.SetMaxIdleConns(c.idle)
	db.SetMaxOpenConns(c.open)
	db.SetConnMaxIdleTime(30 * time.Minute)
	return sqlConns{db}
}

// poolConns is the store's own pool.
type poolConns struct{ pool *pgxpool.Pool }

func (c poolConns) one(ctx context.Context, query string, args []any, dest ...any) error {
	return c.pool.QueryRow(ctx, query, args...).Scan(dest...)
}

func (c poolConns) inTx(ctx context.Context, f func(querier) error) error {
	return pgx.BeginFunc(ctx, c.pool, func(tx pgx.Tx) error { return f(poolTx{tx}) })
}

func (c poolConns) each(ctx context.Context, query string, args []any, dest []any, f func()) error {
	rows, err := c.pool.Query(ctx, query, args...)
	if err != nil {
		return err
	}
	_, err = pgx.ForEachRow(rows, dest, func() error { f(); return nil })
	return err
}

// close leaves the pool to the store.
func (c poolConns) close() error { return nil }

type poolTx struct{ tx pgx.Tx }

func (t poolTx) one(ctx context.Context, query string, args []any, dest ...any) error {
	return t.tx.QueryRow(ctx, query, args...).Scan(dest...)
}

// sqlConns is database/sql.
type sqlConns struct{ db *sql.DB }

func (c sqlConns) one(ctx context.Context, query string, args []any, dest ...any) error {
	return c.db.QueryRowContext(ctx, query, args...).Scan(dest...)
}

func (c sqlConns) inTx(ctx context.Context, f func(querier) error) error {
	tx, err := c.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := f(sqlTx{tx}); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

func (c sqlConns) each(ctx context.Context, query string, args []any, dest []any, f func()) error {
	rows, err := c.db.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		f()
	}
	return rows.Err()
}

func (c sqlConns) close() error { return c.db.Close() }

type sqlTx struct{ tx *sql.Tx }

func (t sqlTx) one(ctx context.Context, query string, args []any, dest ...any) error {
	return t.tx.QueryRowContext(ctx, query, args...).Scan(dest...)
}
