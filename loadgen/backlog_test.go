package loadgen

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/loadgen/internal/prng"
)

// queue is a service and its load, simulated: requests are served in the order in
// which they come.
type queue struct {
	arrivals Arrivals
	rate     float64       // per second
	window   time.Duration // 10 s if 0
	warmup   time.Duration
	timeout  time.Duration // 10 s if 0
	seed     uint64

	shares   bool          // serves all at once instead, and each the slower the more there are
	servers  int           // 1 if 0
	work     time.Duration // of a request
	uneven   bool          // work is drawn from an exponential distribution
	stalls   [][2]time.Duration
	dies     time.Duration // 0: never
	late     func(intended time.Duration) time.Duration
	loses    int64 // each so many-th request is never answered
	lastsAll time.Duration
	cut      time.Duration // the run is cancelled then; 0: it is not
}

// run is what a load on it measures. Requests that time out are served in vain.
func (q queue) run(t *testing.T) *Result {
	t.Helper()
	setDefault(&q.window, 10*time.Second)
	setDefault(&q.timeout, 10*time.Second)
	setDefault(&q.servers, 1)
	schedule, err := NewSchedule(q.arrivals, q.rate, q.seed)
	if err != nil {
		t.Fatal(err)
	}
	m := newMeter(&Plan{Arrivals: q.arrivals, Rate: q.rate, Duration: q.window, Warmup: q.warmup, Timeout: q.timeout}, new(url.URL), time.Now())
	work := prng.New(q.seed, 99)
	free := make([]time.Duration, q.servers) // when each server is free again
	sharing := sharing{work: q.work.Seconds(), schedule: q}
	var ended []Exchange
	for seq := int64(0); ; seq++ {
		x := Exchange{Seq: seq, Intended: schedule.Next(), written: true, Status: 200}
		if x.Intended >= m.until() || q.cut > 0 && x.Intended > q.cut {
			break
		}
		x.Sent = x.Intended
		if q.late != nil {
			x.Sent += q.late(x.Intended)
		}
		x.ready = x.Sent
		takes := q.work
		if q.uneven {
			takes = time.Duration(float64(q.work) * work.Exponential())
		}
		slices.Sort(free)
		begin := max(free[0], x.Sent)
		for _, s := range q.stalls {
			if begin >= s[0] && begin < s[0]+s[1] {
				begin = s[0] + s[1]
			}
		}
		free[0] = begin + takes
		x.Done = free[0] + q.lastsAll
		if q.shares {
			x.Done = sharing.done(x.Sent)
		}
		switch {
		case q.dies > 0 && begin+takes > q.dies:
			x.Done, x.Err = max(x.Sent, q.dies)+time.Millisecond/10, &Error{KindRefused, errUnfinished}
		case q.loses > 0 && seq%q.loses == 0, x.Done > x.Sent+q.timeout:
			x.Done, x.Err = x.Sent+q.timeout, &Error{KindTimeout, errTimeout}
		}
		if q.cut > 0 && x.Done > q.cut {
			x.Status, x.Done, x.Err = 0, q.cut, &Error{KindUnfinished, errUnfinished}
		}
		ended = append(ended, x)
	}
	inOrder := slices.Clone(ended)
	slices.SortStableFunc(ended, func(a, b Exchange) int { return int(a.Done - b.Done) })
	for i := range ended {
		for ; len(inOrder) > 0 && inOrder[0].Intended <= ended[i].Done; inOrder = inOrder[1:] {
			m.due(inOrder[0].Intended)
		}
		if KindOf(ended[i].Err) == KindUnfinished {
			m.endAt(q.cut)
		}
		m.sent(ended[i].Sent)
		m.done(&ended[i])
	}
	if q.cut > 0 {
		m.endAt(q.cut)
	}
	r := m.result(q.cut > 0)
	r.Doubts = judge(r, q.timeout)
	return r
}

// sharing is a service that works on all requests at a time.
type sharing struct {
	work     float64 // of a request, in seconds
	schedule queue
	ends     map[time.Duration]time.Duration // by the time of the request
}

