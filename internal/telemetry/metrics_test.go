package telemetry_test

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
	"github.com/lotteryctl/lotteryctl/internal/telemetry"
)

// scrape gives the exposition, one line an element.
func scrape(t *testing.T, m *telemetry.Metrics) map[string]string {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	if w.Code != 200 {
		t.Fatalf("scrape: %d %s", w.Code, w.Body)
	}
	series := map[string]string{}
	for line := range strings.Lines(w.Body.String()) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), "} "); ok && line[0] != '#' {
			series[name+"}"] = value
		} else if name, value, ok := strings.Cut(strings.TrimSpace(line), " "); ok && line[0] != '#' {
			series[name] = value
		}
	}
	return series
}

func expect(t *testing.T, m *telemetry.Metrics, want map[string]string) {
	t.Helper()
	got := scrape(t, m)
	for name, value := range want {
		if got[name] != value {
			t.Errorf("%s is %q; want %q", name, got[name], value)
		}
	}
}

func winIn(tier string) lottery.Answer {
	return lottery.Answer{Result: lottery.Win, Prize: &lottery.Prize{ID: "p", Tier: tier}, Unit: 1, Code: "SECRET-CODE", Keys: entryKeys}
}

var entry = lottery.Entry{Activity: "spring", User: "user-1", Request: "request-1"}

// entryKeys stand for entry in logs: hex 75…, 72….
var entryKeys = lottery.Keys{User: lottery.Key([]byte("u-----------")), Request: lottery.Key([]byte("r-----------"))}

func TestDrawSeries(t *testing.T) {
	m := telemetry.NewMetrics("eu-1", lottery.KindEnded)
	for range 6 {
		m.Started()
	}
	m.Answered(entry, lottery.Answer{}, 700*time.Microsecond)
	m.Answered(entry, winIn("gold"), 3*time.Millisecond)
	m.Answered(entry, winIn("gold"), 3*time.Millisecond)
	m.Answered(entry, lottery.Answer{Result: lottery.Pending}, time.Second)
	m.Failed(entry, lottery.KindEnded, time.Millisecond)
	m.Refused("made-up")
	m.Panicked()
	expect(t, m, map[string]string{
		`lotteryd_draws_in_flight`: "1",
		`lotteryd_draws_total{prize_tier="none",region="eu-1",result="loss"}`:    "1",
		`lotteryd_draws_total{prize_tier="gold",region="eu-1",result="win"}`:     "2",
		`lotteryd_draws_total{prize_tier="none",region="eu-1",result="pending"}`: "1",
		`lotteryd_draw_duration_seconds_bucket{result="loss",le="0.0006"}`:       "0",
		`lotteryd_draw_duration_seconds_bucket{result="loss",le="0.0008"}`:       "1",
		`lotteryd_draw_duration_seconds_count{result="win"}`:                     "2",
		`lotteryd_draw_duration_seconds_count{result="error"}`:                   "1",
		`lotteryd_errors_total{err_kind="ended",region="eu-1"}`:                  "1",
		`lotteryd_errors_total{err_kind="other",region="eu-1"}`:                  "1",
		`lotteryd_panics_total`: "1",
	})
}

// TestHealthyServiceShowsZeroViolations: a series that appears with its first
// count cannot be told from one that was never scraped.
func TestHealthyServiceShowsZeroViolations(t *testing.T) {
	want := map[string]string{`lotteryd_invariant_violations_total{activity="other",what="other"}`: "0"}
	for _, what := range lottery.Violations() {
		want[fmt.Sprintf("lotteryd_invariant_violations_total{activity=\"other\",what=%q}", what)] = "0"
	}
	expect(t, telemetry.NewMetrics(""), want)
}

