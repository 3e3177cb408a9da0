package telemetry

import (
	"time"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

var _ lottery.Observer = (*Metrics)(nil)

// Reserved observes one wait for Redis.
func (m *Metrics) Reserved(d time.Duration) { m.reserve.Observe(d.Seconds()) }

// Committed observes one wait for the ledger.
func (m *Metrics) Committed(d time.Duration) { m.commit.Observe(d.Seconds()) }

// RedisBatch observes how many draws shared a round trip.
func (m *Metrics) RedisBatch(n int) { m.redisBatch.Observe(float64(n)) }

// CommitBatch observes how many wins shared a commit.
func (m *Metrics) CommitBatch(n int) { m.commitBatch.Observe(float64(n)) }

// Reconciled counts n reservations that the reconciler ended with ruling v.
func (m *Metrics) Reconciled(v lottery.Ruling, n int) {
	if c, ok := m.reconciled[v]; ok {
		c.Add(float64(n))
	}
}

// Rebuilt counts a rebuild of Redis. The activity is for the log, not for a label.
func (m *Metrics) Rebuilt(string) { m.rebuilds.Inc() }

// Violation counts a broken invariant by activity and by what was seen; what is not
// among [lottery.Violations], as "other".
func (m *Metrics) Violation(activity, what string) { m.violations.of(activity, what).Inc() }

// LineLeftOut counts a line that was not logged: see [Sampling].
func (m *Metrics) LineLeftOut() { m.linesLeftOut.Inc() }

// Pending sets what an activity has waiting. The gauges show the sum and the
// oldest over all activities.
func (m *Metrics) Pending(activity string, n int, oldest time.Duration) {
	m.violations.meet(activity)
	m.pendingLock.Lock()
	defer m.pendingLock.Unlock()
	m.pending[activity] = pendingState{n, oldest}
	if n == 0 {
		delete(m.pending, activity)
	}
	var all pendingState
	for _, p := range m.pending {
		all.count += p.count
		all.oldest = max(all.oldest, p.oldest)
	}
	m.pendingCount.Set(float64(all.count))
	m.pendingAge.Set(all.oldest.Seconds())
}
