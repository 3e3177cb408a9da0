package stall_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/analyze/stall"
)

// plan is a load of even arrivals for 10 s, on a service that takes work for each
// request and serves any number at once.
type plan struct {
	rate   int
	work   func() time.Duration
	stalls []stall.Stall
	late   bool // it is the generator that stands still
	warm   bool // there were answers before the window
}

// timeline is what is seen of it. Who meets a stall is answered at its end.
func (p plan) timeline() []stall.Slice {
	const width, count = 100 * time.Millisecond, 100
	slices := make([]stall.Slice, count)
	ended := make([][]time.Duration, count+1)
	at := func(t time.Duration) int { return min(int(t/width), count) }
	for i := range 10 * p.rate {
		due := time.Duration(i) * time.Second / time.Duration(p.rate)
		done := due + p.work()
		s := &slices[at(due)]
		s.Due++
		for _, stall := range p.stalls {
			if done > stall.At && due < stall.At+stall.Length {
				done = stall.At + stall.Length + time.Duration(i%7)*time.Microsecond
				if p.late {
					s.Late = max(s.Late, done-due)
				}
			}
		}
		s.Max = max(s.Max, done-due)
		s.P50 = (s.P50*time.Duration(s.Due-1) + done - due) / time.Duration(s.Due) // nearly
		ended[at(done)] = append(ended[at(done)], done)
	}
	var backlog int64
	last := time.Duration(0)
	if p.warm {
		last = -time.Second
	}
	for i := range slices {
		s := &slices[i]
		s.At, s.Width, s.Answered = time.Duration(i)*width, width, int64(len(ended[i]))
		backlog += s.Due - s.Answered
		s.Backlog = backlog
		for _, done := range ended[i] {
			if still := done - last; still > s.Still {
				s.Still, s.StillFrom = still, last
			}
			last = max(last, done)
		}
	}
	if s, end := &slices[count-1], count*width; backlog > 0 && end-last > s.Still {
		s.Still, s.StillFrom = end-last, last
	}
	return slices
}

func even(d time.Duration) func() time.Duration { return func() time.Duration { return d } }

// busy is a service on a machine that others use: most answers are quick, some wait
// for a processor.
func busy(seed uint64) func() time.Duration {
	random := rand.New(rand.NewPCG(seed, 1))
	return func() time.Duration {
		d := time.Duration(random.ExpFloat64() * float64(2*time.Millisecond))
		if random.IntN(20) == 0 {
			d += time.Duration(random.IntN(40)) * time.Millisecond
		}
		return d
	}
}

func every(period, length time.Duration) (stalls []stall.Stall) {
	for at := 700 * time.Millisecond; at < 10*time.Second; at += period {
		stalls = append(stalls, stall.Stall{At: at, Length: length})
	}
	return stalls
}

// TestStallsAreFound plants them.
func TestStallsAreFound(t *testing.T) {
	t.Parallel()
	const ms = time.Millisecond
	for name, row := range map[string]struct {
		p      plan
		count  int
		period time.Duration
	}{
		"every two seconds":              {plan{rate: 200, work: even(ms), stalls: every(2*time.Second, 200*ms)}, 5, 2 * time.Second},
		"every two seconds, busy":        {plan{rate: 200, work: busy(1), stalls: every(2*time.Second, 200*ms)}, 5, 2 * time.Second},
		"every half second, short":       {plan{rate: 1000, work: even(ms), stalls: every(500*ms, 60*ms)}, 19, 500 * ms},
		"once":                           {plan{rate: 200, work: even(ms), stalls: []stall.Stall{{At: 4 * time.Second, Length: 400 * ms}}}, 1, 0},
		"three times, without any order": {plan{rate: 200, work: even(ms), stalls: []stall.Stall{{At: time.Second, Length: 250 * ms}, {At: 2 * time.Second, Length: 250 * ms}, {At: 8 * time.Second, Length: 250 * ms}}}, 3, 0},
	} {
		f := stall.Find(row.p.timeline())
		if f == nil || len(f.Stalls) != row.count || !f.Matters() {
			t.Errorf("%s: got %+v, want %d stalls that matter", name, f, row.count)
			continue
		}
		if off := f.Period - row.period; off < -50*ms || off > 50*ms {
			t.Errorf("%s: the period is %v, want %v", name, f.Period, row.period)
		}
		for i, s := range f.Stalls {
			want := row.p.stalls[i]
			if s.At < want.At-50*ms || s.At > want.At+ms || s.Length < want.Length || s.Length > want.Length+50*ms {
				t.Errorf("%s: got %+v, want %+v", name, s, want)
			}
		}
		longest := row.p.stalls[0].Length
		if f.Outside > 10*ms || f.Inside < longest*9/10 || f.Inside > longest+50*ms {
			t.Errorf("%s: %v outside and up to %v inside", name, f.Outside, f.Inside)
		}
	}
}

