package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// Claim is a way to give a win its unit.
//
// In all of them Redis has counted the win against the stock before, and the
// constraints of draw decide: no way can sell a unit twice. They differ in who
// chooses the unit and in which rows concurrent wins fight for.
type Claim uint8

const (
	// ClaimNumbered takes the unit that Redis numbered: insert-only, in groups.
	ClaimNumbered Claim = iota
	// ClaimOrdered takes the first free unit of a table with a row for each:
	// SELECT … FOR UPDATE, UPDATE, INSERT, COMMIT. All wins wait for one row.
	ClaimOrdered
	// ClaimSkipLocked is ClaimOrdered with SKIP LOCKED: nobody waits for a row.
	ClaimSkipLocked
	// ClaimSingle is ClaimSkipLocked in a single statement.
	ClaimSingle
	// ClaimRandomStart is ClaimSingle that looks for a free unit from a random
	// one on, so that wins do not meet at the same row.
	ClaimRandomStart
	// ClaimStockRow counts down one row for each prize, with SKIP LOCKED, and is
	// WRONG: whoever meets the row locked is told that nothing is left. It is
	// here to be measured; never use it.
	ClaimStockRow
)

// rowClaimsAtOnce is how many claims by row run at once: each keeps a connection
// for several round trips. On 2 cores 16 gave a third more claims/s than 64.
const rowClaimsAtOnce = 16

// atOnce is how many wins are decided at one time, each on a connection.
func (c Claim) atOnce(lanes int) int {
	if c == ClaimNumbered {
		return lanes
	}
	return rowClaimsAtOnce
}

// choosesUnit tells whether the ledger and not Redis decides on the unit.
func (c Claim) choosesUnit() bool { return c != ClaimNumbered && c != ClaimStockRow }

// claimer decides wins. Safe for concurrent use.
type claimer interface {
	commit(ctx context.Context, w lottery.WinRow) lottery.Decision
	close()
}

// open makes the claimer.
func (c Claim) open(s *Store) claimer {
	switch c {
	case ClaimOrdered:
		return retrying{s, rowClaim{s, selectOrdered}.try}
	case ClaimSkipLocked:
		return retrying{s, rowClaim{s, selectOrdered + " SKIP LOCKED"}.try}
	case ClaimSingle:
		return retrying{s, newSingleClaim(s, false).try}
	case ClaimRandomStart:
		return retrying{s, newSingleClaim(s, true).try}
	case ClaimStockRow:
		return retrying{s, stockRow{s}.try}
	default:
		return newGroupCommit(s)
	}
}

// PrepareClaims brings the state of claims by row in step with the ledger, for
// all activities. A service that claims by row calls it at its start: another
// way to claim may have served them before. It costs time in proportion to the
// units, and nothing with [ClaimNumbered].
func (s *Store) PrepareClaims(ctx context.Context) error {
	if s.options.Claim == ClaimNumbered {
		return nil
	}
	return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		for _, sql := range prepareAll() {
			if _, err := tx.Exec(ctx, sql); err != nil {
				return fmt.Errorf("preparing claims by row: %w", err)
			}
		}
		return nil
	})
}

// prepareAll derives the claims' state from unit and draw.
func prepareAll() []string {
	return []string{
		`INSERT INTO unit_claim (activity, prize, no) SELECT activity, prize, no FROM unit ON CONFLICT DO NOTHING`,
		`UPDATE unit_claim c SET taken = true FROM draw d
		WHERE (c.activity, c.prize, c.no) = (d.activity, d.prize, d.no) AND NOT c.taken`,
		`DELETE FROM prize_stock`,
		`INSERT INTO prize_stock (activity, prize, units)
		SELECT activity, prize, count(*) FILTER (WHERE NOT taken) FROM unit_claim GROUP BY activity, prize`,
	}
}

// prepareOne is prepareAll for an activity that was just created.
func prepareOne() []string {
	return []string{
		`INSERT INTO unit_claim (activity, prize, no) SELECT activity, prize, no FROM unit WHERE activity = $1`,
		`INSERT INTO prize_stock (activity, prize, units)
		SELECT activity, prize, count(*) FROM unit WHERE activity = $1 GROUP BY activity, prize`,
	}
}

// prepareClaim makes the claims' state of a new activity.
func (s *Store) prepareClaim(ctx context.Context, tx pgx.Tx, activity string) error {
	if s.options.Claim == ClaimNumbered {
		return nil
	}
	for _, sql := range prepareOne() {
		if _, err := tx.Exec(ctx, sql, activity); err != nil {
			return err
		}
	}
	return nil
}

// retrying runs a claim of its own transaction until its outcome is known: a
// broken connection leaves it unknown, and asking again tells, because a
// request that has a row is answered with it.
type retrying struct {
	*Store
	try func(ctx context.Context, w lottery.WinRow) (lottery.Decision, error)
}

func (r retrying) commit(_ context.Context, w lottery.WinRow) lottery.Decision {
	for deadline, try := time.Now().Add(r.options.Timeout), 0; ; try++ {
		ctx, cancel := r.bounded(context.Background())
		d, err := r.try(ctx, w)
		if isDuplicate(err) || errors.Is(err, errNotWritten) {
			d, err = r.explainClaim(ctx, w)
		}
		cancel()
		if err == nil {
			return d
		}
		if try+1 >= commitTries && !(errors.Is(err, errBusy) && time.Now().Before(deadline)) {
			return lottery.Decision{Verdict: lottery.VerdictUnknown, Row: w}
		}
		time.Sleep(commitPause << min(try, commitTries))
	}
}

func (r retrying) close() {}

// errBusy says that the units left are all locked by other claims: two copies
// of one request lock two units, of which one comes back.
var errBusy = errors.New("postgres: the units that are left are being claimed")

// explainClaim tells why a claim wrote nothing, from one snapshot: what is
// asked one after another may change in between.
func (r retrying) explainClaim(ctx context.Context, w lottery.WinRow) (lottery.Decision, error) {
	var epoch int64
	var answered, counted, left bool
	err := r.draws.one(ctx, `
		SELECT coalesce((SELECT epoch FROM activity WHERE id = $1), 0),
			EXISTS (SELECT FROM draw WHERE activity = $1 AND user_id = $2 AND request = $3),
			EXISTS (SELECT FROM draw WHERE activity = $1 AND user_id = $2 AND win_order = $4),
			EXISTS (SELECT FROM unit_claim WHERE activity = $1 AND prize = $5 AND NOT taken)`,
		[]any{w.Activity, w.User, w.Request, int32(w.Order), int32(w.Prize)}, &epoch, &answered, &counted, &left)
	d := lottery.Decision{Verdict: lottery.VerdictClash, Row: w}
	switch {
	case err != nil:
		return d, err
	case answered:
		return r.explain(ctx, w)
	case epoch != w.Epoch:
		d.Verdict = lottery.VerdictMoved
	case !counted && left && r.options.Claim.choosesUnit():
		return d, errBusy
	}
	return d, nil
}

// errNotWritten ends a claim that found its epoch over or no free unit.
var errNotWritten = errors.New("postgres: the claim wrote nothing")

// pgerrcodeUniqueViolation is a row that a constraint of draw refused.
const pgerrcodeUniqueViolation = "23505"

func isDuplicate(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == pgerrcodeUniqueViolation
}
