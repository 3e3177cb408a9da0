package telemetry

import (
	"net/http"
	"regexp"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// Metrics is every series of one lotteryd. Handles are resolved when it is
// made, so observing allocates nothing: see the benchmarks for the cost.
//
// Safe for concurrent use. It is an observer of both internal/httpapi and
// internal/lottery.
type Metrics struct {
	registry *prometheus.Registry
	region   string

	inFlight prometheus.Gauge
	duration map[lottery.Result]prometheus.Observer
	failed   prometheus.Observer // duration of draws that were refused or went wrong
	draws    map[lottery.Result]*tierCounters
	errors   map[lottery.ErrorKind]prometheus.Counter
	other    prometheus.Counter // errors of a kind not known when Metrics was made
	panics   prometheus.Counter

	reserve, commit          prometheus.Observer
	redisBatch, commitBatch  prometheus.Observer
	reconciled               map[lottery.Ruling]prometheus.Counter
	rebuilds                 prometheus.Counter
	violations               *violations
	linesLeftOut             prometheus.Counter
	pendingCount, pendingAge prometheus.Gauge
	degraded                 *prometheus.GaugeVec // by reason
	evicted                  prometheus.Gauge

	pendingLock sync.Mutex
	pending     map[string]pendingState // by activity
}

// pendingState is what one activity has waiting.
type pendingState struct {
	count  int
	oldest time.Duration
}

// latencyBuckets are upper bounds in seconds, closest together around a
// millisecond, where a draw should be; 0.0008 is the p95 aimed at. They are
// fixed, the same on every replica, so that histograms can be added up.
func latencyBuckets() []float64 {
	return []float64{
		.0001, .0002, .0003, .0004, .0005, .0006, .0008, .001, .0015, .002, .003, .005,
		.0075, .01, .02, .05, .1, .2, .5, 1, 2, 5,
	}
}

func batchBuckets() []float64 { return []float64{1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024} }

// NewMetrics makes all series, labelled with the region this instance runs in;
// region may be empty. kinds are the error kinds there are
// (internal/httpapi.Kinds); an error of any other kind is counted as "other".
func NewMetrics(region string, kinds ...lottery.ErrorKind) *Metrics {
	m := &Metrics{registry: prometheus.NewRegistry(), region: region, pending: map[string]pendingState{}}
	m.registry.MustRegister(
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		// The two families beyond the default say what garbage collection costs:
		// cycles and pauses, and bytes and objects allocated.
		collectors.NewGoCollector(collectors.WithGoCollectorRuntimeMetrics(
			collectors.GoRuntimeMetricsRule{Matcher: regexp.MustCompile(`^/gc/(cycles|pauses|heap/(allocs|objects|live|goal))`)},
			collectors.GoRuntimeMetricsRule{Matcher: regexp.MustCompile(`^/(sched/(latencies|pauses/total/gc|gomaxprocs)|cpu/classes/gc/total)`)},
		)),
	)
	m.makeDrawSeries()
	m.makeErrorSeries(kinds)
	m.makeStageSeries()
	m.makeKeeperSeries()
	m.makeHealthSeries()
	return m
}

// Handler serves the series to Prometheus.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{EnableOpenMetrics: true})
}

func (m *Metrics) makeDrawSeries() {
	m.inFlight = m.gauge("draws_in_flight", "Draws and lookups under way.")
	duration := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "lotteryd_draw_duration_seconds", Buckets: latencyBuckets(),
		Help: "Time from decoded request to written answer, of draws and lookups, by result.",
	}, []string{"result"})
	draws := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "lotteryd_draws_total",
		Help: "Draws and lookups answered, replays too, by result, prize tier (none without a win) and region.",
	}, []string{"result", "prize_tier", "region"})
	m.registry.MustRegister(duration, draws)
	m.duration = map[lottery.Result]prometheus.Observer{}
	m.draws = map[lottery.Result]*tierCounters{}
	for _, r := range []lottery.Result{lottery.Loss, lottery.Win, lottery.Pending} {
		m.duration[r] = duration.WithLabelValues(r.String())
		m.draws[r] = newTierCounters(func(tier string) prometheus.Counter {
			return draws.WithLabelValues(r.String(), tier, m.region)
		})
	}
	m.failed = duration.WithLabelValues("error")
}

