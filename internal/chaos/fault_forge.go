package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"
	goredis "github.com/redis/go-redis/v9"

	"github.com/lotteryctl/lotteryctl/internal/audit"
	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// forgeries are states of Redis that clocks and hands make.
func forgeries() []fault {
	return []fault{
		{name: "clock", about: "holds are stamped with the past or the future, as by a clock that was set; then, as often, Redis is restarted", apply: stepClock},
		{name: "bad-hold", about: "a hold that the ledger cannot take, or that nobody can read, appears in Redis", apply: forgeHold},
	}
}

// stepClock makes holds by keeping Postgres from answering, and changes their
// times by up to two hours. The clock itself belongs to the machine.
func stepClock(ctx context.Context, n *nemesis, rng *rand.Rand) {
	step := time.Duration(rng.Int64N(int64(4*time.Hour))) - 2*time.Hour
	lasts, restart := stretch(rng, 1500*time.Millisecond), rng.IntN(2) == 0
	for _, p := range n.toLedger {
		p.set(weather{down: flow{hold: true}})
	}
	pause(ctx, lasts)
	holds := 0
	for _, id := range n.activities {
		journal := key{id, "journal"}.name()
		entries, err := n.redis.ZRangeWithScores(ctx, journal, 0, -1).Result()
		if err != nil {
			continue
		}
		for i := range entries {
			entries[i].Score += float64(step.Milliseconds())
		}
		if len(entries) > 0 && n.redis.ZAddArgs(ctx, journal, goredis.ZAddArgs{XX: true, Members: entries}).Err() == nil {
			holds += len(entries)
		}
	}
	n.try("clock stepped", nil)
	n.note(fmt.Sprintf("%d holds are now stamped %v later", holds, step.Round(time.Minute)))
	for _, p := range n.toLedger {
		p.set(weather{})
	}
	if restart {
		n.killRedisAlways(ctx, rng)
	}
}

// forgeHold writes a hold of a user that never came.
func forgeHold(ctx context.Context, n *nemesis, rng *rand.Rand) {
	id := n.activities[rng.IntN(len(n.activities))]
	user, bad := fmt.Sprintf("forged-%d", rng.IntN(1000)), rng.IntN(4)
	record, err := n.record(ctx, id)
	if err != nil {
		n.try("bad hold", err)
		return
	}
	_, q := lottery.NewActivity(record).KeysOf(user, "r")
	text := []string{"0,99999999", "7,1", "0,99999999999", "0"}[bad]
	if bad < 3 {
		text += fmt.Sprintf(",1,1,5,0,%d;%sr", len(user), user)
	}
	pipe := n.redis.TxPipeline()
	pipe.HSet(ctx, key{id, "holds"}.name(), string(q[:]), text)
	pipe.ZAdd(ctx, key{id, "journal"}.name(), goredis.Z{Score: float64(time.Now().Add(-time.Hour).UnixMilli()), Member: string(q[:])})
	_, err = pipe.Exec(ctx)
	n.forged.Store(true)
	n.partial.Store(true)
	n.try("bad hold", err)
}

// record reads an activity as the ledger has it.
func (w *world) record(ctx context.Context, id string) (lottery.Record, error) {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	ledger, err := audit.LoadLedger(ctx, w.ledger, id)
	if err != nil {
		return lottery.Record{}, err
	}
	if len(ledger.Books) == 0 {
		return lottery.Record{}, pgx.ErrNoRows
	}
	return ledger.Books[0].Record, nil
}
