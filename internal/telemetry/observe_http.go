package telemetry

import (
	"time"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// Started counts a draw or lookup as under way.
func (m *Metrics) Started() { m.inFlight.Inc() }

// Answered counts an answer and the time it took.
func (m *Metrics) Answered(_ lottery.Entry, a lottery.Answer, took time.Duration) {
	m.inFlight.Dec()
	m.duration[a.Result].Observe(took.Seconds())
	counters := m.draws[a.Result]
	if a.Prize == nil {
		counters.none.Inc()
		return
	}
	counters.of(a.Prize.Tier).Inc()
}

// Failed counts a draw that was refused, or went wrong, after it started.
func (m *Metrics) Failed(_ lottery.Entry, kind lottery.ErrorKind, took time.Duration) {
	m.inFlight.Dec()
	m.failed.Observe(took.Seconds())
	m.Refused(kind)
}

// Refused counts a refusal; kinds not known to NewMetrics as "other".
func (m *Metrics) Refused(kind lottery.ErrorKind) {
	c, ok := m.errors[kind]
	if !ok {
		c = m.other
	}
	c.Inc()
}

// Panicked counts a panic that was caught.
func (m *Metrics) Panicked() { m.panics.Inc() }