func (m *Metrics) makeErrorSeries(kinds []lottery.ErrorKind) {
	errors := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "lotteryd_errors_total", Help: "Requests refused or failed on the public port, by kind and region.",
	}, []string{"err_kind", "region"})
	m.registry.MustRegister(errors)
	m.errors = map[lottery.ErrorKind]prometheus.Counter{}
	for _, k := range kinds {
		m.errors[k] = errors.WithLabelValues(string(k), m.region)
	}
	m.other = errors.WithLabelValues("other", m.region)
	m.panics = m.counter("panics_total", "Panics caught while serving a request: each is a defect.")
}

func (m *Metrics) makeStageSeries() {
	stages := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "lotteryd_stage_duration_seconds", Buckets: latencyBuckets(),
		Help: "Time a draw waits in a stage: reserve (Redis) and commit (Postgres).",
	}, []string{"stage"})
	m.registry.MustRegister(stages)
	m.reserve, m.commit = stages.WithLabelValues("reserve"), stages.WithLabelValues("commit")
	m.redisBatch = m.histogram("redis_batch_size", "Draws that shared a round trip to Redis.")
	m.commitBatch = m.histogram("commit_batch_size", "Wins that shared a commit in Postgres.")
}

func (m *Metrics) makeKeeperSeries() {
	reconciled := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "lotteryd_reconciled_total", Help: "Reservations left behind that the reconciler brought to an end, by what the ledger decided.",
	}, []string{"outcome"})
	m.registry.MustRegister(reconciled)
	m.reconciled = map[lottery.Ruling]prometheus.Counter{}
	for ruling, name := range rulingNames() {
		m.reconciled[ruling] = reconciled.WithLabelValues(name)
	}
	m.rebuilds = m.counter("redis_epoch_rebuilds_total", "Rebuilds of Redis from the ledger.")
	m.violations = newViolations()
	m.registry.MustRegister(m.violations.vec)
	m.linesLeftOut = m.counter("log_lines_left_out_total", "Warnings and errors that were not logged, because many like them were.")
	m.pendingCount = m.gauge("pending_reservations", "Reservations that are not confirmed yet, of draws under way too.")
	m.pendingAge = m.gauge("pending_oldest_seconds", "Age of the oldest of them.")
}

func (m *Metrics) makeHealthSeries() {
	m.degraded = prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "lotteryd_degraded", Help: "1 while something is not as it should be, by reason; draws may be served nevertheless.",
	}, []string{"reason"})
	m.registry.MustRegister(m.degraded)
	m.evicted = m.gauge("redis_evicted_keys", "Keys that Redis has deleted since its start or CONFIG RESETSTAT; must be 0.")
}

func rulingNames() map[lottery.Ruling]string {
	return map[lottery.Ruling]string{
		lottery.RulingCommitted: "committed", lottery.RulingOther: "other_row", lottery.RulingMoved: "epoch_moved",
		lottery.RulingClash: "clash", lottery.RulingUnknown: "unknown", lottery.RulingRefused: "refused",
	}
}

func (m *Metrics) gauge(name, help string) prometheus.Gauge {
	g := prometheus.NewGauge(prometheus.GaugeOpts{Name: "lotteryd_" + name, Help: help})
	m.registry.MustRegister(g)
	return g
}

func (m *Metrics) counter(name, help string) prometheus.Counter {
	c := prometheus.NewCounter(prometheus.CounterOpts{Name: "lotteryd_" + name, Help: help})
	m.registry.MustRegister(c)
	return c
}

func (m *Metrics) histogram(name, help string) prometheus.Histogram {
	h := prometheus.NewHistogram(prometheus.HistogramOpts{Name: "lotteryd_" + name, Help: help, Buckets: batchBuckets()})
	m.registry.MustRegister(h)
	return h
}
