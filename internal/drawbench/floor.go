package main

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/lotteryctl/lotteryctl/loadgen"
)

// The wins of 1,200 draws a second come 120 a second, and each wakes Postgres
// from idle.
const commitEvery = time.Second / 120

// openCommits prepares the floor of a durable win: one bare insert at a time
// over a connection of its own. Close what it returns.
func (b *bench) openCommits(ctx context.Context) (run func(context.Context) (sample, error), closed func(), err error) {
	conn, err := pgx.Connect(ctx, b.data.PostgresURL())
	if err != nil {
		return nil, nil, err
	}
	closed = func() {
		stopping, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		_ = conn.Close(stopping)
	}
	if _, err := conn.Exec(ctx, "CREATE TABLE drawbench_floor (unit bigint PRIMARY KEY, won_by text NOT NULL)"); err != nil {
		closed()
		return nil, nil, err
	}
	unit := 0
	return func(ctx context.Context) (sample, error) {
		var took loadgen.Histogram
		for end := time.Now().Add(b.seconds / 2); time.Now().Before(end); {
			time.Sleep(commitEvery)
			unit++
			began := time.Now()
			if _, err := conn.Exec(ctx, "INSERT INTO drawbench_floor VALUES ($1, $2)", unit, fmt.Sprint("user-", unit)); err != nil {
				return nil, err
			}
			took.Record(time.Since(began))
		}
		ms := func(q float64) float64 { return float64(took.Quantile(q)) / 1e6 }
		return sample{"p50": ms(.5), "p95": ms(.95), "p99": ms(.99)}, nil
	}, closed, nil
}
