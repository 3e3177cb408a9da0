package telemetry

// Degraded notes whether something is not as it should be, for one of a bounded
// number of reasons. The series of a reason exists from its first call on.
func (m *Metrics) Degraded(reason string, on bool) {
	v := 0.0
	if on {
		v = 1
	}
	m.degraded.WithLabelValues(reason).Set(v)
}

// Evicted notes how many keys Redis has deleted.
func (m *Metrics) Evicted(n int64) { m.evicted.Set(float64(n)) }
