package runreport

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/analyze/stall"
	"github.com/lotteryctl/lotteryctl/internal/experiment"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/loadgen"
)

// reportOf is about runs of one arm.
func reportOf(rounds ...runfolder.Round) Report {
	r := Report{Run: runfolder.Manifest{Arms: []runfolder.ArmManifest{{Name: "a", FreshProcess: true}}}}
	for i, round := range rounds {
		round.Round, round.Arm = i+1, "a"
		r.Rounds = append(r.Rounds, round)
	}
	return r
}

func healthyRound(requests int64) runfolder.Round {
	return runfolder.Round{Load: runfolder.Load{Requests: requests, Sent: requests, Answered: requests}}
}

// unsteady is a run with these medians in its halves.
func unsteady(first, second time.Duration) runfolder.Round {
	r := healthyRound(20_000)
	r.Halves = &runfolder.Halves{First: first, Second: second}
	r.Doubts = []loadgen.Doubt{{Code: experiment.Unsteady}}
	return r
}

// TestUnsentNote: what waited in vain for a connection was not refused by the service.
func TestUnsentNote(t *testing.T) {
	t.Parallel()
	if got := unsentNote(0); got != "" {
		t.Errorf("got %q", got)
	}
	round := healthyRound(100)
	if got := strings.Join(reportOf(round).notes(), "\n"); strings.Contains(got, "never sent") {
		t.Errorf("healthy: got %q", got)
	}
	round.Load.Sent, round.Load.NotSent, round.Load.Answered, round.Load.Errors = 60, 40, 60, 40
	round.Load.Failures = map[string]int64{"timeout": 40}
	if got := strings.Join(reportOf(round).notes(), "\n"); !strings.Contains(got, "40 requests were never sent, because no connection was free in time") {
		t.Errorf("got %q", got)
	}
	round.Load.Failures = map[string]int64{"refused": 40} // nothing waited
	if got := strings.Join(reportOf(round).notes(), "\n"); strings.Contains(got, "never sent, because no connection was free in time") {
		t.Errorf("got %q", got)
	}
}

// TestAnswersOfTheWarmUp: a run that was interrupted before any answer to a request
// of its window says whose the answers are.
func TestAnswersOfTheWarmUp(t *testing.T) {
	t.Parallel()
	const want = "498 not answered yet (the answers are those of the warm-up)"
	round := runfolder.Round{Load: runfolder.Load{Requests: 498, Errors: 498, AnsweredRate: 25.7, Failures: map[string]int64{"unfinished": 498}}}
	for answered, warmup := range map[int64]bool{0: true, 2: false} {
		round.Load.Requests = 498 + answered
		var b strings.Builder
		writeCard(&b, &round, clock{}, "")
		if got := strings.Contains(b.String(), want); got != warmup {
			t.Errorf("%d of the window answered: the card says %v, want %v\n%s", answered, got, warmup, b.String())
		}
	}
}

// TestLateNote: a service that keeps up answers within the window, or says why not.
func TestLateNote(t *testing.T) {
	t.Parallel()
	slow := healthyRound(150)
	slow.Load.WindowNS, slow.Load.AskedRate, slow.Load.AnsweredRate = 3*time.Second, 50, 26.67
	slow.Load.Response = &runfolder.Quantiles{P50: 2 * time.Second}
	quick, closed, over, lost := slow, slow, slow, slow
	quick.Load.AnsweredRate = 49.9
	closed.Load.AskedRate = 0
	over.Doubts = []loadgen.Doubt{{Code: loadgen.Overloaded}}
	lost.Load.Answered = 100
	const want = "all 150 requests were answered, but an answer takes 2,000.0 ms (p50), so that many came after the window of 3s; the 26.7/s answered are those within it: use a longer --duration"
	if got := reportOf(slow).lateNote(); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	for name, round := range map[string]runfolder.Round{"quick": quick, "closed": closed, "overload": over, "lost": lost, "healthy": healthyRound(1000)} {
		if got := reportOf(round).lateNote(); got != "" {
			t.Errorf("%s: got %q, want silence", name, got)
		}
	}
}

