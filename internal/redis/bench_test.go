package redis_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
	"github.com/lotteryctl/lotteryctl/internal/redis"
)

// BenchmarkReserve is one draw of a new user on a private Redis, from ticket to
// reservation: alone, where ns/op is its latency, and with 64 at once, where
// ns/op is the inverse of the throughput and p50 and p99 are the latency.
// Refused are draws that ran into their deadline.
func BenchmarkReserve(b *testing.B) {
	for _, v := range []struct {
		name string
		opt  redis.Options
	}{
		{"best", redis.Options{}},
		{"user-state=3gets", redis.Options{UserState: redis.StateThreeGets}},
		{"user-state=pipeline", redis.Options{UserState: redis.StatePipeline}},
		{"user-state=mget", redis.Options{UserState: redis.StateMGet}},
		{"stock=increment", redis.Options{Stock: redis.StockIncrement}},
		{"stock=watch", redis.Options{Stock: redis.StockWatch}},
		{"batching=single", redis.Options{Batching: redis.BatchSingle}},
		{"batching=fixed", redis.Options{Batching: redis.BatchFixed}},
		{"batching=adaptive", redis.Options{Batching: redis.BatchAdaptive}},
	} {
		for _, row := range []struct {
			kind   string
			blanks uint64
		}{{"lose", 1}, {"win", 0}} {
			for _, at := range []int{1, 64} {
				b.Run(fmt.Sprintf("%s/%s/at=%d", v.name, row.kind, at), func(b *testing.B) { reserveAll(b, v.opt, row.blanks, at) })
			}
		}
	}
}

// reserveAll draws b.N times, at callers at once. With blanks every draw loses,
// without every draw wins.
func reserveAll(b *testing.B, opt redis.Options, blanks uint64, at int) {
	ctx := context.Background()
	client(b).FlushAll(ctx)
	s := open(b, opt)
	a := activity(b, s, 1<<31, func(r *lottery.Record) {
		r.Spec.Prizes[0].Weight, r.Spec.BlankWeight = 1-blanks, blanks
	})
	took := make([]time.Duration, b.N)
	var next, refused atomic.Int64
	var callers sync.WaitGroup
	b.ReportAllocs()
	b.ResetTimer()
	for range at {
		callers.Go(func() {
			for i := next.Add(1); i <= int64(b.N); i = next.Add(1) {
				start := time.Now()
				tk := a.Ticket(lottery.Entry{User: fmt.Sprint("user-", i), Request: "r"})
				r, err := s.Reserve(ctx, &tk)
				switch {
				case err != nil:
					refused.Add(1)
				case r.Status == lottery.StatusHeld != (blanks == 0):
					b.Errorf("draw %d: %+v", i, r)
				}
				took[i-1] = time.Since(start)
			}
		})
	}
	callers.Wait()
	b.StopTimer()
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Nanoseconds()), "p50-ns")
	b.ReportMetric(float64(took[len(took)*99/100].Nanoseconds()), "p99-ns")
	b.ReportMetric(100*float64(refused.Load())/float64(b.N), "refused-%")
}