// TestNoStall: slow, busy and rarely used services are not ones that stand still,
// and neither is one to which we sent nothing.
func TestNoStall(t *testing.T) {
	t.Parallel()
	const ms = time.Millisecond
	for name, p := range map[string]plan{
		"healthy":                 {rate: 1000, work: even(ms)},
		"healthy after a warm-up": {rate: 200, work: even(ms), warm: true},
		"slower than the window":  {rate: 200, work: even(12 * time.Second)},
		"slow":                    {rate: 200, work: even(700 * ms)},
		"busy":                    {rate: 200, work: busy(1)},
		"busy and more load":      {rate: 3000, work: busy(2)},
		"few requests":            {rate: 3, work: even(80 * ms)},
		"few requests and a wait": {rate: 3, work: even(ms), stalls: []stall.Stall{{At: 4 * time.Second, Length: time.Second}}},
		"the generator":           {rate: 200, work: even(ms), stalls: every(2*time.Second, 200*ms), late: true},
		"no requests":             {},
	} {
		if f := stall.Find(p.timeline()); f != nil {
			t.Errorf("%s: got %+v", name, f)
		}
	}
	if f := stall.Find(nil); f != nil {
		t.Errorf("of nothing: got %+v", f)
	}
}

// TestStallsAtAnEdge plants some that cross an edge of the window, whose end, or
// whose start, nobody saw.
func TestStallsAtAnEdge(t *testing.T) {
	t.Parallel()
	const ms = time.Millisecond
	one := func(at, length time.Duration) []stall.Stall { return []stall.Stall{{At: at, Length: length}} }
	for name, row := range map[string]struct {
		p    plan
		want stall.Stall
	}{
		"to the end":                     {plan{rate: 100, work: even(ms), stalls: one(6*time.Second, 9*time.Second)}, stall.Stall{At: 6 * time.Second, Length: 4 * time.Second, ToEnd: true}},
		"to the end, busy":               {plan{rate: 200, work: busy(3), stalls: one(9*time.Second, 2*time.Second)}, stall.Stall{At: 9 * time.Second, Length: time.Second, ToEnd: true}},
		"from the start":                 {plan{rate: 100, work: even(ms), stalls: one(0, 3*time.Second), warm: true}, stall.Stall{Length: 3 * time.Second, FromStart: true}},
		"from the start of all requests": {plan{rate: 100, work: even(ms), stalls: one(0, 3*time.Second)}, stall.Stall{Length: 3 * time.Second, FromStart: true}},
	} {
		f := stall.Find(row.p.timeline())
		if f == nil || len(f.Stalls) != 1 || !f.Matters() {
			t.Errorf("%s: got %+v, want a stall that matters", name, f)
			continue
		}
		got := f.Stalls[0]
		if got.FromStart != row.want.FromStart || got.ToEnd != row.want.ToEnd || (got.At-row.want.At).Abs() > 50*ms || (got.Length-row.want.Length).Abs() > 50*ms || f.Total > 1 {
			t.Errorf("%s: got %+v, want %+v", name, got, row.want)
		}
	}
}

// TestSmallStallsDoNotMatter: one of 100 ms in 10 s is in the data, and no news.
func TestSmallStallsDoNotMatter(t *testing.T) {
	t.Parallel()
	p := plan{rate: 200, work: even(time.Millisecond), stalls: []stall.Stall{{At: 4 * time.Second, Length: 90 * time.Millisecond}}}
	if f := stall.Find(p.timeline()); f == nil || f.Matters() {
		t.Errorf("got %+v, want one that does not matter", f)
	}
}
