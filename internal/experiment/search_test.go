package experiment

import (
	"errors"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/loadgen"
)

// simulated is a search on a service that holds every rate up to capacity, on
// a machine that spoils a share of the probes. A probe takes its window.
func simulated(capacity, spoilt float64, seed uint64) (*search, *time.Duration) {
	random := rand.New(rand.NewPCG(seed, 1))
	clock := new(time.Duration)
	s := &search{options: CapacityOptions{}.withDefaults(), elapsed: func() time.Duration { return *clock }}
	s.try = func(rate float64, window time.Duration) (runfolder.Probe, error) {
		p := runfolder.Probe{Rate: rate, Held: rate <= capacity && random.Float64() >= spoilt, Window: window}
		if !p.Held {
			p.Why = &runfolder.Miss{Code: runfolder.MissP95}
			window /= 4 // given up
		}
		*clock += window + probeWarmup
		return p, nil
	}
	return s, clock
}

func TestSearchFindsTheCapacity(t *testing.T) {
	for _, capacity := range []float64{20.5, 137, 5000, 61_234, 199_999} {
		for _, guess := range []float64{0.1, 0.6, 1, 4} { // of the truth
			s, clock := simulated(capacity, 0, 1)
			found, err := s.run(capacity * guess)
			width := 1.051
			if guess < 0.5 {
				width = 1.2 // the way there has cost some of the time
			}
			if err != nil || found.Rate > capacity || found.Ceiling <= capacity || found.Ceiling > width*found.Rate {
				t.Errorf("capacity %v, guess ×%v: got [%v, %v], %v, want the truth in it, and it to be at most ×%v wide", capacity, guess, found.Rate, found.Ceiling, err, width)
			}
			if found.Limit == nil || found.Limit.Code != runfolder.MissP95 {
				t.Errorf("got the limit %+v", found.Limit)
			}
			if *clock > 35*time.Second || guess <= 1 && guess >= 0.6 && *clock > 22*time.Second {
				t.Errorf("capacity %v, guess ×%v: it took %v in %d probes", capacity, guess, *clock, len(found.Probes))
			}
		}
	}
}

// A tenth of the probes spoilt by the machine: two in a row, one time in a
// hundred, may mislead a search, but not the typical one.
func TestSearchOutlivesSpoiltProbes(t *testing.T) {
	const searches, capacity = 200, 5000.0
	near := 0
	for seed := range uint64(searches) {
		s, clock := simulated(capacity, 0.1, seed)
		found, err := s.run(0.6 * capacity)
		if err != nil || found.Rate > capacity {
			t.Fatalf("seed %d: got %v, %v, which is more than the truth", seed, found.Rate, err)
		}
		if found.Rate > 0.9*capacity {
			near++
		}
		if *clock > time.Minute {
			t.Errorf("seed %d: it took %v", seed, *clock)
		}
	}
	if near < searches*8/10 {
		t.Errorf("%d of %d searches came within 10 %%, want most", near, searches)
	}
}

func TestSearchAtItsBounds(t *testing.T) {
	s, _ := simulated(5, 0, 1)
	if found, err := s.run(100); err != nil || found.Rate != 0 || found.Ceiling != 20 {
		t.Errorf("below the lowest rate: got [%v, %v], %v, want none and 20", found.Rate, found.Ceiling, err)
	}
	s, _ = simulated(1e9, 0, 1)
	if found, err := s.run(100); err != nil || found.Rate != 200_000 || found.Ceiling != 0 || found.Limit != nil {
		t.Errorf("above the highest rate: got [%v, %v] %+v, %v, want 200000 and no ceiling", found.Rate, found.Ceiling, found.Limit, err)
	}
	s, _ = simulated(1000, 0, 1)
	s.options.Budget = time.Nanosecond
	if found, err := s.run(900); err != nil || found.Rate == 0 || found.Rate > 1000 || found.Ceiling <= 1000 || len(found.Probes) > 5 {
		t.Errorf("without time: got [%v, %v] by %d probes, %v, want a wide bracket by few", found.Rate, found.Ceiling, len(found.Probes), err)
	}
	s, _ = simulated(1000, 0, 1)
	lost := errors.New("it ended")
	s.try = func(float64, time.Duration) (runfolder.Probe, error) { return runfolder.Probe{}, lost }
	if _, err := s.run(900); !errors.Is(err, lost) {
		t.Errorf("got %v, want the error of the probe", err)
	}
}

// A service that breaks down for good while it is searched must not cost
// minutes.
func TestSearchOfAServiceThatBreaksDown(t *testing.T) {
	s, clock := simulated(5000, 0, 1)
	healthy := s.try
	s.try = func(rate float64, window time.Duration) (runfolder.Probe, error) {
		if *clock > 6*time.Second {
			rate += 5000
		}
		return healthy(rate, window)
	}
	found, err := s.run(3000)
	if err != nil || found.Rate != 0 || *clock > 45*time.Second {
		t.Errorf("got [%v, %v] in %v, %v, want nothing found within 45 s", found.Rate, found.Ceiling, *clock, err)
	}
}

