package stat_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/lotteryctl/lotteryctl/analyze/stat"
)

func TestHodgesLehmannIsTheMedianOfRatios(t *testing.T) {
	random := rand.New(rand.NewPCG(11, 1))
	// What must be cut off at each end at 0.95: the study's U allowed, plus one.
	for _, row := range []struct{ n, cut int }{{4, 1}, {5, 3}, {6, 6}, {7, 9}, {8, 14}, {10, 24}} {
		old, new := lognormal(random, row.n, 10, .1), lognormal(random, row.n, 11, .1)
		all := bruteRatios(old, new)
		r := stat.HodgesLehmann(old, new, 0.95)
		middle := all[len(all)/2]
		if len(all)%2 == 0 {
			middle = math.Sqrt(middle * all[len(all)/2-1])
		}
		if !near(r.Center, middle, 1e-9) || !near(r.Low, all[row.cut-1], 1e-9) || !near(r.High, all[len(all)-row.cut], 1e-9) {
			t.Errorf("n=%d: %+v, all ratios say %v [%v, %v]", row.n, r, middle, all[row.cut-1], all[len(all)-row.cut])
		}
		if r.Level < .95 || r.Level > .98 {
			t.Errorf("n=%d: level %v", row.n, r.Level)
		}
	}
}

// The interval holds 1 exactly when the test does not reject: it is its inverse.
func TestIntervalsAgreeWithTests(t *testing.T) {
	random := rand.New(rand.NewPCG(12, 1))
	for range 400 {
		n, m := 4+random.IntN(7), 4+random.IntN(7)
		old, new := lognormal(random, n, 1, .1), lognormal(random, m, 1.1, .1)
		p, r := stat.MannWhitney(old, new), stat.HodgesLehmann(old, new, .95)
		if (p <= .05) != r.Excludes1() {
			t.Errorf("Mann-Whitney p = %v and interval %+v disagree", p, r)
		}
	}
}

// With many values the differences are counted instead of written down. Both
// ways must give the same, zeros included.
func TestHodgesLehmannLarge(t *testing.T) {
	random := rand.New(rand.NewPCG(13, 1))
	old, new := lognormal(random, 1100, 3, .2), lognormal(random, 1000, 3.3, .2)
	for i := range 20 {
		old[i*7], new[i*3] = 0, 0
	}
	r := stat.HodgesLehmann(old, new, .95)
	all := make([]float64, 0, len(old)*len(new))
	for _, o := range old {
		for _, n := range new {
			q := n / o
			if o == 0 && n == 0 {
				q = 1
			}
			all = append(all, q)
		}
	}
	slices.Sort(all)
	want := math.Sqrt(all[len(all)/2] * all[len(all)/2-1])
	if !near(r.Center, want, 1e-9) || r.Low >= r.Center || r.High <= r.Center || r.High/r.Low > 1.1 {
		t.Errorf("%+v, the median of all ratios is %v", r, want)
	}
}

func TestRatioEdges(t *testing.T) {
	inf := math.Inf(1)
	twelve := func(v float64) []float64 { return slices.Repeat([]float64{v}, 12) }
	for _, test := range []struct {
		name           string
		old, new       []float64
		center, lo, hi float64
		noted          bool
	}{
		{name: "zeros on both sides", old: twelve(0), new: twelve(0), center: 1, lo: 1, hi: 1, noted: true},
		{name: "from zero", old: twelve(0), new: twelve(3), center: inf, lo: inf, hi: inf, noted: true},
		{name: "to zero", old: twelve(3), new: twelve(0), center: 0, lo: 0, hi: 0, noted: true},
		{name: "from and to zero", old: []float64{0, 0, 1, 1}, new: []float64{1, 1, 0, 0}, center: 1, lo: 0, hi: inf, noted: true},
		{name: "equal", old: twelve(5), new: twelve(5), center: 1, lo: 1, hi: 1},
		{name: "too few", old: []float64{1, 2, 3}, new: []float64{2, 4, 6}, center: 2, lo: 0, hi: inf},
		{name: "empty", old: nil, new: twelve(1), center: 1, lo: 0, hi: inf, noted: true},
		{name: "negative", old: []float64{-1, 2}, new: twelve(1), center: 1, lo: 0, hi: inf, noted: true},
		{name: "NaN", old: []float64{math.NaN(), 2}, new: twelve(1), center: 1, lo: 0, hi: inf, noted: true},
	} {
		for _, row := range []struct {
			kind     string
			estimate func(a, b []float64, c float64) stat.Ratio
		}{
			{"independent", stat.HodgesLehmann}, {"paired", stat.PairedHodgesLehmann},
		} {
			r := row.estimate(test.old, test.new, .95)
			if !near(r.Center, test.center, 1e-12) || r.Low != test.lo && !near(r.Low, test.lo, 1e-12) || r.High != test.hi && !near(r.High, test.hi, 1e-12) {
				t.Errorf("%s, %s: %+v, want %v [%v, %v]", test.name, row.kind, r, test.center, test.lo, test.hi)
			}
			// Independent zeros and ones, mixed, have the median ratio 1, unremarkably.
			noted := test.noted && (test.name != "from and to zero" || row.kind == "paired")
			if (r.Note != "") != noted {
				t.Errorf("%s, %s: note %q", test.name, row.kind, r.Note)
			}
		}
	}
}