// done is when the request that came at a time is answered. The first call simulates
// all: each gets 1/n of the service, and they end in the order in which they came.
func (s *sharing) done(at time.Duration) time.Duration {
	if s.ends != nil {
		return s.ends[at]
	}
	s.ends = map[time.Duration]time.Duration{}
	schedule, _ := NewSchedule(s.schedule.arrivals, s.schedule.rate, s.schedule.seed) // as in run
	type active struct {
		came time.Duration
		goal float64 // of what each has got since the start
	}
	var all []active
	now, got := 0.0, 0.0
	next := schedule.Next()
	for next < s.schedule.warmup+s.schedule.window || len(all) > 0 {
		due := 1e12
		if next < s.schedule.warmup+s.schedule.window {
			due = next.Seconds()
		}
		if len(all) > 0 {
			if end := now + (all[0].goal-got)*float64(len(all)); end <= due {
				now, got = end, all[0].goal
				s.ends[all[0].came] = time.Duration(end * 1e9)
				all = all[1:]
				continue
			}
			got += (due - now) / float64(len(all))
		}
		now = due
		all = append(all, active{next, got + s.work})
		next = schedule.Next()
	}
	return s.ends[at]
}

func (q queue) doubt(t *testing.T, code DoubtCode) *Doubt {
	t.Helper()
	r := q.run(t)
	for i := range r.Doubts {
		if r.Doubts[i].Code == code {
			return &r.Doubts[i]
		}
	}
	return nil
}

// TestOverloadIsNamed plants loads above the capacity.
func TestOverloadIsNamed(t *testing.T) {
	t.Parallel()
	for _, factor := range []float64{1.2, 2, 4} {
		for _, rate := range []float64{60, 600, 6000} {
			for _, shape := range []queue{
				{arrivals: Constant},
				{arrivals: Constant, warmup: 2 * time.Second},
				{arrivals: Constant, servers: 8},
				{arrivals: Constant, timeout: time.Second},
				{arrivals: Constant, window: time.Second},
				{arrivals: Constant, stalls: [][2]time.Duration{{4 * time.Second, 200 * time.Millisecond}}},
				{arrivals: Poisson, uneven: true, warmup: 2 * time.Second},
				{arrivals: Constant, shares: true},
				{arrivals: Constant, shares: true, warmup: 2 * time.Second},
				{arrivals: Poisson, shares: true, timeout: time.Minute},
				{arrivals: Constant, shares: true, timeout: 2 * time.Second},
			} {
				if shape.uneven && factor < 2 && rate < 600 {
					continue // chance alone makes as long queues
				}
				if shape.window == time.Second && rate < 600 && factor < 2 {
					continue // ten requests more or less
				}
				setDefault(&shape.servers, 1)
				q := shape
				q.rate, q.seed = rate, uint64(rate)
				q.work = time.Duration(factor / rate * float64(q.servers) * float64(time.Second))
				name := fmt.Sprintf("%v times, %v/s, %+v", factor, rate, shape)
				d := q.doubt(t, Overloaded)
				if d == nil {
					t.Errorf("%s: no word of it", name)
					continue
				}
				inVain := q.timeout > 0 || q.shares // much work is done for answers that come too late
				if !inVain && d.AnsweredRate < 0.9*rate/factor || d.AnsweredRate > 1.1*rate/factor ||
					d.Backlog <= d.BacklogStart || d.DueRate < 0.8*rate || d.DueRate > 1.2*rate {
					t.Errorf("%s: got %+v", name, *d)
				}
			}
		}
	}
}

