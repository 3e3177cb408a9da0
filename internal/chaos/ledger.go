package main

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// dial connects to the ledger, past the networks, within five seconds.
func (w *world) dial(ctx context.Context) (*pgx.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	return pgx.Connect(ctx, w.ledger)
}

// takeConnections connects to Postgres until it refuses.
func (w *world) takeConnections(ctx context.Context) (taken []*pgx.Conn) {
	const most = 200
	for range most {
		conn, err := w.dial(ctx)
		if err != nil {
			break
		}
		taken = append(taken, conn)
	}
	return taken
}

// query runs statements on the ledger, all within eight seconds.
func (w *world) query(ctx context.Context, statements ...string) error {
	ctx, cancel := context.WithTimeout(ctx, 8*time.Second)
	defer cancel()
	conn, err := w.dial(ctx)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	for _, s := range statements {
		if _, err := conn.Exec(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// key is one key of an activity's state.
type key struct{ activity, part string }

func (k key) name() string { return "lotteryd:{" + k.activity + "}:" + k.part }
