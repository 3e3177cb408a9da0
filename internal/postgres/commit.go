package postgres

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"math"
	"slices"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/lotteryctl/lotteryctl/internal/batch"
	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

type commitCall = batch.Call[lottery.WinRow, lottery.Decision]

// groupCommit is [ClaimNumbered]: the unit is the one that Redis numbered, so no
// two wins want the same row. Wins that wait share one commit; none waits while
// a lane is idle.
type groupCommit struct {
	*ledger
	commits *batch.Batcher[lottery.WinRow, lottery.Decision]
}

func newGroupCommit(l *ledger) *groupCommit {
	g := &groupCommit{ledger: l}
	g.commits = batch.New(l.options.Lanes, l.options.MaxBatch, g.commitBatch)
	return g
}

func (s *groupCommit) commit(ctx context.Context, w lottery.WinRow) lottery.Decision {
	d, err := s.commits.Do(ctx, w)
	if err != nil {
		return lottery.Decision{Ruling: lottery.RulingUnknown, Row: w}
	}
	return d
}

func (s *groupCommit) close() { s.commits.Close() }

// insertWins writes a batch of wins in one statement, which is one transaction.
//
// The join with activity is the fence: FOR SHARE makes a concurrent bump of the
// epoch wait for this transaction, and a row whose epoch has passed finds no
// partner. A row that any constraint refuses is left out without an error. What
// comes back is what was written, with its code.
const insertWins = `
WITH living AS MATERIALIZED (
    SELECT id, epoch FROM activity WHERE id = ANY($1::text[]) FOR SHARE
), written AS (
    INSERT INTO draw (activity, user_id, request, prize, no, win_order, mark, epoch, version, word)
    SELECT w.* FROM unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::int[], $6::int[],
                           $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[])
        AS w (activity, user_id, request, prize, no, win_order, mark, epoch, version, word)
    JOIN living ON living.id = w.activity AND living.epoch = w.epoch
    ON CONFLICT DO NOTHING
    RETURNING activity, user_id, request, prize, no
)
SELECT activity, user_id, request, prize, no, code
FROM written JOIN unit USING (activity, prize, no)`

// rowKey is what makes two wins the same row. The unit is part of it: a Redis
// that forgot a win may hand the same request another unit.
type rowKey struct {
	activity, user, request string
	prize, unit             int64
}

func keyOf(w lottery.WinRow) rowKey {
	return rowKey{w.Activity, w.User, w.Request, int64(w.Prize), w.Unit}
}

// Tries of one batch: a broken connection leaves the outcome unknown, and asking
// for the same rows again, on another connection, is how it becomes known. All of
// them together end with the timeout of one: a server that keeps silent is not
// asked again by draws that have given up.
const (
	commitTries = 3
	commitPause = 20 * time.Millisecond
)

// commitBatch decides every call. Rows are sorted, so that two batches with
// rows in common take locks in the same order. Where ctx ends before the outcome is
// known, it is unknown: the hold's journal brings it to an end.
func (s *groupCommit) commitBatch(ctx context.Context, _ int, calls []*commitCall) {
	s.options.BatchSize(len(calls))
	slices.SortFunc(calls, func(a, b *commitCall) int {
		return cmp.Or(cmp.Compare(a.In.Activity, b.In.Activity), cmp.Compare(a.In.User, b.In.User),
			cmp.Compare(a.In.Request, b.In.Request))
	})
	bounded, cancel := s.bounded(ctx)
	defer cancel()
	var err error
	for try := 0; try < commitTries && bounded.Err() == nil; try++ {
		if err = s.tryBatch(bounded, calls); err == nil {
			s.commitError.Store(nil)
			return
		}
		if isRefused(err) {
			_ = s.commitParts(ctx, calls)
			return
		}
		select {
		case <-bounded.Done():
		case <-time.After(commitPause << try):
		}
	}
	s.commitError.Store(&err)
	undecided(calls)
}

// commitParts decides halves of calls that the ledger refused together because of
// one among them, and halves of these, until that one is alone. Each try has its own
// deadline; once one ends without an answer, no more are made.
func (s *groupCommit) commitParts(ctx context.Context, calls []*commitCall) (err error) {
	if len(calls) == 1 {
		calls[0].Out = lottery.Decision{Ruling: lottery.RulingRefused, Row: calls[0].In}
		return nil
	}
	half := len(calls) / 2
	for _, part := range [][]*commitCall{calls[:half], calls[half:]} {
		if err == nil {
			bounded, cancel := s.bounded(ctx)
			err = s.tryBatch(bounded, part)
			cancel()
			if isRefused(err) {
				err = s.commitParts(ctx, part)
				continue
			}
		}
		if err != nil {
			undecided(part)
		}
	}
	return err
}

