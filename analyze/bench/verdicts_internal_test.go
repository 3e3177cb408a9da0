package bench

import (
	"math"
	"slices"
	"testing"

	"golang.org/x/perf/benchmath"

	"github.com/lotteryctl/lotteryctl/analyze/bench/internal/unitnames"
	"github.com/lotteryctl/lotteryctl/analyze/stat"
)

const percent, seconds, plain = unitnames.Share, unitnames.Time, unitnames.Number

// TestDecideAtItsBorders: p that equals alpha is enough, and so is an effect that
// equals the least one; an interval that ends at 1 excludes nothing.
func TestDecideAtItsBorders(t *testing.T) {
	up := stat.Ratio{Center: 1.25, Low: 1.01, High: 1.5}
	down := stat.Ratio{Center: .8, Low: .5, High: .99}
	for _, row := range []struct {
		name   string
		effect stat.Ratio
		p      float64
		better Better
		want   Verdict
	}{
		{"more cost", up, .05, Lower, Regressed}, {"less cost", down, .05, Lower, Improved},
		{"more rate", up, .05, Higher, Improved}, {"less rate", down, .05, Higher, Regressed},
		{"more of something", up, .05, Unknown, Changed}, {"p above alpha", up, .0501, Lower, Inconclusive},
		{"too small", stat.Ratio{Center: 1.24, Low: 1.01, High: 1.5}, .01, Lower, Inconclusive},
		{"the interval holds 1", stat.Ratio{Center: 1.25, Low: 1, High: 1.5}, .01, Lower, Inconclusive},
		{"within the minimum effect", stat.Ratio{Center: 1, Low: .8, High: 1.25}, .9, Lower, Equivalent},
		{"sure and small", stat.Ratio{Center: 1.1, Low: 1.05, High: 1.2}, .01, Lower, Equivalent},
	} {
		if got := Decide(row.effect, row.p, .05, .25, row.better); got != row.want {
			t.Errorf("%s: %s, want %s", row.name, got, row.want)
		}
	}
	for _, row := range []struct {
		ratio  float64
		better Better
		want   Verdict
	}{{1, Lower, Equivalent}, {1, Unknown, Equivalent}, {1.001, Lower, Regressed}, {.999, Lower, Improved}, {1.001, Higher, Improved}, {.999, Higher, Regressed}, {2, Unknown, Changed}} {
		if got := direct(row.ratio, row.better); got != row.want {
			t.Errorf("a ratio of %v of exact values, better %s: %s, want %s", row.ratio, row.better, got, row.want)
		}
	}
	for v, want := range map[Verdict][2]bool{Regressed: {true, true}, Improved: {true, true}, Changed: {true, true}, Equivalent: {false, true}, Inconclusive: {false, false}, Uncompared: {false, false}} {
		if v.IsChange() != want[0] || v.IsDecided() != want[1] {
			t.Errorf("%s: is a change %v, is decided %v", v, v.IsChange(), v.IsDecided())
		}
	}
}

// TestWorseningInTheGatesTerms: as a share, or as an amount of the old value.
func TestWorseningInTheGatesTerms(t *testing.T) {
	cell := func(center float64) *Cell { return &Cell{Summary: benchmath.Summary{Center: center}} }
	share, amount := Quantity{.05, percent}, Quantity{.002, seconds}
	for _, row := range []struct {
		name     string
		ratio    float64
		old, new float64
		better   Better
		bound    Quantity
		want     float64
	}{
		{"a share", 1.2, 10, 12, Lower, share, .2}, {"of a rate", .8, 10, 8, Higher, share, .2}, {"a better rate", 1.2, 10, 12, Higher, share, -.2},
		{"an amount", 1.2, 10, 12, Lower, amount, 2}, {"of a rate", .8, 10, 8, Higher, amount, 2}, {"of a negative", 1.2, -10, -12, Lower, amount, 2},
		{"any change", 1.2, 10, 12, Lower, Quantity{0, plain}, .2}, {"none", 1, 10, 10, Lower, amount, 0}, {"none from zero", 1, 0, 0, Lower, amount, 0},
		{"from zero", math.Inf(1), 0, 12, Lower, amount, 12},
	} {
		g := &Judgement{Old: cell(row.old), New: cell(row.new)}
		if got := worsening(row.ratio, g, row.better, row.bound); math.Abs(got-row.want) > 1e-12 {
			t.Errorf("%s: %v, want %v", row.name, got, row.want)
		}
	}
}

