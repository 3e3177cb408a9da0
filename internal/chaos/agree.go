package main

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
)

// agree draws from activities of which Redis has another epoch than the ledger
// until both have the same. A rebuilder that was frozen may raise the epoch when it
// goes on, after another one has published; the fence refuses its other steps.
// Refresh and the next draw repair that. It returns how many activities needed it.
func agree(ctx context.Context, w *world, people *clients, patience time.Duration) (late int, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	seen := make(map[string]bool)
	for round := 0; ; round++ {
		apart, err := w.apart(ctx)
		if err == nil && len(apart) == 0 || err != nil && ctx.Err() != nil {
			return len(seen), err
		}
		for _, id := range apart {
			seen[id] = true
			q := request{id, fmt.Sprintf("late-%d", round), "r"}
			people.ask(ctx, q, w.outlets[round%len(w.outlets)])
		}
		pause(ctx, 50*time.Millisecond)
		if ctx.Err() != nil {
			return len(seen), nil // the audit tells
		}
	}
}

// apart lists the activities whose state in Redis is in use, under another epoch
// than the ledger's.
func (w *world) apart(ctx context.Context) (ids []string, err error) {
	conn, err := w.dial(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	rows, err := conn.Query(ctx, "SELECT id, epoch FROM activity")
	if err != nil {
		return nil, err
	}
	var id string
	var epoch int64
	_, err = pgx.ForEachRow(rows, []any{&id, &epoch}, func() error {
		text, err := w.redis.HGet(ctx, key{id, "meta"}.name(), "epoch").Result()
		if published, _ := strconv.ParseInt(text, 10, 64); err == nil && published != 0 && published != epoch {
			ids = append(ids, id)
		}
		return nil
	})
	return ids, err
}
