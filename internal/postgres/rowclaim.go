package postgres

import (
	"context"
	"database/sql"
	"errors"
	"math/rand/v2"
	"sync"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// Statements of the claims by row, one round trip each.
const (
	// The fence, as in insertWins.
	selectFence   = `SELECT epoch FROM activity WHERE id = $1 AND epoch = $2 FOR SHARE`
	selectOrdered = `SELECT no FROM unit_claim WHERE activity = $1 AND prize = $2 AND NOT taken ORDER BY no LIMIT 1 FOR UPDATE`
	updateTaken   = `UPDATE unit_claim SET taken = true WHERE activity = $1 AND prize = $2 AND no = $3 RETURNING no`
	insertDraw    = `
INSERT INTO draw (activity, user_id, request, prize, no, win_order, mark, epoch, version, word)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
RETURNING (SELECT code FROM unit u WHERE u.activity = $1 AND u.prize = $4 AND u.no = $5)`
)

// rowClaim takes the first free row of unit_claim: with the plain pick all
// concurrent claims wait for the same row, one commit after another.
type rowClaim struct {
	*ledger
	pick string
}

func (c rowClaim) try(ctx context.Context, w lottery.WinRow) (d lottery.Decision, err error) {
	err = c.draws.inTx(ctx, func(q querier) error {
		var epoch int64
		if err := q.one(ctx, selectFence, []any{w.Activity, w.Epoch}, &epoch); err != nil {
			return err
		}
		if err := q.one(ctx, c.pick, []any{w.Activity, int32(w.Prize)}, &w.Unit); err != nil {
			return err
		}
		if err := q.one(ctx, updateTaken, []any{w.Activity, int32(w.Prize), int32(w.Unit)}, &w.Unit); err != nil {
			return err
		}
		d, err = writeDraw(ctx, q, w)
		return err
	})
	return d, unwritten(err)
}

// writeDraw inserts the ledger's row for w.
func writeDraw(ctx context.Context, q querier, w lottery.WinRow) (lottery.Decision, error) {
	d := lottery.Decision{Ruling: lottery.RulingCommitted, Row: w}
	err := q.one(ctx, insertDraw, []any{w.Activity, w.User, w.Request, int32(w.Prize), int32(w.Unit), int32(w.Order),
		int64(w.Mark), w.Epoch, w.Version, int64(w.Word)}, &d.Code)
	return d, err
}

// errNotWritten ends a claim that found its epoch over or no free unit.
var errNotWritten = errors.New("postgres: the claim wrote nothing")

// unwritten turns "no rows" into errNotWritten.
func unwritten(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return errNotWritten
	}
	return err
}

// claimSingle does all of rowClaim in one statement, which is one transaction.
// $10 is where to begin to look.
const claimSingle = `
WITH living AS MATERIALIZED (
    SELECT FROM activity WHERE id = $1 AND epoch = $7 FOR SHARE
), claimed AS (
    UPDATE unit_claim SET taken = true
    WHERE activity = $1 AND prize = $4 AND no = (
        SELECT no FROM unit_claim
        WHERE activity = $1 AND prize = $4 AND NOT taken AND no >= $10 AND EXISTS (SELECT FROM living)
        ORDER BY no LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING no
), written AS (
    INSERT INTO draw (activity, user_id, request, prize, no, win_order, mark, epoch, version, word)
    SELECT $1, $2, $3, $4::int, no, $5::int, $6::bigint, $7, $8::bigint, $9::bigint FROM claimed
    RETURNING no
)
SELECT no, code FROM written JOIN unit USING (no) WHERE activity = $1 AND prize = $4`

// singleClaim claims in one statement, from the first free unit on or from a
// random one.
type singleClaim struct {
	*ledger
	random bool

	mu     sync.Mutex
	stocks map[prizeKey]int32 // highest unit of a prize; filled as prizes are won
}

type prizeKey struct {
	activity string
	prize    int
}

func newSingleClaim(l *ledger, random bool) *singleClaim {
	return &singleClaim{ledger: l, random: random, stocks: make(map[prizeKey]int32)}
}

func (c *singleClaim) try(ctx context.Context, w lottery.WinRow) (lottery.Decision, error) {
	from := int32(1)
	if c.random {
		stock, err := c.stock(ctx, prizeKey{w.Activity, w.Prize})
		if err != nil {
			return lottery.Decision{}, err
		}
		from = 1 + rand.Int32N(max(stock, 1))
	}
	d, err := c.claimFrom(ctx, w, from)
	if errors.Is(err, errNotWritten) && from > 1 {
		return c.claimFrom(ctx, w, 1) // all behind the random one are taken
	}
	return d, err
}

func (c *singleClaim) claimFrom(ctx context.Context, w lottery.WinRow, from int32) (lottery.Decision, error) {
	d := lottery.Decision{Ruling: lottery.RulingCommitted, Row: w}
	err := c.draws.one(ctx, claimSingle, []any{w.Activity, w.User, w.Request, int32(w.Prize), int32(w.Order),
		int64(w.Mark), w.Epoch, w.Version, int64(w.Word), from}, &d.Row.Unit, &d.Code)
	return d, unwritten(err)
}

// stock is how many units a prize has; it never changes, so it is asked once.
func (c *singleClaim) stock(ctx context.Context, key prizeKey) (int32, error) {
	c.mu.Lock()
	n, known := c.stocks[key]
	c.mu.Unlock()
	if known {
		return n, nil
	}
	err := c.draws.one(ctx, "SELECT coalesce(max(no), 0) FROM unit WHERE activity = $1 AND prize = $2",
		[]any{key.activity, int32(key.prize)}, &n)
	if err == nil {
		c.mu.Lock()
		c.stocks[key] = n
		c.mu.Unlock()
	}
	return n, err
}
