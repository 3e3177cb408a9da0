package main

import (
	"context"
	"encoding/binary"
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"strings"

	goredis "github.com/redis/go-redis/v9"

	"github.com/lotteryctl/lotteryctl/internal/bars"
	"github.com/lotteryctl/lotteryctl/internal/redis"
)

// memory fills Redis with losing draws and reads what they take. Each draw is
// by another user, the dearest case: a user's later draws cost less.
func (b *bench) memory(ctx context.Context) error {
	fmt.Fprintf(b.out, "\nRedis memory of losing draws, every draw by another user (used_memory)\n%12s %14s %10s\n", "draws", "bytes", "B/draw")
	if err := b.fresh(ctx); err != nil {
		return err
	}
	if err := b.redis.HSet(ctx, "lotteryd:{memory}:meta", "epoch", 2, "version", 1, "run_id", "x", "users", 0, "records", 0, "out", 0).Err(); err != nil {
		return err
	}
	if err := b.redis.ConfigSet(ctx, "appendonly", "no").Err(); err != nil {
		return err // the AOF's buffers would be counted too
	}
	if err := b.warm(ctx); err != nil {
		return err
	}
	b.machine.Pause(ctx)
	empty, err := b.usedMemory(ctx)
	if err != nil {
		return err
	}
	done := 0
	var each []float64
	for next := 10_000; next <= b.draws; next *= 10 {
		if err := b.fill(ctx, done, next); err != nil {
			return err
		}
		done = next
		used, err := b.usedMemory(ctx)
		if err != nil {
			return err
		}
		each = append(each, float64(used-empty)/float64(next))
		fmt.Fprintf(b.out, "%12d %14d %10.1f\n", next, used-empty, each[len(each)-1])
	}
	b.judge(verdict{"Redis memory of a losing draw, most, B", bars.Bar{AtMost: redisBar}, []float64{slices.Max(each)}, 1})
	return b.redis.ConfigSet(ctx, "appendonly", "yes").Err()
}

// warm has Redis compile the script and the connection grow its buffers, which
// are no draw's memory, and then forgets the draws.
func (b *bench) warm(ctx context.Context) error {
	if err := b.fill(ctx, 0, 1000); err != nil {
		return err
	}
	return b.redis.Del(ctx, "lotteryd:{memory}:users", "lotteryd:{memory}:records").Err()
}

// fill draws losses for users from..to through the real script, 500 a call.
func (b *bench) fill(ctx context.Context, from, to int) error {
	const portion = 500
	script := goredis.NewScript(redis.DrawScript())
	var keys []string
	for _, name := range []string{"meta", "users", "records", "units", "free", "journal", "holds"} {
		keys = append(keys, "lotteryd:{memory}:"+name)
	}
	for start := from; start < to; start += portion {
		args := []any{2, 1, "x", 0, strconv.FormatInt(1<<52, 10), 3, 0, "draw"}
		for i := start; i < min(start+portion, to); i++ {
			var id [24]byte
			binary.BigEndian.PutUint64(id[4:], uint64(i)*0x9E3779B97F4A7C15)
			binary.BigEndian.PutUint64(id[16:], uint64(i)*0x9E3779B97F4A7C15+1)
			args = append(args, id[:], "L\x00\x00\x00\x00")
		}
		reply, err := script.Run(ctx, b.redis, keys, args...).Text()
		if err != nil {
			return err
		}
		if n := strings.Count(reply, "L"); n != min(portion, to-start) {
			return fmt.Errorf("%d of %d draws lost: %.40s", n, portion, reply)
		}
	}
	runtime.GC()
	return nil
}

func (b *bench) usedMemory(ctx context.Context) (int64, error) {
	// The script cache and client buffers are in both readings.
	info, err := b.redis.Info(ctx, "memory").Result()
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(info, "used_memory:")
	text, _, _ := strings.Cut(rest, "\r")
	return strconv.ParseInt(text, 10, 64)
}
