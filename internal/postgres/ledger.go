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

// explain tells why a row was not written.
func (l *ledger) explain(ctx context.Context, w lottery.WinRow) (lottery.Decision, error) {
	all, err := l.explainAll(ctx, []lottery.WinRow{w})
	if err != nil {
		return lottery.Decision{}, err
	}
	return all[0], nil
}

// explainAll tells why rows were not written by a batch, in two queries for all of
// them: after an epoch has moved, or when another instance commits the same
// journal, that is the complete batch.
func (l *ledger) explainAll(ctx context.Context, rows []lottery.WinRow) ([]lottery.Decision, error) {
	won, err := l.findAll(ctx, rows)
	if err != nil {
		return nil, err
	}
	epochs := map[string]int64{} // read after the rows, or a row of a new epoch would be a clash
	ids := make([]string, len(rows))
	for i, w := range rows {
		ids[i] = w.Activity
	}
	var id string
	var epoch int64
	if len(won) < len(rows) {
		if err := l.draws.each(ctx, "SELECT id, epoch FROM activity WHERE id = ANY($1)", []any{ids}, []any{&id, &epoch},
			func() { epochs[id] = epoch }); err != nil {
			return nil, err
		}
	}
	out := make([]lottery.Decision, len(rows))
	for i, w := range rows {
		d, found := won[requestKey{w.Activity, w.User, w.Request}]
		switch {
		case found && d.Row.Prize == w.Prize && (d.Row.Unit == w.Unit || l.options.Claim.choosesUnit()):
			d.Ruling = lottery.RulingCommitted
		case found:
			d.Ruling = lottery.RulingOther
		case epochs[w.Activity] != w.Epoch:
			d = lottery.Decision{Ruling: lottery.RulingMoved, Row: w}
		default:
			d = lottery.Decision{Ruling: lottery.RulingClash, Row: w}
		}
		out[i] = d
	}
	return out, nil
}

// requestKey names a request.
type requestKey struct{ activity, user, request string }

// findAll reads the durable wins of those requests that have one.
func (l *ledger) findAll(ctx context.Context, rows []lottery.WinRow) (map[requestKey]lottery.Decision, error) {
	ids, users, requests := make([]string, len(rows)), make([]string, len(rows)), make([]string, len(rows))
	for i, w := range rows {
		ids[i], users[i], requests[i] = w.Activity, w.User, w.Request
	}
	found := make(map[requestKey]lottery.Decision)
	var d lottery.Decision
	var mark, word int64
	w := &d.Row
	err := l.draws.each(ctx, `
		SELECT activity, user_id, request, prize, no, win_order, mark, epoch, version, word, code
		FROM draw JOIN unnest($1::text[], $2::text[], $3::text[]) AS asked (activity, user_id, request) USING (activity, user_id, request)
		JOIN unit USING (activity, prize, no)`, []any{ids, users, requests},
		[]any{&w.Activity, &w.User, &w.Request, &w.Prize, &w.Unit, &w.Order, &mark, &w.Epoch, &w.Version, &word, &d.Code}, func() {
			w.Mark, w.Word = uint32(mark), uint64(word)
			found[requestKey{w.Activity, w.User, w.Request}] = d
		})
	return found, err
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