// undecided answers calls of which nobody can tell whether they are durable.
func undecided(calls []*commitCall) {
	for _, c := range calls {
		c.Out = lottery.Decision{Ruling: lottery.RulingUnknown, Row: c.In}
	}
}

// errOutOfRange is a row with a number that no column of the ledger can hold.
var errOutOfRange = errors.New("postgres: a number of the row is out of range")

// isRefused reports whether the ledger cannot take a row, however often it is
// asked: a constraint or a type forbids it. (Rows that are there already are no
// error of a batch.)
func isRefused(err error) bool {
	var pg *pgconn.PgError
	return errors.Is(err, errOutOfRange) || errors.As(err, &pg) && len(pg.Code) == 5 && (pg.Code[:2] == "22" || pg.Code[:2] == "23")
}

func outOfRange(w lottery.WinRow) bool {
	return w.Unit > math.MaxInt32 || w.Unit < math.MinInt32 || w.Prize > math.MaxInt32 || w.Prize < math.MinInt32 ||
		w.Order > math.MaxInt32 || w.Order < math.MinInt32
}

func (s *groupCommit) tryBatch(ctx context.Context, calls []*commitCall) error {
	codes, err := s.insert(ctx, calls)
	if err != nil {
		return err
	}
	var missing []int
	var rows []lottery.WinRow
	for i, c := range calls {
		if code, ok := codes[keyOf(c.In)]; ok {
			c.Out = lottery.Decision{Ruling: lottery.RulingCommitted, Row: c.In, Code: code}
		} else {
			missing, rows = append(missing, i), append(rows, c.In)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	why, err := s.explainAll(ctx, rows)
	if err != nil {
		return err
	}
	for k, i := range missing {
		calls[i].Out = why[k]
	}
	return nil
}

// insertWin is insertWins for a win that travels alone, as most do until the
// load is high: without arrays and joins it takes a fifth less time.
const insertWin = `
WITH living AS MATERIALIZED (
    SELECT FROM activity WHERE id = $1 AND epoch = $8 FOR SHARE
), written AS (
    INSERT INTO draw (activity, user_id, request, prize, no, win_order, mark, epoch, version, word)
    SELECT $1, $2, $3, $4::int, $5::int, $6::int, $7::bigint, $8, $9::bigint, $10::bigint FROM living
    ON CONFLICT DO NOTHING
    RETURNING 1
)
SELECT code FROM unit WHERE activity = $1 AND prize = $4 AND no = $5 AND EXISTS (SELECT FROM written)`

// insertOne writes one win; found is false if the row was left out.
func (s *groupCommit) insertOne(ctx context.Context, w lottery.WinRow) (code string, found bool, err error) {
	err = s.draws.one(ctx, insertWin, []any{w.Activity, w.User, w.Request, int32(w.Prize), int32(w.Unit), int32(w.Order),
		int64(w.Mark), w.Epoch, w.Version, int64(w.Word)}, &code)
	if errors.Is(err, sql.ErrNoRows) {
		return "", false, nil
	}
	return code, err == nil, err
}

// insert writes a batch and returns the codes of the rows that were written.
func (s *groupCommit) insert(ctx context.Context, calls []*commitCall) (map[rowKey]string, error) {
	if slices.ContainsFunc(calls, func(c *commitCall) bool { return outOfRange(c.In) }) {
		return nil, errOutOfRange
	}
	n := len(calls)
	if n == 1 {
		code, found, err := s.insertOne(ctx, calls[0].In)
		if !found {
			return nil, err
		}
		return map[rowKey]string{keyOf(calls[0].In): code}, nil
	}
	ids, users, requests := make([]string, n), make([]string, n), make([]string, n)
	prizes, units, orders := make([]int32, n), make([]int32, n), make([]int32, n)
	marks, epochs, versions, words := make([]int64, n), make([]int64, n), make([]int64, n), make([]int64, n)
	for i, c := range calls {
		w := c.In
		ids[i], users[i], requests[i] = w.Activity, w.User, w.Request
		prizes[i], units[i], orders[i] = int32(w.Prize), int32(w.Unit), int32(w.Order)
		marks[i], epochs[i], versions[i], words[i] = int64(w.Mark), w.Epoch, w.Version, int64(w.Word)
	}
	codes := make(map[rowKey]string, n)
	var k rowKey
	var code string
	// The statement's own transaction commits before the last row's end is
	// reported, so an error-free end means durable.
	err := s.draws.each(ctx, insertWins, []any{ids, users, requests, prizes, units, orders, marks, epochs, versions, words},
		[]any{&k.activity, &k.user, &k.request, &k.prize, &k.unit, &code}, func() { codes[k] = code })
	return codes, err
}