// TestCareNote: one line, and only for what matters.
func TestCareNote(t *testing.T) {
	t.Parallel()
	const ms = time.Millisecond
	refused := runfolder.Round{Load: runfolder.Load{Requests: 500, Errors: 500, Failures: map[string]int64{"refused": 500}}}
	for _, row := range []struct {
		name   string
		rounds []runfolder.Round
		want   string
	}{
		{"healthy", []runfolder.Round{healthyRound(1000), healthyRound(2000)}, ""},
		{"few requests", []runfolder.Round{healthyRound(999), healthyRound(2000)}, "rough figures: p99 is based on 999 requests per run"},
		{"one of three is unsteady", []runfolder.Round{unsteady(5*ms, ms), healthyRound(2000), healthyRound(2000)}, ""},
		{"two directions", []runfolder.Round{unsteady(5*ms, ms), unsteady(ms, 5*ms), healthyRound(2000)}, ""},
		{"a little", []runfolder.Round{unsteady(13*ms, 10*ms)}, ""},
		{"of little", []runfolder.Round{unsteady(400*time.Microsecond, 100*time.Microsecond)}, ""},
		{"all unsteady", []runfolder.Round{unsteady(5*ms, ms), unsteady(4*ms, ms)},
			"rough figures: the halves of the window disagree in 2 of 2 runs (run 1: the median was 5ms in the first half of the window and 1ms in the second; a longer warm-up may help)"},
		{"every request failed", []runfolder.Round{refused}, ""},
	} {
		if got := reportOf(row.rounds...).careNote(); got != row.want {
			t.Errorf("%s: got %q, want %q", row.name, got, row.want)
		}
	}
}

// TestDoubtNotes: what has a headline or follows from one is not said again, and who
// is to blame is named with the machine's figures.
func TestDoubtNotes(t *testing.T) {
	t.Parallel()
	with := func(codes ...loadgen.DoubtCode) runfolder.Round {
		r := healthyRound(2000)
		for _, code := range codes {
			r.Doubts = append(r.Doubts, loadgen.Doubt{Code: code, LatenessP99: 5 * time.Millisecond, ResponseP99: 6 * time.Millisecond, SentRate: 1, DueRate: 2, AskedRate: 2})
		}
		foreign, waited := 9*time.Second, 3*time.Second
		r.Noise = runfolder.Noise{Over: 10 * time.Second, ForeignCPU: &foreign, ClientRunQueue: &waited, Cores: 2}
		return r
	}
	failed := with(loadgen.GeneratorLimit, loadgen.RateNotReached)
	failed.Load.Errors = failed.Load.Requests
	for _, row := range []struct {
		name  string
		round runfolder.Round
		want  []string
	}{
		{"healthy", with(), nil},
		{"overload", with(loadgen.Overloaded, loadgen.RateNotReached, loadgen.CapQueued), nil},
		{"died", with(loadgen.StoppedAnswering, loadgen.RateNotReached), nil},
		{"every request failed", failed, nil},
		{"the generator", with(loadgen.GeneratorLimit), []string{"the load generator was the limit in 1 of 1 runs (run 1: its p99 lateness was 5ms, compared with a response p99 of 6ms)"}},
		{"the machine", with(experiment.MachineBusy), []string{"the machine was busy in 1 of 1 runs (run 1: requests were sent late: p99 lateness was 5ms, compared with a response p99 of 6ms; " +
			"programs other than lotteryctl used 0.90 of 2 cores, threads of lotteryctl waited 30 % of the time for a core)"}},
	} {
		if got := reportOf(row.round).doubtNotes(); strings.Join(got, "\n") != strings.Join(row.want, "\n") {
			t.Errorf("%s: got %q, want %q", row.name, got, row.want)
		}
	}
}