func TestEngineSeries(t *testing.T) {
	m := telemetry.NewMetrics("")
	m.Reserved(400 * time.Microsecond)
	m.Committed(2 * time.Millisecond)
	m.RedisBatch(3)
	m.CommitBatch(65)
	m.Reconciled(lottery.RulingCommitted, 4)
	m.Reconciled(lottery.RulingClash, 1)
	m.Reconciled(lottery.Ruling(200), 1) // no series for it, and no panic
	m.Rebuilt("spring")
	m.Violation("spring", lottery.ViolationForgottenWin)
	m.Violation("spring", "something new")
	m.Pending("spring", 3, 2*time.Second)
	m.Pending("autumn", 4, 5*time.Second)
	expect(t, m, map[string]string{
		`lotteryd_stage_duration_seconds_bucket{stage="reserve",le="0.0004"}`:              "1",
		`lotteryd_stage_duration_seconds_bucket{stage="commit",le="0.0015"}`:               "0",
		`lotteryd_stage_duration_seconds_count{stage="commit"}`:                            "1",
		`lotteryd_redis_batch_size_bucket{le="4"}`:                                         "1",
		`lotteryd_redis_batch_size_bucket{le="2"}`:                                         "0",
		`lotteryd_commit_batch_size_bucket{le="128"}`:                                      "1",
		`lotteryd_reconciled_total{outcome="committed"}`:                                   "4",
		`lotteryd_reconciled_total{outcome="clash"}`:                                       "1",
		`lotteryd_redis_epoch_rebuilds_total`:                                              "1",
		`lotteryd_invariant_violations_total{activity="spring",what="redis forgot a win"}`: "1",
		`lotteryd_invariant_violations_total{activity="spring",what="other"}`:              "1",
		`lotteryd_invariant_violations_total{activity="autumn",what="redis forgot a win"}`: "0",
		`lotteryd_pending_reservations`:                                                    "7",
		`lotteryd_pending_oldest_seconds`:                                                  "5",
	})
	m.Pending("autumn", 0, 0)
	expect(t, m, map[string]string{`lotteryd_pending_reservations`: "3", `lotteryd_pending_oldest_seconds`: "2"})
	m.Pending("spring", 0, 0)
	expect(t, m, map[string]string{`lotteryd_pending_reservations`: "0", `lotteryd_pending_oldest_seconds`: "0"})
}

// TestRuntimeSeries names what bench reads from a service to say what garbage
// collection cost.
func TestRuntimeSeries(t *testing.T) {
	got := scrape(t, telemetry.NewMetrics(""))
	for _, name := range []string{
		"go_gc_heap_allocs_bytes_total", "go_gc_heap_allocs_objects_total", "go_gc_cycles_total_gc_cycles_total",
		"go_gc_duration_seconds_count", "go_goroutines", "process_cpu_seconds_total", "process_resident_memory_bytes",
	} {
		if got[name] == "" {
			t.Errorf("no series %s", name)
		}
	}
}

// TestLabelsAreBounded draws for thousands of users and tiers from many
// goroutines: the series stay few and name nobody.
func TestLabelsAreBounded(t *testing.T) {
	m := telemetry.NewMetrics("eu-1", lottery.KindEnded)
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			for i := range 500 {
				e := lottery.Entry{Activity: "act", User: fmt.Sprint("user-", g, i), Request: fmt.Sprint("request-", i)}
				m.Started()
				m.Answered(e, winIn(fmt.Sprint("tier-", i)), time.Millisecond)
				m.Refused(lottery.ErrorKind(fmt.Sprint("kind-", i)))
			}
		})
	}
	wg.Wait()
	tiers, total := 0, 0
	for name, value := range scrape(t, m) {
		if strings.Contains(name, "user-") || strings.Contains(name, "request-") || strings.Contains(name, "SECRET") || strings.Contains(name, "kind-") {
			t.Errorf("a series names what it must not: %s", name)
		}
		if strings.HasPrefix(name, "lotteryd_draws_total") && strings.Contains(name, `"win"`) {
			var n int
			if _, err := fmt.Sscan(value, &n); err != nil {
				t.Error(err)
			}
			tiers++
			total += n
		}
	}
	if tiers > 64 || tiers < 10 {
		t.Errorf("%d series of tiers; want some, at most 64", tiers)
	}
	if total != 2000 {
		t.Errorf("the series count %d wins; 2000 were drawn", total)
	}
}

// BenchmarkObserve is what one draw costs to observe; the aim is under 200 ns
// and no allocation.
func BenchmarkObserve(b *testing.B) {
	m := telemetry.NewMetrics("eu-1", lottery.KindEnded)
	win := winIn("gold")
	b.Run("loss", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			m.Started()
			m.Answered(entry, lottery.Answer{}, 700*time.Microsecond)
		}
	})
	b.Run("loss-with-stage", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			m.Started()
			m.Reserved(500 * time.Microsecond)
			m.Answered(entry, lottery.Answer{}, 700*time.Microsecond)
		}
	})
	b.Run("win", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			m.Started()
			m.Answered(entry, win, 2*time.Millisecond)
		}
	})
	b.Run("refused", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			m.Refused(lottery.KindEnded)
		}
	})
}
