package loadgen

import (
	"math"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"github.com/lotteryctl/lotteryctl/loadgen/internal/timeline"
)

// meter turns exchanges into a Result. One thread at a time may call sent and
// done, and one at a time due, beginAt and endAt; the live counters may be read by any.
type meter struct {
	plan  *Plan
	base  *url.URL // that redirects are relative to
	start time.Time
	from  atomic.Int64  // the measured window, by intended time, begins
	to    atomic.Int64  // and ends, in ns; read them with since and until
	begun chan struct{} // closed by beginAt, once
	over  chan struct{} // closed by endAt, once
	live  liveCounts

	overOnce sync.Once

	response, service, lateness, connWait Histogram

	dueCount, sentCount, unsentCount, answered, retried int64
	bytesIn, bytesOut                                   int64
	statuses                                            [1000]int64
	errors                                              map[ErrorKind]int64
	samples                                             map[ErrorKind]Sample
	statusSamples                                       map[int]Sample
	queuedCount                                         int64
	queuedFor                                           time.Duration
	sentInWindow, answeredInWindow                      int64
	gaps                                                timeline.Gaps
	timeline                                            *timeline.Recorder
}

// liveCounts are what the watcher may read while the sender counts on.
type liveCounts struct {
	due, sent, answered, failed atomic.Int64
	waitingSince                atomic.Int64 // ns, when a request became due and no other waited
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
	m := &meter{
		plan: p, base: base, start: start, begun: make(chan struct{}), over: make(chan struct{}),
		errors: map[ErrorKind]int64{}, samples: map[ErrorKind]Sample{}, statusSamples: map[int]Sample{},
		timeline: timeline.NewRecorder(p.Duration),
	}
	m.from.Store(int64(p.Warmup))
	m.to.Store(int64(p.Warmup + p.Duration))
	if p.Begin != nil {
		m.from.Store(int64(never))
		m.to.Store(int64(never))
	}
	return m
}

// never is later than any time of a run.
const never = time.Duration(math.MaxInt64)

// since is the beginning of the measured window: never, until one that is waited
// for has come.
func (m *meter) since() time.Duration { return time.Duration(m.from.Load()) }

// until is the end of the measured window.
func (m *meter) until() time.Duration { return time.Duration(m.to.Load()) }

// beginAt begins a window that is waited for. Every request that was due must have
// been intended at now or before.
func (m *meter) beginAt(now time.Duration) {
	if m.since() != never {
		return
	}
	m.to.Store(int64(now + 1 + m.plan.Duration))
	m.from.Store(int64(now + 1))
	close(m.begun)
}

// endAt ends the window, if it has not ended. Every request that was due must have
// been intended at now or before.
func (m *meter) endAt(now time.Duration) {
	m.beginAt(now)
	if end := max(m.since(), now+1); end < m.until() {
		m.to.Store(int64(end))
		m.overOnce.Do(func() { close(m.over) })
	}
}

// due counts a request whose time has come. Each ends in done, whatever becomes
// of it.
func (m *meter) due(intended time.Duration) {
	if l := &m.live; l.due.Add(1)-l.answered.Load()-l.failed.Load() == 1 {
		l.waitingSince.Store(int64(intended))
	}
	if m.counts(intended) {
		m.dueCount++
	}
}

// counts says whether a time is in the measured window.
func (m *meter) counts(at time.Duration) bool { return at >= m.since() && at < m.until() }

// now is the time since the start: one monotonic clock read, about 30 ns.
func (m *meter) now() time.Duration { return time.Since(m.start) }

// sent notes the first write of a request at time at.
func (m *meter) sent(at time.Duration) {
	m.live.sent.Add(1)
	if !m.counts(at) {
		return
	}
	m.sentInWindow++
	m.gaps.Add(at)
}

// done counts an ended exchange and hands it to Record.
func (m *meter) done(x *Exchange) {
	x.Start = m.start
	x.Warmup = !m.counts(x.Intended)
	if x.Err == nil {
		m.live.answered.Add(1)
		if m.counts(x.Done) {
			m.answeredInWindow++
		}
	} else {
		m.live.failed.Add(1)
	}
	if !x.Warmup {
		m.count(x)
	}
	m.timeline.Add(timeline.Event{Intended: x.Intended, Done: x.Done, Late: x.lateness(), Outcome: x.outcome(), Status: x.Status},
		m.since(), m.until(), time.Duration(m.live.waitingSince.Load()))
	if m.plan.Record != nil {
		m.plan.Record(x)
	}
}

func (m *meter) count(x *Exchange) {
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
	} else {
		m.unsentCount++
	}
	if x.Err == nil {
		m.answered++
		m.statuses[x.Status]++
		m.sampleAnswer(x)
	} else {
		m.sampleFailure(x.Err)
		m.errors[KindOf(x.Err)]++
		if x.outcome() == timeline.Failed {
			return // a quick failure would make the server look fast
		}
	}
	m.response.Record(x.Done - x.Intended)
	if x.written {
		m.service.Record(x.Done - x.Sent)
	}
}

// outcome tells those whose time is one that a user waited, until the answer or at
// least so long until we gave up, from failures that took as long as they took.
func (x *Exchange) outcome() timeline.Outcome {
	switch KindOf(x.Err) {
	case "":
		return timeline.Answered
	case KindTimeout:
		return timeline.TimedOut
	case KindUnfinished:
		return timeline.Unfinished
	}
	return timeline.Failed
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

// result closes the books; partial says that the run was cancelled.
func (m *meter) result(partial bool) *Result {
	window := m.until() - m.since()
	r := &Result{
		Start: m.start, Window: window, Partial: partial,
		Arrivals: m.plan.Arrivals, GapCV: m.gaps.CV(),
		Response: &m.response, Service: &m.service,
		Lateness: &m.lateness, ConnWait: &m.connWait,
		Counts: Counts{
			Intended: m.dueCount, Sent: m.sentCount, NotSent: m.unsentCount, Answered: m.answered, Retried: m.retried,
			Errors: m.errors, Samples: m.samples, Statuses: map[int]int64{}, StatusSamples: m.statusSamples,
			BytesIn: m.bytesIn, BytesOut: m.bytesOut,
		},
		Connections: Connections{Cap: m.plan.Connections, Queued: m.queuedCount, QueuedFor: m.queuedFor},
		Timeline:    newTimeline(m.timeline, window),
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