func TestJudgeProbe(t *testing.T) {
	histogram := func(d time.Duration) *loadgen.Histogram {
		h := &loadgen.Histogram{}
		h.RecordN(d, 1000)
		return h
	}
	result := func(response, service, lateness time.Duration) *loadgen.Result {
		return &loadgen.Result{
			Response: histogram(response), Service: histogram(service), Lateness: histogram(lateness),
			Counts: loadgen.Counts{Intended: 1000, Answered: 1000, Statuses: map[int]int64{200: 1000}, Errors: map[loadgen.ErrorKind]int64{}},
		}
	}
	const ms = time.Millisecond
	failing := result(ms, ms, 0)
	failing.Counts.Statuses = map[int]int64{200: 999, 503: 1}
	cut := result(ms, ms, 0)
	cut.Partial = true
	cut.Counts.Errors[loadgen.KindUnfinished] = 70
	busy := result(20*ms, 20*ms, 0)
	busy.CPU.Sender = 0.95
	silent := &loadgen.Result{Response: &loadgen.Histogram{}, Service: &loadgen.Histogram{}, Lateness: &loadgen.Histogram{}}
	for _, row := range []struct {
		name      string
		result    *loadgen.Result
		why       *runfolder.Miss // nil: it held
		generator bool
	}{
		{"within", result(9*ms, 9*ms, 0), nil, false},
		{"too slow", result(11*ms, 11*ms, 0), &runfolder.Miss{Code: runfolder.MissP95, P95: 11 * ms, SLO: 10 * ms}, false},
		{"one bad answer", failing, &runfolder.Miss{Code: runfolder.MissErrors, Errors: 1, Requests: 1000}, false},
		{"given up", cut, &runfolder.Miss{Code: runfolder.MissTooMany, SLO: 10 * ms}, false},
		{"the generator was late", result(20*ms, 2*ms, 18*ms), &runfolder.Miss{Code: runfolder.MissP95, P95: 20 * ms, SLO: 10 * ms}, true},
		{"the generator was busy", busy, &runfolder.Miss{Code: runfolder.MissP95, P95: 20 * ms, SLO: 10 * ms}, true},
		{"late, but quick enough", result(9*ms, ms, 8*ms), nil, false},
		{"late, and a slow answer", result(30*ms, 20*ms, 10*ms), &runfolder.Miss{Code: runfolder.MissP95, P95: 30 * ms, SLO: 10 * ms}, false},
		{"silence", silent, &runfolder.Miss{Code: runfolder.MissUnanswered}, false},
	} {
		p := judgeProbe(row.result, 500, CapacityOptions{}.withDefaults())
		if p.Why != nil && p.Why.Code == runfolder.MissP95 {
			p.Why.P95 = p.Why.P95.Round(ms) // of a histogram
		}
		if p.Held != (row.why == nil) || p.GeneratorBound != row.generator || !reflect.DeepEqual(p.Why, row.why) {
			t.Errorf("%s: got %+v, %+v", row.name, p, p.Why)
		}
	}
}

func TestProbeIsGivenUpOnlyWhenItIsLost(t *testing.T) {
	plan := loadgen.Plan{Rate: 1000, Warmup: 300 * time.Millisecond, Duration: time.Second}
	o := CapacityOptions{}.withDefaults() // SLO 10 ms: up to 10 requests may be under way
	for _, row := range []struct {
		name                string
		late, failed, early int
		now                 loadgen.Progress
		want                bool
	}{
		{"all is well", 0, 0, 300, loadgen.Progress{InFlight: 5}, false},
		{"5 % late", 50, 0, 300, loadgen.Progress{}, false},
		{"8 % late", 80, 0, 300, loadgen.Progress{}, true},
		{"many under way for too long", 0, 0, 300, loadgen.Progress{InFlight: 100}, true},
		{"as many, but still of the first", 0, 0, 210, loadgen.Progress{InFlight: 100}, false},
		{"as many, but in the warm-up", 0, 0, 0, loadgen.Progress{InFlight: 1000, Warmup: true}, false},
		{"a failure", 0, 1, 300, loadgen.Progress{}, true},
	} {
		w := newProbeWatcher(plan, o)
		for range row.early {
			w.record(&loadgen.Exchange{Warmup: true, Status: 200})
		}
		for range row.late {
			w.record(&loadgen.Exchange{Status: 200, Done: 11 * time.Millisecond})
		}
		for range row.failed {
			w.record(&loadgen.Exchange{Status: 500})
		}
		w.record(&loadgen.Exchange{Status: 200, Done: time.Millisecond})
		if got := w.lost(row.now); got != row.want {
			t.Errorf("%s: got %v", row.name, got)
		}
	}
}

func TestTwoDigits(t *testing.T) {
	for _, row := range []struct{ v, want float64 }{{5638, 5600}, {99.9, 99}, {12, 12}, {123_456, 120_000}, {10, 10}, {7.77, 7.7}} {
		if got := twoDigits(row.v); got < row.want*0.9999 || got > row.want*1.0001 {
			t.Errorf("%v: got %v, want %v", row.v, got, row.want)
		}
	}
}