// TestHeadlines: silence on the healthy; overload and failure come first.
func TestHeadlines(t *testing.T) {
	t.Parallel()
	over := healthyRound(1000)
	over.Doubts = []loadgen.Doubt{{Code: loadgen.Overloaded, AnsweredRate: 53.2, AskedRate: 100, DueRate: 100}}
	shed := healthyRound(750)
	shed.Doubts = []loadgen.Doubt{{Code: experiment.Shedding, Unanswered: 592, Intended: 750, AnsweredRate: 31.6}}
	lost := runfolder.Round{Load: runfolder.Load{Requests: 500, Errors: 500, Failures: map[string]int64{"status 404": 500}}}
	// All that was due in the window was cut off: it waited behind the warm-up.
	cut := runfolder.Round{Partial: true, Load: runfolder.Load{Requests: 890, Errors: 890, Failures: map[string]int64{"unfinished": 890}}}
	cutOver, cutLost := cut, cut
	cutOver.Doubts = over.Doubts
	cutLost.Load.Failures = map[string]int64{"unfinished": 490, "timeout": 400}
	repeated := over
	repeated.Repeated = true
	const sentence = "it answered 53.2/s of the 100/s asked: more than it could take; latencies describe a queue that was still growing"
	for _, row := range []struct {
		name   string
		rounds []runfolder.Round
		want   string
	}{
		{"healthy", []runfolder.Round{healthyRound(10)}, ""},
		{"overload", []runfolder.Round{over}, "overload: " + sentence},
		{"one of two", []runfolder.Round{over, healthyRound(10)}, "overload in 1 of 2 runs: " + sentence},
		{"refusals", []runfolder.Round{shed}, "refusals: it refused 592 of 750 requests (status 429 or 503) and answered 31.6/s without error; latencies and cost include the refusals"},
		{"repeated", []runfolder.Round{repeated, healthyRound(10)}, ""},
		{"cut off", []runfolder.Round{cut}, ""},
		{"cut off under overload", []runfolder.Round{cutOver}, "overload: " + sentence},
		{"cut off, the rest failed", []runfolder.Round{cutLost}, "failed: every request failed: 400 timeout, 490 unfinished"},
		{"failed", []runfolder.Round{lost}, "failed: every request failed: 500 status 404; check the path of --url, or set --expect-status 404 if this is the answer to measure"},
	} {
		if got := strings.Join(reportOf(row.rounds...).headlines(), "\n"); got != row.want {
			t.Errorf("%s: got %q, want %q", row.name, got, row.want)
		}
	}
}

// TestClosedLoopHasNoSchedule: its latencies begin at the send, and it cannot be
// late; columns stay apart whatever is in them.
func TestClosedLoopHasNoSchedule(t *testing.T) {
	t.Parallel()
	round := healthyRound(1000)
	slow := 11*time.Minute + 18*time.Second
	round.Load.Response = &runfolder.Quantiles{P50: slow, P95: slow, P99: slow, Max: slow}
	round.Load.Lateness = &runfolder.Quantiles{P99: 3 * time.Millisecond}
	for closed, want := range map[bool][3]string{
		false: {"from the planned send time of each request", " 678,000.0 678,000.0 678,000.0 678,000.0 ", " 3.000\n"},
		true:  {"from the send of each request; a slow service slows this load down", " 678,000.0 678,000.0 678,000.0 678,000.0 ", " -\n"},
	} {
		r := reportOf(round, round)
		if closed {
			r.Run.Arms[0].Arrivals = string(loadgen.Closed)
		}
		var b strings.Builder
		writeTables(&b, r.Rounds, r.clock())
		for _, text := range want {
			if !strings.Contains(b.String(), text) {
				t.Errorf("closed %v: %q is not in\n%s", closed, text, b.String())
			}
		}
	}
}

