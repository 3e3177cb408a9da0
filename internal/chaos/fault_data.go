package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"
)

// losses are data and scripts that Redis does not have any more.
func losses() []fault {
	return []fault{
		{name: "script-flush", about: "SCRIPT FLUSH, 1 to 5 times", apply: func(ctx context.Context, n *nemesis, rng *rand.Rand) {
			for range 1 + rng.IntN(5) {
				n.try("SCRIPT FLUSH", n.redis.ScriptFlush(ctx).Err())
				pause(ctx, between(rng, 0, 100*time.Millisecond))
			}
		}},
		{name: "flushall", about: "FLUSHALL", apply: func(ctx context.Context, n *nemesis, _ *rand.Rand) {
			n.lost.Store(true)
			n.try("FLUSHALL", n.redis.FlushAll(ctx).Err())
		}},
		{name: "lose-key", about: "DEL of any one key of an activity, 1 to 3 times", apply: func(ctx context.Context, n *nemesis, rng *rand.Rand) {
			for range 1 + rng.IntN(3) {
				n.loseKey(ctx, n.chooseKey(rng))
				pause(ctx, between(rng, 0, 300*time.Millisecond))
			}
		}},
		{name: "evict", about: "maxmemory below what is in use, with allkeys-lru, and off again", apply: func(ctx context.Context, n *nemesis, rng *rand.Rand) {
			less, lasts := rng.IntN(200_000), stretch(rng, 1500*time.Millisecond)
			n.lost.Store(true)
			n.partial.Store(true)
			n.squeeze(ctx, "allkeys-lru", less, lasts)
		}},
	}
}

// shortages are stores that have no room for what they are asked.
func shortages() []fault {
	return []fault{
		{name: "oom", about: "maxmemory below what is in use, with noeviction: Redis refuses to write", apply: func(ctx context.Context, n *nemesis, rng *rand.Rand) {
			n.squeeze(ctx, "noeviction", rng.IntN(200_000), stretch(rng, 1500*time.Millisecond))
		}},
		{name: "connections", about: "all connections of Postgres are taken, and those of lotteryd ended", apply: starve},
		{name: "lock", about: "a transaction holds the rows of all activities for up to 3 s", apply: lockRows},
		{name: "read-only", about: "Postgres refuses to write (default_transaction_read_only)", apply: func(ctx context.Context, n *nemesis, rng *rand.Rand) {
			lasts := stretch(rng, 2500*time.Millisecond)
			n.try("read-only", n.query(ctx, "ALTER SYSTEM SET default_transaction_read_only = on", "SELECT pg_reload_conf()"))
			pause(ctx, lasts)
			n.writable(ctx)
		}},
	}
}

// writable undoes read-only. It is asked for again when all is healed.
func (w *world) writable(ctx context.Context) error {
	return w.query(ctx, "SET default_transaction_read_only = off", "ALTER SYSTEM RESET default_transaction_read_only", "SELECT pg_reload_conf()")
}

// try notes what was done to a store, or that another fault was in the way.
func (n *nemesis) try(what string, err error) {
	if err != nil {
		n.note(what + " was not possible: " + err.Error())
		return
	}
	n.count(what, 1)
	n.note(what)
}

func (n *nemesis) chooseKey(rng *rand.Rand) key {
	parts := []string{"meta", "users", "records", "units", "free", "journal", "holds"}
	return key{n.activities[rng.IntN(len(n.activities))], parts[rng.IntN(len(parts))]}
}

// loseKey deletes a key. Losses are stored in two of them.
func (n *nemesis) loseKey(ctx context.Context, k key) {
	n.partial.Store(true)
	if k.part == "users" || k.part == "records" {
		n.lost.Store(true)
	}
	n.try("DEL of a key", n.redis.Del(ctx, k.name()).Err())
	n.note("the key is " + k.name())
}

// squeeze makes Redis have too little memory for a while.
func (n *nemesis) squeeze(ctx context.Context, policy string, less int, lasts time.Duration) {
	info, err := n.redis.Info(ctx, "memory").Result()
	used, _ := strconv.Atoi(infoField(info, "used_memory"))
	if err == nil {
		err = n.redis.ConfigSet(ctx, "maxmemory-policy", policy).Err()
	}
	if err == nil {
		err = n.redis.ConfigSet(ctx, "maxmemory", strconv.Itoa(max(used-less, 1))).Err()
	}
	n.try("too little memory, "+policy, err)
	pause(ctx, lasts)
	n.redis.ConfigSet(ctx, "maxmemory", "0")
	n.redis.ConfigSet(ctx, "maxmemory-policy", "noeviction")
	n.note("memory is back")
}

// infoField finds "name:value" in the reply of INFO.
func infoField(info, name string) string {
	for text := range strings.Lines(info) {
		if v, ok := strings.CutPrefix(text, name+":"); ok {
			return strings.TrimSpace(v)
		}
	}
	return ""
}

// starve takes all connections that Postgres has, and then those that lotteryd
// has.
func starve(ctx context.Context, n *nemesis, rng *rand.Rand) {
	lasts := stretch(rng, 2500*time.Millisecond)
	taken := n.takeConnections(ctx)
	n.try("all connections of postgres", nil)
	for range 3 { // those that are ended leave room, which somebody has to take
		if len(taken) == 0 {
			return
		}
		taken[0].Exec(ctx, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'lotteryd'")
		taken = append(taken, n.takeConnections(ctx)...)
	}
	pause(ctx, lasts)
	for _, c := range taken {
		c.Close(context.WithoutCancel(ctx))
	}
	n.note(fmt.Sprintf("%d connections are given back", len(taken)))
}

// lockRows keeps commits and bumps of epochs waiting.
func lockRows(ctx context.Context, n *nemesis, rng *rand.Rand) {
	lasts := stretch(rng, 3*time.Second)
	conn, err := n.dial(ctx)
	if err != nil {
		n.try("rows locked", err)
		return
	}
	defer conn.Close(context.WithoutCancel(ctx))
	bounded, cancel := context.WithTimeout(ctx, lasts+4*time.Second)
	defer cancel()
	_, err = conn.Exec(bounded, "BEGIN ISOLATION LEVEL REPEATABLE READ")
	if err == nil {
		_, err = conn.Exec(bounded, "SELECT count(*) FROM (SELECT 1 FROM activity FOR UPDATE) AS locked")
	}
	n.try("rows locked", err)
	if err == nil {
		pause(ctx, lasts)
		conn.Exec(bounded, "ROLLBACK")
	}
}
