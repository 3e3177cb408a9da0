package postgres

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// UnitKey names a unit of an activity.
type UnitKey struct {
	Prize int
	No    int64
}

// restorePage is how many rows one statement of a repair reads or writes.
const restorePage = 500

// Codes reads the codes of those units that exist.
func (s *Store) Codes(ctx context.Context, activity string, units []UnitKey) (map[UnitKey]string, error) {
	codes := make(map[UnitKey]string, len(units))
	for page := range slices.Chunk(units, restorePage) {
		prizes, numbers := make([]int64, len(page)), make([]int64, len(page))
		for i, u := range page {
			prizes[i], numbers[i] = int64(u.Prize), u.No
		}
		bounded, cancel := s.reading(ctx)
		rows, err := s.pool.Query(bounded, `SELECT prize, no, code FROM unit
			WHERE activity = $1 AND (prize, no) IN (SELECT * FROM unnest($2::bigint[], $3::bigint[]))`, activity, prizes, numbers)
		if err == nil {
			var u UnitKey
			var code string
			_, err = pgx.ForEachRow(rows, []any{&u.Prize, &u.No, &code}, func() error { codes[u] = code; return nil })
		}
		cancel()
		if err != nil {
			return nil, reached(err)
		}
	}
	return codes, nil
}

// Restore writes wins that the ledger has lost, and returns how many were written:
// a row that a constraint refuses is left out. Their epoch is the one that
// the activity has at that moment.
func (s *Store) Restore(ctx context.Context, wins []lottery.WinRow) (written int64, err error) {
	for page := range slices.Chunk(wins, restorePage) {
		n := len(page)
		ids, users, requests := make([]string, n), make([]string, n), make([]string, n)
		prizes, units, orders := make([]int32, n), make([]int32, n), make([]int32, n)
		marks, versions, words := make([]int64, n), make([]int64, n), make([]int64, n)
		for i, w := range page {
			ids[i], users[i], requests[i] = w.Activity, w.User, w.Request
			prizes[i], units[i], orders[i] = int32(w.Prize), int32(w.Unit), int32(w.Order)
			marks[i], versions[i], words[i] = int64(w.Mark), w.Version, int64(w.Word)
		}
		bounded, cancel := s.bounded(ctx)
		tag, err := s.pool.Exec(bounded, `
			WITH living AS MATERIALIZED (SELECT id, epoch FROM activity WHERE id = ANY($1::text[]) FOR SHARE)
			INSERT INTO draw (activity, user_id, request, prize, no, win_order, mark, epoch, version, word)
			SELECT w.activity, user_id, request, prize, no, win_order, mark, living.epoch, version, word
			FROM unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::int[], $6::int[], $7::bigint[], $8::bigint[], $9::bigint[])
				AS w (activity, user_id, request, prize, no, win_order, mark, version, word)
			JOIN living ON living.id = w.activity
			ON CONFLICT DO NOTHING`, ids, users, requests, prizes, units, orders, marks, versions, words)
		cancel()
		if err != nil {
			return written, reached(err)
		}
		written += tag.RowsAffected()
	}
	return written, nil
}

// RaiseEpoch moves the activity to an epoch above the given one, and above its own.
func (s *Store) RaiseEpoch(ctx context.Context, id string, above int64) (epoch int64, err error) {
	ctx, cancel := s.bounded(ctx)
	defer cancel()
	err = s.pool.QueryRow(ctx, "UPDATE activity SET epoch = greatest(epoch, $2::bigint) + 1 WHERE id = $1 RETURNING epoch", id, above).Scan(&epoch)
	return epoch, notFound(err, id)
}