// notOverloaded are loads that the service could take, with whatever else makes
// requests wait.
func notOverloaded() map[string]queue {
	stall := func(at, length time.Duration) [2]time.Duration { return [2]time.Duration{at, length} }
	return map[string]queue{
		"idle":                        {arrivals: Constant, work: time.Millisecond},
		"busy":                        {arrivals: Constant, work: 9 * time.Millisecond},
		"sharing, nearly full":        {arrivals: Poisson, shares: true, work: 9 * time.Millisecond},
		"bursts":                      {arrivals: Poisson, uneven: true, work: 8 * time.Millisecond},
		"bursts on a fast service":    {arrivals: Poisson, rate: 2000, uneven: true, work: 400 * time.Microsecond},
		"bursts, nearly full":         {arrivals: Poisson, uneven: true, work: 9500 * time.Microsecond},
		"few requests, nearly full":   {arrivals: Poisson, rate: 20, uneven: true, work: 47 * time.Millisecond},
		"one stall":                   {arrivals: Constant, work: 5 * time.Millisecond, stalls: [][2]time.Duration{stall(3*time.Second, 2*time.Second)}},
		"a stall at the start":        {arrivals: Constant, work: 5 * time.Millisecond, stalls: [][2]time.Duration{stall(0, 3*time.Second)}},
		"a stall at the end":          {arrivals: Constant, work: 5 * time.Millisecond, stalls: [][2]time.Duration{stall(9*time.Second, 2*time.Second)}},
		"a stall to the end":          {arrivals: Constant, work: time.Millisecond, stalls: [][2]time.Duration{stall(4*time.Second, 9*time.Second)}},
		"a stall every two seconds":   {arrivals: Constant, work: time.Millisecond, stalls: [][2]time.Duration{stall(1*time.Second, time.Second/5), stall(3*time.Second, time.Second/5), stall(5*time.Second, time.Second/5), stall(7*time.Second, time.Second/5), stall(9*time.Second, time.Second/5)}},
		"slow, but as many as come":   {arrivals: Constant, work: time.Millisecond, lastsAll: 3 * time.Second},
		"slower than the window":      {arrivals: Constant, work: time.Millisecond, lastsAll: 8 * time.Second},
		"each tenth request is lost":  {arrivals: Constant, work: time.Millisecond, loses: 10, timeout: time.Second},
		"the generator falls behind":  {arrivals: Constant, work: time.Millisecond, late: func(at time.Duration) time.Duration { return at / 2 }},
		"it hangs":                    {arrivals: Constant, work: time.Millisecond, timeout: time.Second, stalls: [][2]time.Duration{stall(time.Second, time.Hour)}},
		"it dies":                     {arrivals: Constant, work: time.Millisecond, dies: 4 * time.Second},
		"a short window, nearly full": {arrivals: Poisson, rate: 1000, uneven: true, work: 900 * time.Microsecond, window: time.Second},
	}
}

// TestNoOverload plants whatever else makes requests wait.
func TestNoOverload(t *testing.T) {
	t.Parallel()
	for name, shape := range notOverloaded() {
		setDefault(&shape.rate, 100)
		alarms := 0
		for seed := range uint64(50) {
			shape.seed = seed
			if shape.doubt(t, Overloaded) != nil {
				alarms++
			}
		}
		if alarms > 0 {
			t.Errorf("%s: called overloaded in %d of 50 runs", name, alarms)
		}
	}
}

// TestOverloadCutOff: a run that is cancelled leaves requests behind that never
// ended, and they are what shows that it was too much.
func TestOverloadCutOff(t *testing.T) {
	t.Parallel()
	for _, factor := range []float64{1.5, 4, 6} {
		for _, shape := range []queue{
			{arrivals: Constant, rate: 200},
			{arrivals: Constant, rate: 300, cut: 4 * time.Second, warmup: time.Second},
			{arrivals: Constant, rate: 200, servers: 8},
			{arrivals: Constant, rate: 1000, cut: 2 * time.Second},
			{arrivals: Poisson, rate: 600, uneven: true, warmup: time.Second},
			{arrivals: Constant, rate: 300, shares: true},
			{arrivals: Constant, rate: 300, timeout: time.Second},
		} {
			q := shape
			setDefault(&q.servers, 1)
			setDefault(&q.cut, 6500*time.Millisecond)
			q.window = 30 * time.Second
			q.work = time.Duration(factor / q.rate * float64(q.servers) * float64(time.Second))
			r := q.run(t)
			var over *Doubt
			for i, d := range r.Doubts {
				switch d.Code {
				case Overloaded:
					over = &r.Doubts[i]
				case RateNotReached:
					if d.Unanswered == 0 {
						t.Errorf("%v times, %+v: got %+v", factor, q, d)
					}
				}
			}
			left := r.Timeline.Slices[len(r.Timeline.Slices)-1].Backlog
			if want := r.Counts.Errors[KindUnfinished]; left < want || q.warmup == 0 && left != want {
				t.Errorf("%v times, %+v: a backlog of %d at the end, of %d cut off", factor, q, left, want)
			}
			if over == nil || over.Backlog != left {
				t.Errorf("%v times, %+v: got %+v with a backlog of %d", factor, q, r.Doubts, left)
			}
		}
	}
}

