package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// retrying runs a claim of its own transaction until its outcome is known: a
// broken connection leaves it unknown, and asking again tells, because a
// request that has a row is answered with it.
type retrying struct {
	*ledger
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
			return lottery.Decision{Ruling: lottery.RulingUnknown, Row: w}
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
	d := lottery.Decision{Ruling: lottery.RulingClash, Row: w}
	switch {
	case err != nil:
		return d, err
	case answered:
		return r.explain(ctx, w)
	case epoch != w.Epoch:
		d.Ruling = lottery.RulingMoved
	case !counted && left && r.options.Claim.choosesUnit():
		return d, errBusy
	}
	return d, nil
}

// pgerrcodeUniqueViolation is a row that a constraint of draw refused.
const pgerrcodeUniqueViolation = "23505"

func isDuplicate(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == pgerrcodeUniqueViolation
}