// TestFailOnAtItsBorders holds each outcome to the bound itself.
func TestFailOnAtItsBorders(t *testing.T) {
	sure := func(center, low, high float64) *Judgement {
		return &Judgement{Test: SignFlipTest, PHolm: .05, Effect: stat.Ratio{Center: center, Low: low, High: high}}
	}
	unsure := func(center, low, high float64) *Judgement {
		g := sure(center, low, high)
		g.PHolm = .0501
		return g
	}
	rounds := func(g *Judgement, n int) *Judgement { g.old, g.new = make([]float64, n), make([]float64, n); return g }
	exact := func(center, low, high float64) *Judgement { g := sure(center, low, high); g.Test = Direct; return g }
	inf := math.Inf(1)
	for _, row := range []struct {
		name    string
		g       *Judgement
		family  int
		better  Better
		outcome Outcome
		reason  GateReason
	}{
		{"beyond the bound", rounds(sure(1.26, 1.1, 1.5), 10), 1, Lower, Failed, ByEffect},
		{"at the bound", rounds(sure(1.25, 1.1, 1.5), 10), 1, Lower, Undecided, ByEffect},
		{"beyond it, not established", rounds(unsure(1.26, 1.1, 1.5), 10), 1, Lower, Undecided, ByEffect},
		{"beyond it, and the interval holds 1", rounds(sure(1.26, 1, 1.5), 10), 1, Lower, Undecided, ByEffect},
		{"at most the bound", rounds(sure(1.1, 1.05, 1.25), 10), 1, Lower, Passed, ""},
		{"perhaps more", rounds(sure(1.1, 1.05, 1.2501), 10), 1, Lower, Undecided, ByEffect},
		{"a rate, perhaps less", rounds(sure(.9, .7499, 1.1), 10), 1, Higher, Undecided, ByEffect},
		{"a rate, at most the bound less", rounds(sure(.9, .75, 1.1), 10), 1, Higher, Passed, ""},
		{"a rate that fell", rounds(sure(.7, .6, .9), 10), 1, Higher, Failed, ByEffect},
		{"six rounds can decide one question at 1/32", rounds(unsure(1, .9, 1.1), 6), 1, Lower, Passed, ""},
		{"and none of two", rounds(unsure(1, .9, 1.1), 6), 2, Lower, Unusable, ByShortage},
		{"a family of none is one", rounds(unsure(1, .9, 1.1), 6), 0, Lower, Passed, ""},
		{"five rounds cannot", rounds(unsure(1, .9, 1.1), 5), 1, Lower, Unusable, ByShortage},
		{"no interval", rounds(unsure(1, 0, inf), 10), 1, Lower, Unusable, ByShortage},
		{"no upper end", rounds(unsure(1, .5, inf), 10), 1, Lower, Undecided, ByEffect},
		{"no ratio", rounds(&Judgement{Test: SignFlipTest, PHolm: 1, Effect: stat.Ratio{Center: 1, High: inf, Note: stat.Negative}}, 10), 1, Lower, Unusable, ByOddity},
		{"exact, beyond", exact(1.26, 1.26, 1.26), 1, Lower, Failed, ByChange},
		{"exact, at the bound", exact(1.25, 1.25, 1.25), 1, Lower, Passed, ""},
		{"exact, but not alike", exact(1.26, 0, inf), 1, Lower, Unusable, ByInexact},
	} {
		row.g.Old, row.g.New = &Cell{Summary: benchmath.Summary{Center: 8}}, &Cell{Summary: benchmath.Summary{Center: 8}}
		query := DefaultQuery()
		if row.g.Test == SignFlipTest && len(row.g.new) <= 6 && len(row.g.new) > 0 {
			query.Alpha = 1.0 / 32
		}
		c := GateCheck{Table: &JudgedTable{Table: &Table{Unit: "sec/op"}, Better: row.better}}
		c.checkFailOn(Gate{Kind: FailOn, Op: ">", Bound: Quantity{.25, percent}}, row.g, query, row.family)
		if c.Outcome != row.outcome || c.Reason != row.reason {
			t.Errorf("%s: %s (%s), want %s (%s)", row.name, c.Outcome, c.Reason, row.outcome, row.reason)
		}
	}
}

func TestLevelsHold(t *testing.T) {
	for _, row := range []struct {
		op                  string
		below, equal, above bool
	}{{"<", true, false, false}, {"<=", true, true, false}, {">", false, false, true}, {">=", false, true, true}} {
		if holds(1, row.op, 2) != row.below || holds(2, row.op, 2) != row.equal || holds(3, row.op, 2) != row.above {
			t.Errorf("1, 2 and 3 %s 2: %v, %v, %v", row.op, holds(1, row.op, 2), holds(2, row.op, 2), holds(3, row.op, 2))
		}
	}
}

