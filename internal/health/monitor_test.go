package health_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/health"
)

// probe answers with what is in now.
func probe(check string, now *atomic.Pointer[[]health.Finding]) health.Probe {
	return health.Probe{Check: check, Every: time.Second, Timeout: time.Second,
		Ask: func(context.Context) []health.Finding { return *now.Load() }}
}

func found(f ...health.Finding) *[]health.Finding { return &f }

func TestReportFollowsTheProbes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var redis, postgres atomic.Pointer[[]health.Finding]
		redis.Store(found(health.Finding{Check: "redis"}))
		postgres.Store(found(health.Finding{Check: "postgres"}))
		var told []string
		m := health.New(func(f health.Finding, on bool) { told = append(told, fmt.Sprint(f.Check, " ", f.Reason, " ", on)) },
			probe("redis", &redis), probe("postgres", &postgres))
		if r := m.Report(); r.Ready || len(r.Findings) != 2 || r.Findings[0].Reason != health.Starting {
			t.Errorf("before the first answer: %+v", r)
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { m.Run(ctx); close(done) }()
		synctest.Wait()
		if r := m.Report(); !r.Ready || r.Degraded || len(told) != 0 {
			t.Errorf("all is well: %+v, told %q", r, told)
		}
		away := errors.New("no answer")
		for _, step := range []struct {
			redis, postgres health.Finding
			ready, degraded bool
			told            []string
		}{
			{health.Finding{Check: "redis"}, health.Finding{Check: "postgres", Reason: health.LedgerAway, Err: away}, true, true,
				[]string{"postgres postgres-away true"}},
			{health.Finding{Check: "redis"}, health.Finding{Check: "postgres", Reason: health.LedgerAway, Err: away}, true, true, nil},
			{health.Finding{Check: "redis"}, health.Finding{Check: "postgres", Reason: health.LedgerReadOnly, Err: away}, true, true,
				[]string{"postgres postgres-away false", "postgres postgres-read-only true"}},
			{health.Finding{Check: "redis", Reason: health.StoreAway, Blocks: true, Err: away}, health.Finding{Check: "postgres"}, false, true,
				[]string{"postgres postgres-read-only false", "redis redis-away true"}},
			{health.Finding{Check: "redis"}, health.Finding{Check: "postgres"}, true, false, []string{"redis redis-away false"}},
		} {
			told = nil
			redis.Store(found(step.redis))
			postgres.Store(found(step.postgres))
			time.Sleep(time.Second)
			synctest.Wait()
			slices.Sort(told)
			if r := m.Report(); r.Ready != step.ready || r.Degraded != step.degraded || !slices.Equal(told, step.told) {
				t.Errorf("%+v: got %+v, told %q", step, r, told)
			}
		}
		cancel()
		<-done
	})
}

// TestHangingProbeDelaysNoOther: a probe that uses all of its time, or more, leaves
// the others alone.
func TestHangingProbeDelaysNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		m := health.New(func(health.Finding, bool) {},
			health.Probe{Check: "stuck", Every: time.Second, Timeout: time.Hour, Ask: func(ctx context.Context) []health.Finding {
				<-ctx.Done()
				return nil
			}},
			health.Probe{Check: "quick", Every: time.Second, Timeout: time.Second, Ask: func(context.Context) []health.Finding {
				asked++
				return []health.Finding{{Check: "quick"}}
			}})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { m.Run(ctx); close(done) }()
		time.Sleep(10500 * time.Millisecond)
		synctest.Wait()
		if r := m.Report(); asked != 11 || r.Ready || r.Findings[0].Reason != health.Starting || r.Findings[1].Reason != "" {
			t.Errorf("asked %d times in 10.5 s: %+v", asked, r)
		}
		cancel()
		<-done
	})
}
