package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

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