func TestQueryBounds(t *testing.T) {
	for _, row := range []struct {
		v  float64
		ok bool
	}{{0, true}, {.05, true}, {1, true}, {-1e-9, false}, {1 + 1e-9, false}, {math.NaN(), false}} {
		alpha, confidence := DefaultQuery(), DefaultQuery()
		alpha.Alpha, confidence.Confidence = row.v, row.v
		if _, err := alpha.compile(); (err == nil) != row.ok {
			t.Errorf("alpha %v: %v", row.v, err)
		}
		if _, err := confidence.compile(); (err == nil) != row.ok {
			t.Errorf("confidence %v: %v", row.v, err)
		}
	}
}

// TestNoiseKeepsTheLargestFloor: the first of equal ones.
func TestNoiseKeepsTheLargestFloor(t *testing.T) {
	var n Noise
	for _, f := range []Floor{{Unit: "a", Change: .1, Runs: 1}, {Unit: "b", Change: .2, Runs: 2}, {Unit: "a", Change: .3, Runs: 3}, {Unit: "a", Change: .3, Runs: 4}, {Unit: "b", Change: .1, Runs: 5}} {
		n.add(f)
	}
	if len(n.Floors) != 2 || n.Floors[0].Runs != 3 || n.Floors[1].Runs != 2 {
		t.Errorf("%+v", n.Floors)
	}
	if f := n.floor("b", .5); f != .2 {
		t.Errorf("the floor of b is %v", f)
	}
	if f := n.floor("c", .5); f != .5 {
		t.Errorf("without a floor: %v", f)
	}
}

// TestTooFewRoundsForSigns: ranks decide where signs cannot, however large the
// change; a smallest p-value that equals alpha can.
func TestTooFewRoundsForSigns(t *testing.T) {
	for _, row := range []struct {
		rounds, family int
		alpha          float64
		pairing        Pairing
		want           bool
	}{
		{5, 1, .05, PairAuto, true}, {6, 1, .05, PairAuto, false}, {5, 1, 1.0 / 16, PairAuto, false}, {5, 2, 1.0 / 16, PairAuto, true},
		{5, 1, .05, Paired, false}, {3, 1, .05, PairAuto, false}, // nor can ranks of 3 against 3
		{4, 1, 2.0 / 70, PairAuto, true}, {4, 1, 1.9 / 70, PairAuto, false},
	} {
		query := DefaultQuery()
		query.Alpha = row.alpha
		j := &judging{policy: Policy{Pairing: row.pairing}, tables: &Tables{Query: query}}
		g := &Judgement{old: make([]float64, row.rounds), new: make([]float64, row.rounds)}
		if got := j.tooFewRounds(g, row.family); got != row.want {
			t.Errorf("%d rounds, %d questions at %v, %s: %v", row.rounds, row.family, row.alpha, row.pairing, got)
		}
	}
}

// TestPairsAreOfCommonRounds: rounds that one side lacks are left out.
func TestPairsAreOfCommonRounds(t *testing.T) {
	cell := func(values []float64, rounds ...int) *Cell {
		return &Cell{Values: values, Rounds: rounds, Results: make([]int, len(values))}
	}
	for _, row := range []struct {
		name     string
		old, new *Cell
		ok       bool
		a, b     []float64
	}{
		{"all", cell([]float64{1, 2, 3}, 1, 2, 3), cell([]float64{4, 5, 6}, 1, 2, 3), true, []float64{1, 2, 3}, []float64{4, 5, 6}},
		{"new goes on", cell([]float64{1, 2}, 1, 2), cell([]float64{4, 5, 6}, 1, 2, 3), true, []float64{1, 2}, []float64{4, 5}},
		{"old goes on", cell([]float64{1, 2, 3}, 1, 2, 3), cell([]float64{4, 5}, 1, 2), true, []float64{1, 2}, []float64{4, 5}},
		{"a gap on each side", cell([]float64{1, 3, 4}, 1, 3, 4), cell([]float64{5, 6, 8}, 1, 2, 4), true, []float64{1, 4}, []float64{5, 8}},
		{"one in common", cell([]float64{1, 3}, 1, 3), cell([]float64{5, 6}, 1, 2), false, nil, nil},
		{"one round", cell([]float64{1}, 1), cell([]float64{5, 6}, 1, 2), false, nil, nil},
		{"no rounds", cell([]float64{1, 2}), cell([]float64{5, 6}, 1, 2), false, nil, nil},
	} {
		g := &Judgement{Old: row.old, New: row.new}
		ok, err := pair(nil, Paired, g)
		if ok != row.ok || (err == nil) != row.ok {
			t.Errorf("%s: %v, %v", row.name, ok, err)
			continue
		}
		if ok && (!slices.Equal(g.old, row.a) || !slices.Equal(g.new, row.b)) {
			t.Errorf("%s: %v and %v, want %v and %v", row.name, g.old, g.new, row.a, row.b)
		}
	}
	if ok, err := pair(nil, Unpaired, &Judgement{}); ok || err != nil {
		t.Errorf("unpaired: %v, %v", ok, err)
	}
}

