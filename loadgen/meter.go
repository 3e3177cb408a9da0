package loadgen

import (
	"math"
	"net/url"
	"sync/atomic"
	"time"
)

// meter turns exchanges into a Result. One thread at a time may call sent,
// queued, connecting and done; the live counters may be read by any.
type meter struct {
	plan     *Plan
	base     *url.URL // that redirects are relative to
	start    time.Time
	from, to time.Duration // the measured window, by intended time
	live     liveCounts

	response, service, lateness, connWait Histogram

	intended, sentCount, answered, retried int64
	bytesIn, bytesOut                      int64
	statuses                               [1000]int64
	errors                                 map[ErrorKind]int64
	samples                                map[ErrorKind]Sample
	statusSamples                          map[int]Sample
	queuedCount                            int64
	queuedFor                              time.Duration
	sentInWindow, answeredInWindow         int64
	gaps                                   gapStats
}

// liveCounts are what the watcher may read while the sender counts on.
type liveCounts struct {
	due, sent, answered, failed atomic.Int64
	sender                      atomic.Int64 // thread id of the sending thread, 0 if unknown
	worked                      atomic.Int64 // ns it was at work, up to its last rest
	workingSince                atomic.Int64 // ns, 0 while it rests
}

// work and rest are called by the sending thread when a wait ends and begins.
func (l *liveCounts) work(now time.Duration) { l.workingSince.Store(int64(now)) }

func (l *liveCounts) rest(now time.Duration) {
	// A rest that follows a rest, with no work between, adds nothing. Taking the
	// start away first lets a reader in between see too little, never twice.
	if since := l.workingSince.Swap(0); since > 0 {
		l.worked.Add(int64(now) - since)
	}
}

// working returns how long the sending thread was at work until now. A rest
// that begins between the two reads is off by that one piece of work.
func (l *liveCounts) working(now time.Duration) time.Duration {
	total := time.Duration(l.worked.Load())
	if since := time.Duration(l.workingSince.Load()); since > 0 {
		total += now - since
	}
	return total
}

func newMeter(p *Plan, base *url.URL, start time.Time) *meter {
	return &meter{
		plan: p, base: base, start: start,
		from: p.Warmup, to: p.Warmup + p.Duration,
		errors: map[ErrorKind]int64{}, samples: map[ErrorKind]Sample{}, statusSamples: map[int]Sample{},
	}
}

// now is the time since the start: one monotonic clock read, about 30 ns.
func (m *meter) now() time.Duration { return time.Since(m.start) }

// sent notes the first write of a request at time at.
func (m *meter) sent(at time.Duration) {
	m.live.sent.Add(1)
	if at < m.from || at >= m.to {
		return
	}
	m.sentInWindow++
	m.gaps.add(at)
}

// done counts an ended exchange and hands it to Record.
func (m *meter) done(x *Exchange) {
	x.Start = m.start
	x.Warmup = x.Intended < m.from || x.Intended >= m.to
	if x.Err == nil {
		m.live.answered.Add(1)
		if x.Done >= m.from && x.Done < m.to {
			m.answeredInWindow++
		}
	} else {
		m.live.failed.Add(1)
	}
	if !x.Warmup {
		m.count(x)
	}
	if m.plan.Record != nil {
		m.plan.Record(x)
	}
}

func (m *meter) count(x *Exchange) {
	m.intended++
	m.bytesIn += x.bytesIn
	m.bytesOut += x.bytesOut
	if x.Retried {
		m.retried++
	}
	m.lateness.Record(x.lateness())
	if x.connWait > 0 {
		m.connWait.Record(x.connWait)
	}
	if x.queued {
		m.queuedCount++
		m.queuedFor += x.connWait
	}
	if x.written {
		m.sentCount++
	}
	if x.Err == nil {
		m.answered++
		m.statuses[x.Status]++
		m.sampleAnswer(x)
	} else {
		m.sampleFailure(x.Err)
		m.errors[KindOf(x.Err)]++
		if KindOf(x.Err) != KindTimeout {
			return // a quick failure would make the server look fast
		}
	}
	m.response.Record(x.Done - x.Intended)
	if x.written {
		m.service.Record(x.Done - x.Sent)
	}
}

// sampleFailure keeps the first failure of each kind.
func (m *meter) sampleFailure(err error) {
	if _, ok := m.samples[KindOf(err)]; !ok {
		m.samples[KindOf(err)] = sampleOf(err)
	}
}

// sampleAnswer keeps what the first answer of a status says that is not a
// success.
func (m *meter) sampleAnswer(x *Exchange) {
	if x.Status < 300 || x.Status > 400 {
		return
	}
	if _, ok := m.statusSamples[x.Status]; ok {
		return
	}
	if sample, ok := sampleOfAnswer(m.base, x); ok {
		m.statusSamples[x.Status] = sample
	}
}

// lateness is how long the generator took to get to the request: to its first
// write, or to finding that there is no connection for it. Waiting for a
// connection is the server's or the cap's, and does not count; what passes
// between having one and the write does.
func (x *Exchange) lateness() time.Duration {
	late := x.ready - x.Intended
	if x.written {
		late = max(late, x.Sent-x.Intended-x.connWait)
	}
	return late
}

// result closes the books; end is when the window ended, or the run was
// cancelled.
func (m *meter) result(end time.Duration, partial bool) *Result {
	window := max(0, end-m.from)
	r := &Result{
		Start: m.start, Window: window, Partial: partial,
		Arrivals: m.plan.Arrivals, GapCV: m.gaps.cv(),
		Response: &m.response, Service: &m.service,
		Lateness: &m.lateness, ConnWait: &m.connWait,
		Counts: Counts{
			Intended: m.intended, Sent: m.sentCount, Answered: m.answered, Retried: m.retried,
			Errors: m.errors, Samples: m.samples, Statuses: map[int]int64{}, StatusSamples: m.statusSamples,
			BytesIn: m.bytesIn, BytesOut: m.bytesOut,
		},
		Connections: Connections{Cap: m.plan.Connections, Queued: m.queuedCount, QueuedFor: m.queuedFor},
	}
	if m.plan.Arrivals != Closed {
		r.AskedRate = m.plan.Rate
	}
	for status, n := range m.statuses {
		if n > 0 {
			r.Counts.Statuses[status] = n
		}
	}
	if window > 0 {
		r.SentRate = float64(m.sentInWindow) / window.Seconds()
		r.AnsweredRate = float64(m.answeredInWindow) / window.Seconds()
	}
	return r
}

// gapStats accumulates the spread of the times between sends, by Welford's
// method: one pass, no samples kept.
type gapStats struct {
	last     time.Duration
	started  bool
	n        float64
	mean, m2 float64
}

func (g *gapStats) add(at time.Duration) {
	if !g.started {
		g.last, g.started = at, true
		return
	}
	gap := float64(max(0, at-g.last))
	g.last = at
	g.n++
	delta := gap - g.mean
	g.mean += delta / g.n
	g.m2 += delta * (gap - g.mean)
}

// cv returns standard deviation over mean, 0 with fewer than two gaps.
func (g *gapStats) cv() float64 {
	if g.n < 2 || g.mean == 0 {
		return 0
	}
	return math.Sqrt(g.m2/g.n) / g.mean
}
