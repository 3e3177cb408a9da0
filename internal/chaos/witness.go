package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/lotteryctl/lotteryctl/internal/audit"
)

// witness looks into the ledger for each win as soon as it was answered: a win is
// to be there at every moment, not only in the end. While Postgres is down it
// waits. Rows are never deleted, so a row that is found was there before.
type witness struct {
	world *world

	mu      sync.Mutex
	claims  []claim
	first   map[request]time.Time // when the win was answered first
	checked int
	missing []violation
}

// claim is a win that a client was told of.
type claim struct {
	request
	at time.Time
}

func newWitness(w *world) *witness { return &witness{world: w, first: make(map[request]time.Time)} }

// hear is told of each win.
func (t *witness) hear(q request, a audit.Answer) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if at, known := t.first[q]; !known || a.Done.Before(at) {
		t.first[q] = a.Done
	}
	t.claims = append(t.claims, claim{q, a.Done})
}

// run looks until ctx ends, and a last time then.
func (t *witness) run(ctx context.Context) {
	var conn *pgx.Conn
	defer func() {
		if conn != nil {
			conn.Close(context.WithoutCancel(ctx))
		}
	}()
	for {
		last := ctx.Err() != nil
		t.mu.Lock()
		claims := t.claims
		t.claims = nil
		t.mu.Unlock()
		if len(claims) > 0 {
			if conn = t.look(context.WithoutCancel(ctx), conn, claims); conn == nil {
				t.mu.Lock() // later
				t.claims = append(claims, t.claims...)
				t.mu.Unlock()
			}
		}
		if last {
			return
		}
		pause(ctx, 3*time.Millisecond)
	}
}

// look asks for the rows of claims; nil if the ledger could not be asked.
func (t *witness) look(ctx context.Context, conn *pgx.Conn, claims []claim) *pgx.Conn {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	if conn == nil {
		var err error
		if conn, err = t.world.dial(ctx); err != nil {
			return nil
		}
	}
	activities, users, ids := make([]string, len(claims)), make([]string, len(claims)), make([]string, len(claims))
	for i, c := range claims {
		activities[i], users[i], ids[i] = c.activity, c.user, c.id
	}
	rows, err := conn.Query(ctx, `SELECT activity, user_id, request FROM draw
		WHERE (activity, user_id, request) IN (SELECT * FROM unnest($1::text[], $2::text[], $3::text[]))`, activities, users, ids)
	var found []request
	if err == nil {
		found, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (q request, err error) {
			return q, row.Scan(&q.activity, &q.user, &q.id)
		})
	}
	if err != nil {
		conn.Close(ctx)
		return nil
	}
	there := make(map[request]bool, len(found))
	for _, q := range found {
		there[q] = true
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.checked += len(claims)
	for _, c := range claims {
		if !there[c.request] {
			t.missing = append(t.missing, violation{"I1 at once", fmt.Sprintf("the win of user %s request %s in %s was answered and is not in the ledger %v later", c.user, c.id, c.activity, time.Since(c.at).Round(time.Millisecond))})
		}
	}
	return conn
}

// clockGrain is how exactly two processes of one machine tell the time.
const clockGrain = time.Millisecond

// verdict compares the moments of commits with those of answers, and returns all
// that was found. It is called once, after run. checked is how many looks there
// were.
func (t *witness) verdict(ctx context.Context, activities []string) (found []violation, checked int, err error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	conn, err := t.world.dial(ctx)
	if err != nil {
		return nil, 0, err
	}
	defer conn.Close(ctx)
	rows, err := conn.Query(ctx, "SELECT activity, user_id, request, pg_xact_commit_timestamp(xmin) FROM draw WHERE activity = ANY($1)", activities)
	if err != nil {
		return nil, 0, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	found = t.missing
	var q request
	var committed *time.Time
	_, err = pgx.ForEachRow(rows, []any{&q.activity, &q.user, &q.id, &committed}, func() error {
		if at, told := t.first[q]; told && committed != nil && committed.After(at.Add(clockGrain)) {
			found = append(found, violation{"I1 at once", fmt.Sprintf("the win of user %s request %s in %s was answered %v before its commit", q.user, q.id, q.activity, committed.Sub(at).Round(time.Microsecond))})
		}
		return nil
	})
	return found, t.checked, err
}