// TestShortagesSayHowManyRuns: 2/C(2n, n) and 2/2^n must not exceed what is left
// beyond the confidence.
func TestShortagesSayHowManyRuns(t *testing.T) {
	for _, row := range []struct {
		test       Test
		confidence float64
		want       int
	}{{MannWhitneyTest, .95, 4}, {MannWhitneyTest, .99, 5}, {SignFlipTest, .95, 6}, {SignFlipTest, .99, 8}} {
		g := &Judgement{Test: row.test, old: make([]float64, 2), new: make([]float64, 3)}
		if s := g.noInterval(row.confidence); s.Need != row.want || s.Old != 2 || s.New != 3 || s.Family != 1 {
			t.Errorf("%s at %v: %+v, want %d runs", row.test, row.confidence, s, row.want)
		}
		if s := g.shortage(1-row.confidence, 1); s.Need != row.want {
			t.Errorf("%s at %v: %d runs for a verdict, want %d", row.test, row.confidence, s.Need, row.want)
		}
	}
	query := DefaultQuery()
	j := &judging{tables: &Tables{Query: query}}
	old, new := []float64{10, 11, 9, 12, 8, 10.5}, []float64{11, 10, 10.5, 12.5, 8, 11}
	for _, test := range []Test{MannWhitneyTest, SignFlipTest} {
		g := &Judgement{Test: test, old: old, new: new, Effect: stat.Ratio{Center: 1.03}}
		want := stat.RunsToDecide(old, new, stat.ToDetect(g.Effect, .05), query.Alpha, 2, test == SignFlipTest)
		if got := j.runsToDecide(g, .05, 2); got != want || want <= 6 {
			t.Errorf("%s: %d runs, want %d", test, got, want)
		}
	}
	// Six rounds that could have decided need no more.
	g := &Judgement{Test: SignFlipTest, old: old, new: []float64{20, 22.1, 18, 24, 16, 21}, Effect: stat.Ratio{Center: 2}}
	if got := j.runsToDecide(g, .05, 1); got != 0 {
		t.Errorf("a factor of two in six rounds: %d runs more, want 0", got)
	}
}

// TestBoundsOfRates: a rate cannot fall by more than itself.
func TestBoundsOfRates(t *testing.T) {
	for _, row := range []struct {
		bound Quantity
		want  GateReason
	}{{Quantity{8, plain}, ByBound}, {Quantity{9, plain}, ByBound}, {Quantity{7.9, plain}, ""}, {Quantity{8, percent}, ""}, {Quantity{0, plain}, ByEffect}} {
		g := &Judgement{Test: SignFlipTest, PHolm: 1, Effect: stat.Ratio{Center: 1, Low: .9, High: 1.1}, old: make([]float64, 10), new: make([]float64, 10)}
		g.Old, g.New = &Cell{Summary: benchmath.Summary{Center: 8}}, &Cell{Summary: benchmath.Summary{Center: 8}}
		c := GateCheck{Table: &JudgedTable{Table: &Table{Unit: "ops/s"}, Better: Higher}}
		c.checkFailOn(Gate{Kind: FailOn, Op: ">", Bound: row.bound}, g, DefaultQuery(), 1)
		if c.Reason != row.want {
			t.Errorf("a bound of %+v: %s (%s), want %q", row.bound, c.Outcome, c.Reason, row.want)
		}
	}
}

// TestQuantitiesOfUnits: a bare number is bytes where bytes are counted, and no
// time.
func TestQuantitiesOfUnits(t *testing.T) {
	for _, row := range []struct {
		text, unit string
		want       float64
		ok         bool
	}{
		{"64KiB", "B/op", 65536, true}, {"100", "B/op", 100, true}, {"2ms", "B/op", 0, false}, {"2ms", "sec/op", .002, true}, {"2", "sec/op", 0, false},
		{"0", "sec/op", 0, true}, {"5%", "sec/op", .05, true}, {"5%", "B/op", .05, true}, {"3", "allocs/op", 3, true}, {"3B", "allocs/op", 0, false},
		{"10k", "ops/s", 10_000, true}, {"2ms", "ops/sec", 0, false}, {"1s", "p95-latency-sec", 1, true},
	} {
		q, err := ParseQuantity(row.text)
		if err != nil {
			t.Fatal(err)
		}
		got, err := q.in(row.unit)
		if (err == nil) != row.ok || math.Abs(got-row.want) > 1e-12 {
			t.Errorf("%s of %s: %v, %v; want %v", row.text, row.unit, got, err, row.want)
		}
	}
}
