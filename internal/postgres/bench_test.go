package postgres_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
	"github.com/lotteryctl/lotteryctl/internal/postgres"
)

// BenchmarkCommitAlone is what one win waits for when no other shares its
// commit: hot, back to back, and cold, once in 8 ms as at 120 wins a second.
func BenchmarkCommitAlone(b *testing.B) {
	for _, row := range []struct {
		name  string
		pause time.Duration
	}{{"hot", 0}, {"cold", 8 * time.Millisecond}} {
		b.Run(row.name, func(b *testing.B) {
			ctx := context.Background()
			s, err := postgres.Open(ctx, postgres.Options{URL: server.PostgresURL()})
			if err != nil {
				b.Fatal(err)
			}
			defer s.Close()
			if _, err := s.Migrate(ctx); err != nil {
				b.Fatal(err)
			}
			rec := lottery.Record{Version: 1, Spec: lottery.Spec{
				ID:     fmt.Sprintf("bench-%s-%d", row.name, b.N),
				Prizes: []lottery.Prize{{ID: "mug", Tier: "third", Name: "Mug", Stock: int64(b.N)}},
			}}
			if _, err := s.Create(ctx, rec); err != nil {
				b.Fatal(err)
			}
			var busy time.Duration
			for i := range b.N {
				time.Sleep(row.pause)
				w := lottery.WinRow{Activity: rec.Spec.ID, User: fmt.Sprint("user-", i), Request: "1", Epoch: 1,
					Hold: lottery.Hold{Unit: int64(i + 1), Order: 1, Version: 1}}
				start := time.Now()
				if d := s.Commit(ctx, w); d.Ruling != lottery.RulingCommitted {
					b.Fatal(d)
				}
				busy += time.Since(start)
			}
			b.ReportMetric(float64(busy.Microseconds())/float64(b.N), "µs/commit")
		})
	}
}
