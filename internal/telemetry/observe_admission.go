package telemetry

import "github.com/prometheus/client_golang/prometheus"

// Admission is what the public port does with what is asked of it, at a moment.
type Admission struct {
	Limit, Busy, Waiting int   // requests: worked on at most, worked on, waiting
	Connections          int   // open
	Refused              int64 // requests that waited for too long, so far
}

// WatchAdmission adds series whose values now gives whenever they are read. Call it
// once.
func (m *Metrics) WatchAdmission(now func() Admission) {
	for _, s := range []struct {
		name, help string
		of         func(Admission) int
	}{
		{"admission_limit", "How many requests of the public port are worked on at once, at most: what can be done in 25 ms, as measured while more is asked.", func(a Admission) int { return a.Limit }},
		{"admission_busy", "Requests of the public port that are worked on, without those that wait for Postgres.", func(a Admission) int { return a.Busy }},
		{"admission_waiting", "Requests of the public port that wait to be worked on.", func(a Admission) int { return a.Waiting }},
		{"public_connections", "Open connections of the public port.", func(a Admission) int { return a.Connections }},
	} {
		m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "lotteryd_" + s.name, Help: s.help}, func() float64 { return float64(s.of(now())) }))
	}
	m.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{
		Name: "lotteryd_admission_refused_total", Help: "Requests of the public port that waited for too long and were refused as overloaded.",
	}, func() float64 { return float64(now().Refused) }))
}
