package batch_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/lotteryctl/lotteryctl/internal/batch"
)

// BenchmarkDo is what sharing itself costs: the run function does nothing.
func BenchmarkDo(b *testing.B) {
	for _, row := range []struct {
		name string
		at   int
	}{{"alone", 1}, {"at=64", 64}} {
		b.Run(row.name, func(b *testing.B) {
			var shared strategy = batch.New(2, 128, square)
			defer shared.Close()
			ctx := context.Background()
			var next atomic.Int64
			var callers sync.WaitGroup
			b.ReportAllocs()
			for range row.at {
				callers.Go(func() {
					for next.Add(1) <= int64(b.N) {
						_, _ = shared.Do(ctx, 3)
					}
				})
			}
			callers.Wait()
		})
	}
}
