package postgres

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

const selectActivity = "SELECT spec, version, epoch, closed, secret FROM activity"

func scanRecord(row pgx.CollectableRow) (lottery.Record, error) {
	var r lottery.Record
	var spec, secret []byte
	if err := row.Scan(&spec, &r.Version, &r.Epoch, &r.Closed, &secret); err != nil {
		return r, err
	}
	copy(r.Secret[:], secret)
	if err := json.Unmarshal(spec, &r.Spec); err != nil {
		return r, fmt.Errorf("reading an activity's spec: %w", err)
	}
	return r, nil
}

// Activities implements [lottery.Registry].
func (s *Store) Activities(ctx context.Context) ([]lottery.Record, error) {
	ctx, cancel := s.reading(ctx)
	defer cancel()
	rows, err := s.pool.Query(ctx, selectActivity+" ORDER BY id")
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scanRecord)
}

// Activity implements [lottery.Registry].
func (s *Store) Activity(ctx context.Context, id string) (lottery.Record, error) {
	ctx, cancel := s.reading(ctx)
	defer cancel()
	rows, err := s.pool.Query(ctx, selectActivity+" WHERE id = $1", id)
	if err != nil {
		return lottery.Record{}, err
	}
	r, err := pgx.CollectExactlyOneRow(rows, scanRecord)
	return r, notFound(err, id)
}

// Create implements [lottery.Registry]. The units are copied in, which takes
// time in proportion to the stock and no memory. Nothing is visible until all
// of them are there.
func (s *Store) Create(ctx context.Context, r lottery.Record) (bool, error) {
	spec, err := json.Marshal(r.Spec)
	if err != nil {
		return false, err
	}
	created := false
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `INSERT INTO activity (id, spec, version, epoch, closed, secret)
			VALUES ($1, $2, $3, 1, false, $4) ON CONFLICT DO NOTHING`, r.Spec.ID, spec, r.Version, r.Secret[:])
		if err != nil || tag.RowsAffected() == 0 {
			return err
		}
		created = true
		if err := rememberVersion(ctx, tx, r, spec); err != nil {
			return err
		}
		units := &unitSource{spec: r.Spec}
		if _, err := tx.CopyFrom(ctx, pgx.Identifier{"unit"}, []string{"activity", "prize", "no", "code"}, units); err != nil {
			return err
		}
		return s.prepareClaim(ctx, tx, r.Spec.ID)
	})
	return created && err == nil, err
}

func rememberVersion(ctx context.Context, tx pgx.Tx, r lottery.Record, spec []byte) error {
	_, err := tx.Exec(ctx, "INSERT INTO activity_version (activity, version, spec, closed) VALUES ($1, $2, $3, $4)",
		r.Spec.ID, r.Version, spec, r.Closed)
	return err
}

// unitSource streams the rows of unit, so that a million units cost no memory.
type unitSource struct {
	spec  lottery.Spec
	prize int
	no    int64
	code  [10]byte
}

// Next implements pgx.CopyFromSource.
func (u *unitSource) Next() bool {
	u.no++
	for u.prize < len(u.spec.Prizes) && u.no > u.spec.Prizes[u.prize].Stock {
		u.prize, u.no = u.prize+1, 1
	}
	return u.prize < len(u.spec.Prizes)
}

// Values implements pgx.CopyFromSource. A code is 80 random bits: nobody
// guesses one, and a clash stops the whole creation at the unique index.
func (u *unitSource) Values() ([]any, error) {
	rand.Read(u.code[:])
	code := base32.StdEncoding.EncodeToString(u.code[:])
	return []any{u.spec.ID, int32(u.prize), int32(u.no), code}, nil
}

// Err implements pgx.CopyFromSource.
func (u *unitSource) Err() error { return nil }

// Update implements [lottery.Registry].
func (s *Store) Update(ctx context.Context, r lottery.Record) (bool, error) {
	ctx, cancel := s.bounded(ctx)
	defer cancel()
	spec, err := json.Marshal(r.Spec)
	if err != nil {
		return false, err
	}
	updated := false
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `UPDATE activity SET spec = $3, closed = $4, version = version + 1
			WHERE id = $1 AND version = $2`, r.Spec.ID, r.Version, spec, r.Closed)
		if err != nil || tag.RowsAffected() == 0 {
			return err
		}
		updated = true
		r.Version++
		return rememberVersion(ctx, tx, r, spec)
	})
	return updated && err == nil, err
}

// BumpEpoch implements [lottery.Registry]. The UPDATE waits for every commit
// that holds the row FOR SHARE; later ones see the new epoch.
func (s *Store) BumpEpoch(ctx context.Context, id string) (epoch int64, err error) {
	ctx, cancel := s.bounded(ctx)
	defer cancel()
	err = s.pool.QueryRow(ctx, "UPDATE activity SET epoch = epoch + 1 WHERE id = $1 RETURNING epoch", id).Scan(&epoch)
	return epoch, notFound(err, id)
}

// winsPage is how many rows [Store.Wins] reads at once.
const winsPage = 1000

// Wins implements [lottery.Registry]. Each page is a query of its own with a
// deadline of its own, and holds no connection while f works: rows are only ever
// added, in any order, so a page shows what was there when it was read.
func (s *Store) Wins(ctx context.Context, id string, f func([]lottery.WinRow) error) error {
	user, order := "", 0
	for {
		page, err := s.winsAfter(ctx, id, user, order)
		if err != nil || len(page) == 0 {
			return err
		}
		if err := f(page); err != nil {
			return err
		}
		last := page[len(page)-1]
		user, order = last.User, last.Order
	}
}

func (s *Store) winsAfter(ctx context.Context, id, user string, order int) ([]lottery.WinRow, error) {
	ctx, cancel := s.reading(ctx)
	defer cancel()
	rows, err := s.pool.Query(ctx, `SELECT user_id, request, prize, no, win_order, mark, epoch, version, word
		FROM draw WHERE activity = $1 AND (user_id, win_order) > ($2, $3) ORDER BY user_id, win_order LIMIT $4`,
		id, user, int32(order), winsPage)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (lottery.WinRow, error) {
		w := lottery.WinRow{Activity: id}
		var mark, word int64
		err := row.Scan(&w.User, &w.Request, &w.Prize, &w.Unit, &w.Order, &mark, &w.Epoch, &w.Version, &word)
		w.Mark, w.Word = uint32(mark), uint64(word)
		return w, err
	})
}

// CountWins implements [lottery.Registry].
func (s *Store) CountWins(ctx context.Context, id string) (n int64, err error) {
	ctx, cancel := s.reading(ctx)
	defer cancel()
	err = s.pool.QueryRow(ctx, "SELECT count(*) FROM draw WHERE activity = $1", id).Scan(&n)
	return n, err
}

// IsConstraint tells whether err is Postgres refusing a row by a constraint;
// for tests of the schema.
func IsConstraint(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && len(pg.Code) == 5 && pg.Code[:2] == "23"
}