func TestPairedHodgesLehmann(t *testing.T) {
	random := rand.New(rand.NewPCG(14, 1))
	// Cut-offs of the signed-rank table at 0.025: one more than the critical W.
	for _, row := range []struct{ n, cut int }{{6, 1}, {7, 3}, {8, 4}, {9, 6}, {10, 9}, {12, 14}, {16, 30}, {20, 53}} {
		old, new := lognormal(random, row.n, 10, .1), lognormal(random, row.n, 11, .1)
		d := stat.LogRatios(old, new)
		var all []float64
		for i := range d {
			for j := i; j < row.n; j++ {
				all = append(all, math.Exp((d[i]+d[j])/2))
			}
		}
		slices.Sort(all)
		r := stat.PairedHodgesLehmann(old, new, .95)
		if !near(r.Low, all[row.cut-1], 1e-9) || !near(r.High, all[len(all)-row.cut], 1e-9) {
			t.Errorf("n=%d: %+v, the averages say [%v, %v]", row.n, r, all[row.cut-1], all[len(all)-row.cut])
		}
	}
	if r := stat.PairedHodgesLehmann(counting(1, 5), counting(2, 5), .95); r.Low != 0 || !math.IsInf(r.High, 1) {
		t.Errorf("five rounds have no interval at 0.95, got %+v", r)
	}
}

// A round's noise, however large, cancels in pairs.
func TestPairedIgnoresRounds(t *testing.T) {
	random := rand.New(rand.NewPCG(15, 1))
	old := lognormal(random, 10, 1, 1)
	new := slices.Clone(old)
	for i := range new {
		new[i] *= 1.05 * math.Exp(.005*random.NormFloat64())
	}
	paired, independent := stat.PairedHodgesLehmann(old, new, .95), stat.HodgesLehmann(old, new, .95)
	if paired.Low < 1.04 || paired.High > 1.06 || !paired.Excludes1() || independent.Excludes1() {
		t.Errorf("paired %+v, independent %+v", paired, independent)
	}
}

// Coverage with heavy tails, true ratio 1, ten runs: the study measured .952.
func TestHodgesLehmannCoverage(t *testing.T) {
	random := rand.New(rand.NewPCG(16, 1))
	heavy := func() []float64 {
		values := lognormal(random, 10, 1, .05)
		for i := range values {
			if random.IntN(7) == 0 {
				values[i] *= 1 + random.ExpFloat64()
			}
		}
		return values
	}
	const experiments = 2000
	held := 0
	for range experiments {
		if !stat.HodgesLehmann(heavy(), heavy(), .95).Excludes1() {
			held++
		}
	}
	if share := float64(held) / experiments; share < .94 || share > .98 {
		t.Errorf("the interval held 1 in %.3f of experiments", share)
	}
}

func TestRatioRules(t *testing.T) {
	r := stat.Ratio{Center: 1.06, Low: 1.02, High: 1.1}
	if !r.Excludes1() || !r.AtLeast(.05) || r.AtLeast(.07) || r.Within(.05) || !r.Within(.11) {
		t.Errorf("%+v", r)
	}
	r = stat.Ratio{Center: 1 / 1.06, Low: 1 / 1.1, High: 1 / 1.02}
	if !r.Excludes1() || !r.AtLeast(.05) || r.AtLeast(.07) || r.Within(.05) || !r.Within(.11) {
		t.Errorf("%+v", r)
	}
}