// TestNoOverloadCutOff cancels the loads that a service could take.
func TestNoOverloadCutOff(t *testing.T) {
	t.Parallel()
	shapes := notOverloaded()
	shapes["slow, and a warm-up"] = queue{arrivals: Constant, work: time.Millisecond, lastsAll: 3 * time.Second, warmup: time.Second}
	shapes["it stands still"] = queue{arrivals: Constant, work: time.Millisecond, stalls: [][2]time.Duration{{1500 * time.Millisecond, time.Hour}}}
	for name, shape := range shapes {
		setDefault(&shape.rate, 100)
		for seed := range uint64(20) {
			shape.seed = seed
			for _, cut := range []time.Duration{700 * time.Millisecond, 3400 * time.Millisecond, 4500 * time.Millisecond, 8500 * time.Millisecond} {
				if shape.cut = cut; cut < shape.warmup {
					continue
				}
				if d := shape.doubt(t, Overloaded); d != nil {
					t.Errorf("%s, seed %d, cut off at %v: got %+v", name, seed, cut, *d)
				}
			}
		}
	}
}

// TestEnd: a service that died is one that stopped answering; one that stood still
// and came back is not, nor is one that never answered.
func TestEnd(t *testing.T) {
	t.Parallel()
	const rate = 100
	for name, row := range map[string]struct {
		q  queue
		at time.Duration // 0: silence
	}{
		"healthy":           {queue{work: time.Millisecond}, 0},
		"dies":              {queue{work: time.Millisecond, dies: 4 * time.Second}, 4 * time.Second},
		"dies in a warm-up": {queue{work: time.Millisecond, dies: time.Second, warmup: 2 * time.Second}, 0},
		"dies late":         {queue{work: time.Millisecond, dies: 9990 * time.Millisecond}, 0},
		"hangs":             {queue{work: time.Millisecond, stalls: [][2]time.Duration{{6 * time.Second, time.Hour}}, timeout: time.Second}, 6 * time.Second},
		"hangs soon":        {queue{work: time.Millisecond, stalls: [][2]time.Duration{{2 * time.Second, time.Hour}}, timeout: time.Second}, 2 * time.Second},
		"stalls at the end": {queue{work: time.Millisecond, stalls: [][2]time.Duration{{8 * time.Second, 3 * time.Second}}}, 0},
		"serves in vain":    {queue{work: 40 * time.Millisecond, timeout: time.Second}, 0},
	} {
		row.q.arrivals, row.q.rate = Constant, rate
		d := row.q.doubt(t, StoppedAnswering)
		switch {
		case d == nil && row.at == 0:
		case d == nil || row.at == 0:
			t.Errorf("%s: got %+v", name, d)
		case d.At < row.at || d.At > row.at+200*time.Millisecond || d.Unanswered < int64((9*time.Second-row.at).Seconds()*rate):
			t.Errorf("%s: got %+v", name, *d)
		}
	}
}

// TestGeneratorIsNamedWhenItIsTheOne: it could not send, so the backlog is its own.
func TestGeneratorIsNamedWhenItIsTheOne(t *testing.T) {
	t.Parallel()
	q := queue{arrivals: Constant, rate: 100, work: time.Millisecond, late: func(at time.Duration) time.Duration { return at / 2 }}
	if q.doubt(t, GeneratorLimit) == nil || q.doubt(t, Overloaded) != nil {
		t.Errorf("got %+v", q.run(t).Doubts)
	}
}

// TestOverloadForWantOfConnections: a service that needs half a second for each of
// any number of requests answers 8/s over 4 connections, which is not its limit.
// By default it gets as many connections as it takes.
func TestOverloadForWantOfConnections(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { time.Sleep(500 * time.Millisecond) }))
	t.Cleanup(server.Close)
	for connections, want := range map[int]int{4: 4, 0: 0} {
		r, err := Run(t.Context(), Plan{URL: server.URL, Rate: 60, Connections: connections, Duration: 3 * time.Second, Warmup: time.Second, Timeout: 10 * time.Second})
		if err != nil {
			t.Fatal(err)
		}
		var over *Doubt
		for i := range r.Doubts {
			if r.Doubts[i].Code == Overloaded {
				over = &r.Doubts[i]
			}
		}
		switch {
		case want > 0 && (over == nil || over.Cap != want || !r.Connections.Bound):
			t.Errorf("%d connections: got %+v, %+v", connections, r.Doubts, r.Connections)
		case want == 0 && over != nil && over.Cap != 0:
			t.Errorf("the default: got %+v, %+v", *over, r.Connections)
		}
	}
}
