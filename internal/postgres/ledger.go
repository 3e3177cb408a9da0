package postgres

import (
	"context"
	"database/sql"
	"errors"
	"sync/atomic"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// ledger is what wins are decided with: the connections of draws, and the
// options. Safe for concurrent use.
type ledger struct {
	options Options
	draws   conns
	// commitError is why the last commit failed; nil once one has succeeded since.
	commitError atomic.Pointer[error]
}

// bounded gives a write its own deadline. The request's cancellation is cut off: a
// cancelled statement would cost its connection and leave the outcome unknown.
func (l *ledger) bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), l.options.Timeout)
}

// reading gives a read a deadline, and keeps that of its caller: nobody waits for
// an answer that comes too late.
func (l *ledger) reading(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, l.options.Timeout)
}

// explain tells why a row was not written by this batch.
func (l *ledger) explain(ctx context.Context, w lottery.WinRow) (lottery.Decision, error) {
	d, found, err := l.find(ctx, w.Activity, w.User, w.Request)
	if err != nil {
		return d, err
	}
	if found {
		d.Ruling = lottery.RulingOther
		sameUnit := d.Row.Unit == w.Unit || l.options.Claim.choosesUnit()
		if d.Row.Prize == w.Prize && sameUnit {
			d.Ruling = lottery.RulingCommitted
		}
		return d, nil
	}
	var epoch int64
	err = l.draws.one(ctx, "SELECT epoch FROM activity WHERE id = $1", []any{w.Activity}, &epoch)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return d, err
	}
	if epoch != w.Epoch {
		return lottery.Decision{Ruling: lottery.RulingMoved, Row: w}, nil
	}
	return lottery.Decision{Ruling: lottery.RulingClash, Row: w}, nil
}

// find reads a request's durable win; found is false if there is none.
func (l *ledger) find(ctx context.Context, activity, user, request string) (d lottery.Decision, found bool, err error) {
	w := lottery.WinRow{Activity: activity, User: user, Request: request}
	var mark, word int64
	err = l.draws.one(ctx, `
		SELECT prize, no, win_order, mark, epoch, version, word, code
		FROM draw JOIN unit USING (activity, prize, no)
		WHERE activity = $1 AND user_id = $2 AND request = $3`, []any{activity, user, request},
		&w.Prize, &w.Unit, &w.Order, &mark, &w.Epoch, &w.Version, &word, &d.Code)
	if errors.Is(err, sql.ErrNoRows) {
		return d, false, nil
	}
	w.Mark, w.Word = uint32(mark), uint64(word)
	d.Row = w
	return d, err == nil, err
}