// TestStallNote: regular ones and single ones.
func TestStallNote(t *testing.T) {
	t.Parallel()
	r := reportOf(healthyRound(2000))
	if got := r.stallNote(); got != "" {
		t.Errorf("of none: got %q", got)
	}
	found := &stall.Finding{Length: 200 * time.Millisecond, Period: 2 * time.Second, Outside: time.Millisecond, Inside: 210 * time.Millisecond}
	for i := range 5 {
		found.Stalls = append(found.Stalls, stall.Stall{At: time.Duration(700+2000*i) * time.Millisecond, Length: found.Length})
	}
	r.Stalls = []Stalls{{Round: 1, Arm: "a", Finding: found}}
	if got, want := r.stallNote(), "answers stood still for 0.2 s every 2.0 s: at 0.7 s, 2.7 s, 4.7 s, 6.7 s, and 1 more; usually 1.000 ms outside, up to 210.0 ms inside"; got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	found.Period, found.Stalls = 0, found.Stalls[:1]
	r.Rounds = append(r.Rounds, healthyRound(1))
	if got, want := r.stallNote(), "stalls in 1 of 2 runs (run 1: answers stood still for 0.2 s: at 0.7 s; usually 1.000 ms outside, up to 210.0 ms inside)"; got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// TestWhenStill: the edges of the window are named.
func TestWhenStill(t *testing.T) {
	t.Parallel()
	const second = time.Second
	end := stall.Stall{At: 6 * second, Length: 2 * second, ToEnd: true}
	start := stall.Stall{Length: 2 * second, FromStart: true}
	for want, stalls := range map[string][]stall.Stall{
		"at 3.0 s":                              {{At: 3 * second, Length: second}},
		"from 6.0 s to the end of the window":   {end},
		"from the start of the window to 2.0 s": {start},
		"the complete window":                   {{Length: 8 * second, FromStart: true, ToEnd: true}},
		"from the start of the window to 2.0 s, at 3.0 s, 5.0 s, from 6.0 s to the end of the window": {
			start, {At: 3 * second, Length: second}, {At: 5 * second, Length: second / 2}, end},
	} {
		if got := whenStill(stalls); got != want {
			t.Errorf("got  %q\nwant %q", got, want)
		}
	}
}

// TestFindStalls: on a busy machine only regular ones are told, and none of a run that
// was overloaded or failed.
func TestFindStalls(t *testing.T) {
	t.Parallel()
	timeline := func(at ...int) (slices []loadgen.Slice) {
		for i := range 100 {
			s := loadgen.Slice{At: time.Duration(i) * 100 * time.Millisecond, Width: 100 * time.Millisecond, Due: 20, Answered: 20,
				P50: time.Millisecond, Max: time.Millisecond, Still: time.Millisecond}
			for _, k := range at {
				if i == k {
					s.Still, s.StillFrom, s.Max = 300*time.Millisecond, s.At-200*time.Millisecond, 300*time.Millisecond
				}
			}
			slices = append(slices, s)
		}
		return slices
	}
	foreign := 9 * time.Second
	quiet, busy := healthyRound(2000), healthyRound(2000)
	busy.Noise = runfolder.Noise{Over: 10 * time.Second, ForeignCPU: &foreign, Cores: 2}
	over, failed := quiet, quiet
	over.Doubts = []loadgen.Doubt{{Code: loadgen.Overloaded}}
	failed.Failure = "it is gone"
	once, often := timeline(40), timeline(20, 40, 60, 80)
	for _, row := range []struct {
		name  string
		round runfolder.Round
		seen  []loadgen.Slice
		want  int
	}{
		{"healthy", quiet, timeline(), 0},
		{"no timeline", quiet, nil, 0},
		{"once", quiet, once, 1},
		{"often", quiet, often, 4},
		{"once, busy", busy, once, 0},
		{"often, busy", busy, often, 4},
		{"overload", over, often, 0},
		{"failed", failed, often, 0},
	} {
		got, err := findStalls([]runfolder.Round{row.round}, func(*runfolder.Round) ([]loadgen.Slice, error) { return row.seen, nil })
		if err != nil {
			t.Errorf("%s: %v", row.name, err)
		}
		if n := len(got); n != min(row.want, 1) || n == 1 && len(got[0].Stalls) != row.want {
			t.Errorf("%s: got %+v, want %d stalls", row.name, got, row.want)
		}
	}
}

// TestTimelineThatCannotBeRead: the others are looked through, and the report says
// that one was not.
func TestTimelineThatCannotBeRead(t *testing.T) {
	t.Parallel()
	r := reportOf(healthyRound(2000), healthyRound(2000))
	if got := r.unreadNote(); got != "" {
		t.Errorf("of none: got %q", got)
	}
	broken, read := errors.New("arms/a/round-1/timeline.jsonl:7: unexpected end"), 0
	r.Stalls, r.unread = findStalls(r.Rounds, func(*runfolder.Round) ([]loadgen.Slice, error) {
		if read++; read == 1 {
			return nil, broken
		}
		return nil, nil
	})
	if want := "stalls could not be looked for in every run: " + broken.Error(); r.unreadNote() != want || read != 2 {
		t.Errorf("got %q after %d timelines, want %q", r.unreadNote(), read, want)
	}
}

// TestCardSaysWhatIsIncluded: allocations of a run that was profiled have the
// profiling in them; those of others are the service's alone.
func TestCardSaysWhatIsIncluded(t *testing.T) {
	t.Parallel()
	round := healthyRound(1000)
	bytes, allocs, cycles := 48_614.0, 39.8, 2.0
	round.Cost.Bytes, round.Cost.Allocs, round.Cost.GCCycles, round.Cost.GCPause = &bytes, &allocs, &cycles, &cycles
	for _, including := range []string{"", ", taking the profiles included"} {
		var b strings.Builder
		writeCard(&b, &round, clock{}, including)
		if want := "48,614 B in 39.8 objects per request" + including + "\n"; !strings.Contains(b.String(), want) {
			t.Errorf("want %q in\n%s", want, b.String())
		}
	}
}
