package loadgen

import (
	"errors"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"
)

const ms = time.Millisecond

// TestMeterWindowIsHalfOpen: what happens when the window begins counts, what
// happens when it ends does not.
func TestMeterWindowIsHalfOpen(t *testing.T) {
	for _, row := range []struct {
		at    time.Duration
		count bool
	}{{0, false}, {100*ms - 1, false}, {100 * ms, true}, {299 * ms, true}, {300*ms - 1, true}, {300 * ms, false}, {301 * ms, false}} {
		m := newMeter(&Plan{Warmup: 100 * ms, Duration: 200 * ms}, &url.URL{}, time.Now())
		m.sent(row.at)
		x := Exchange{Intended: row.at, Done: row.at, Status: 200}
		m.done(&x)
		counted := int64(0)
		if row.count {
			counted = 1
		}
		if x.Warmup == row.count || m.sentInWindow != counted || m.answeredInWindow != counted || m.answered != counted {
			t.Errorf("at %v: warm-up %v, sent %d, answered in the window %d, answered %d", row.at, x.Warmup, m.sentInWindow, m.answeredInWindow, m.answered)
		}
	}
}

// TestMeterCountsEachExchangeOnce puts one exchange of each kind on the books.
func TestMeterCountsEachExchangeOnce(t *testing.T) {
	m := newMeter(&Plan{Duration: time.Second}, &url.URL{}, time.Now())
	failed := func(k ErrorKind) error { return &Error{Kind: k, Err: errors.New("planted")} }
	for _, x := range []Exchange{
		{Intended: 10 * ms, ready: 10 * ms, Sent: 11 * ms, Done: 15 * ms, Status: 200, written: true, bytesIn: 7, bytesOut: 100},
		{Intended: 20 * ms, ready: 20 * ms, Sent: 25 * ms, Done: 28 * ms, Status: 503, written: true, connWait: 5 * ms, Retried: true, bytesIn: 8, bytesOut: 200},
		{Intended: 30 * ms, ready: 31 * ms, Sent: 51 * ms, Done: 60 * ms, Status: 200, written: true, connWait: 20 * ms, queued: true, bytesOut: 300},
		{Intended: 40 * ms, ready: 40 * ms, Sent: 42 * ms, Done: 140 * ms, Err: failed(KindTimeout), written: true, bytesOut: 400},
		{Intended: 50 * ms, ready: 50 * ms, Done: 150 * ms, Err: failed(KindTimeout), connWait: 100 * ms, queued: true},
		{Intended: 60 * ms, ready: 60 * ms, Done: 61 * ms, Err: failed(KindRefused), connWait: ms},
		{Intended: 70 * ms, ready: 70 * ms, Sent: 70 * ms, Done: 72 * ms, Err: failed(KindClosed), written: true, bytesIn: 1, bytesOut: 500},
	} {
		m.done(&x)
	}
	if m.answered != 3 || m.sentCount != 5 || m.retried != 1 || m.bytesIn != 16 || m.bytesOut != 1500 {
		t.Errorf("answered %d, sent %d, retried %d, bytes in %d, out %d; want 3, 5, 1, 16, 1500", m.answered, m.sentCount, m.retried, m.bytesIn, m.bytesOut)
	}
	if m.statuses[200] != 2 || m.statuses[503] != 1 || m.errors[KindTimeout] != 2 || m.errors[KindRefused] != 1 || m.errors[KindClosed] != 1 || len(m.errors) != 3 {
		t.Errorf("errors %v, answered with 200: %d, 503: %d", m.errors, m.statuses[200], m.statuses[503])
	}
	if m.queuedCount != 2 || m.queuedFor != 120*ms {
		t.Errorf("queued %d for %v, want 2 for 120ms", m.queuedCount, m.queuedFor)
	}
	if m.live.answered.Load() != 3 || m.live.failed.Load() != 4 {
		t.Errorf("live: answered %d, failed %d", m.live.answered.Load(), m.live.failed.Load())
	}
	for _, row := range []struct {
		name  string
		h     *Histogram
		count int64
		sum   time.Duration
	}{
		// Quick failures are not response times; timeouts are, from the intended time.
		{"response", &m.response, 5, (5 + 8 + 30 + 100 + 100) * ms},
		{"service", &m.service, 4, (4 + 3 + 9 + 98) * ms},
		{"lateness", &m.lateness, 7, (1 + 0 + 1 + 2 + 0 + 0 + 0) * ms},
		{"connections", &m.connWait, 4, (5 + 20 + 100 + 1) * ms},
	} {
		if row.h.Count() != row.count || math.Abs(row.h.Sum()-row.sum.Seconds()) > 1e-12 {
			t.Errorf("%s: %d samples of %v s, want %d of %v", row.name, row.h.Count(), row.h.Sum(), row.count, row.sum)
		}
	}
}

// TestMeterResultIsTheSumOfItsExchanges adds up what Record was handed, by
// itself, and compares.
func TestMeterResultIsTheSumOfItsExchanges(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("n") == "27" {
			w.WriteHeader(http.StatusTeapot)
		}
	}))
	defer server.Close()
	var intended, sent, answered, answeredIn, warm int64
	var sum float64
	statuses := map[int]int64{}
	const warmup, duration = 200 * ms, 500 * ms
	result, err := Run(t.Context(), Plan{
		URL: server.URL + "/?n={{seq}}", Rate: 100, Warmup: warmup, Duration: duration, Timeout: 30 * time.Second,
		Record: func(x *Exchange) {
			if x.Err == nil && x.Done >= warmup && x.Done < warmup+duration {
				answeredIn++
			}
			if x.Warmup {
				warm++
				return
			}
			intended++
			if x.Sent > 0 {
				sent++
			}
			if x.Err == nil {
				answered++
				statuses[x.Status]++
				sum += (x.Done - x.Intended).Seconds()
			}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	c := result.Counts
	if warm != 20 || intended != 50 || c.Intended != intended || c.Sent != sent || c.Answered != answered || len(c.Errors) != 0 {
		t.Errorf("%d in the warm-up; %d intended, %d sent, %d answered; the result says %+v", warm, intended, sent, answered, c)
	}
	for status, n := range statuses {
		if c.Statuses[status] != n {
			t.Errorf("%d times %d, the result says %d", n, status, c.Statuses[status])
		}
	}
	if len(c.Statuses) != len(statuses) {
		t.Errorf("the result has statuses %v, want %v", c.Statuses, statuses)
	}
	if result.Window != duration || result.AskedRate != 100 || result.Partial {
		t.Errorf("window %v, asked %v, partial %v", result.Window, result.AskedRate, result.Partial)
	}
	if want := float64(answeredIn) / duration.Seconds(); math.Abs(result.AnsweredRate-want) > 1e-9 {
		t.Errorf("answered %v/s in the window, want %v", result.AnsweredRate, want)
	}
	if result.SentRate < 1 || result.SentRate > 140 { // a late machine sends some of the warm-up's in the window
		t.Errorf("sent %v/s, want about 100", result.SentRate)
	}
	if result.Response.Count() != answered || math.Abs(result.Response.Sum()-sum) > 1e-9 {
		t.Errorf("%d response times of %v s, want %d of %v", result.Response.Count(), result.Response.Sum(), answered, sum)
	}
}
