package audit

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

// constraint is a promise that the schema must make, named by what it is about
// and not by what it is called.
type constraint struct {
	promise string
	table   string
	columns []string // unique together; or, with target, a foreign key
	target  string
}

// promises are the constraints on which the protocol rests.
func promises() []constraint {
	unit := []string{"activity", "prize", "no"}
	return []constraint{
		{"one answer per request", "draw", []string{"activity", "user_id", "request"}, ""},
		{"no unit is won twice", "draw", unit, ""},
		{"wins of a user are counted", "draw", []string{"activity", "user_id", "win_order"}, ""},
		{"only units that exist are won", "draw", unit, "unit"},
		{"no unit exists twice", "unit", unit, ""},
		{"codes are distinct", "unit", []string{"activity", "code"}, ""},
		{"one record per activity", "activity", []string{"id"}, ""},
		{"one record per version", "activity_version", []string{"activity", "version"}, ""},
	}
}

// missingConstraints lists, in words, the promises that the catalog does not
// show in force.
func missingConstraints(ctx context.Context, tx pgx.Tx) ([]string, error) {
	found, err := uniqueIndexes(ctx, tx)
	if err != nil {
		return nil, fmt.Errorf("reading unique indexes: %w", err)
	}
	foreign, err := foreignKeys(ctx, tx)
	if err != nil {
		return nil, fmt.Errorf("reading foreign keys: %w", err)
	}
	found = append(found, foreign...)
	var missing []string
	for _, p := range promises() {
		if !slices.Contains(found, p.signature()) {
			missing = append(missing, fmt.Sprintf("%s: no constraint in force ensures this (%s)", p.promise, p.describe()))
		}
	}
	return missing, nil
}

func (c constraint) signature() string {
	columns := slices.Sorted(slices.Values(c.columns))
	return c.table + "(" + strings.Join(columns, ",") + ")" + c.target
}

func (c constraint) describe() string {
	columns := strings.Join(c.columns, ", ")
	if c.target == "" {
		return fmt.Sprintf("UNIQUE (%s) on %s", columns, c.table)
	}
	return fmt.Sprintf("FOREIGN KEY (%s) from %s to %s", columns, c.table, c.target)
}

// uniqueIndexes are those that bind every row at once: whole, valid, immediate,
// over plain columns that are never NULL, since NULLs are never equal.
func uniqueIndexes(ctx context.Context, tx pgx.Tx) ([]string, error) {
	rows, err := tx.Query(ctx, `
		SELECT i.indrelid::regclass::text, array_agg(a.attname::text ORDER BY a.attname::text)
		FROM pg_index i
		JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey[0:i.indnkeyatts - 1])
		WHERE i.indrelid IN (to_regclass('draw'), to_regclass('unit'), to_regclass('activity'), to_regclass('activity_version'))
		  AND i.indisunique AND i.indisvalid AND i.indimmediate AND i.indpred IS NULL AND i.indexprs IS NULL
		GROUP BY i.indexrelid, i.indrelid
		HAVING bool_and(a.attnotnull)`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (string, error) {
		var c constraint
		err := row.Scan(&c.table, &c.columns)
		return c.signature(), err
	})
}

// foreignKeys are the validated ones from draw whose triggers are all enabled,
// with each column pointing at its namesake.
func foreignKeys(ctx context.Context, tx pgx.Tx) ([]string, error) {
	rows, err := tx.Query(ctx, `
		SELECT c.conrelid::regclass::text, c.confrelid::regclass::text,
		       array_agg(f.attname::text ORDER BY f.attname::text)
		FROM pg_constraint c
		CROSS JOIN LATERAL unnest(c.conkey, c.confkey) AS k (ours, theirs)
		JOIN pg_attribute f ON f.attrelid = c.conrelid AND f.attnum = k.ours
		JOIN pg_attribute t ON t.attrelid = c.confrelid AND t.attnum = k.theirs
		WHERE c.contype = 'f' AND c.convalidated AND c.conrelid = to_regclass('draw')
		  AND NOT EXISTS (SELECT FROM pg_trigger g WHERE g.tgconstraint = c.oid AND g.tgenabled NOT IN ('O', 'A'))
		GROUP BY c.oid, c.conrelid, c.confrelid
		HAVING bool_and(f.attname = t.attname)`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (string, error) {
		var c constraint
		err := row.Scan(&c.table, &c.target, &c.columns)
		return c.signature(), err
	})
}
