package postgres

import (
	"context"
	"database/sql"
	"errors"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

const (
	selectStock = `SELECT units FROM prize_stock WHERE activity = $1 AND prize = $2 FOR UPDATE SKIP LOCKED`
	updateStock = `UPDATE prize_stock SET units = units - 1 WHERE activity = $1 AND prize = $2 AND units > 0 RETURNING units`
)

// stockRow counts down one row for each prize and skips it while another claim
// holds it. "No row" then means "taken or busy", and reading it as "sold out"
// is the error: the unit that Redis holds for the request stays behind.
type stockRow struct{ *ledger }

func (c stockRow) try(ctx context.Context, w lottery.WinRow) (d lottery.Decision, err error) {
	soldOut := false
	err = c.draws.inTx(ctx, func(q querier) error {
		var n int64
		if err := q.one(ctx, selectFence, []any{w.Activity, w.Epoch}, &n); err != nil {
			return err
		}
		err := q.one(ctx, selectStock, []any{w.Activity, int32(w.Prize)}, &n)
		if soldOut = errors.Is(err, sql.ErrNoRows); soldOut || err != nil {
			return err
		}
		if err := q.one(ctx, updateStock, []any{w.Activity, int32(w.Prize)}, &n); err != nil {
			return err
		}
		d, err = writeDraw(ctx, q, w)
		return err
	})
	if soldOut {
		return lottery.Decision{Ruling: lottery.RulingSoldOut, Row: w}, nil
	}
	return d, unwritten(err)
}
