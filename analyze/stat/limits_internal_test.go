package stat

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func upTo(n int, from float64) []float64 {
	values := make([]float64, n)
	for i := range values {
		values[i] = from + float64(i)
	}
	return values
}

// TestMannWhitneyPublished: worked examples of others.
func TestMannWhitneyPublished(t *testing.T) {
	for _, row := range []struct {
		source   string
		old, new []float64
		p        float64
	}{
		// scipy.stats.mannwhitneyu: U = 17, exact p = 0.1111 (two-sided).
		{"scipy, males and females", []float64{19, 22, 16, 29, 24}, []float64{20, 11, 17, 12}, 0.1111111111111111},
		// R, ?wilcox.test after Hollander and Wolfe 1973: W = 35, one-sided p = 0.1272.
		{"R, chorioamnion", []float64{0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46}, []float64{1.15, 0.88, 0.90, 0.74, 1.21}, 2 * 0.1272},
	} {
		if p := MannWhitney(row.old, row.new); math.Abs(p-row.p) > 1e-4 {
			t.Errorf("%s: p = %v, published %v", row.source, p, row.p)
		}
		if p := MannWhitney(row.new, row.old); math.Abs(p-row.p) > 1e-4 {
			t.Errorf("%s, exchanged: p = %v, published %v", row.source, p, row.p)
		}
	}
}

// TestExactEnds looks at the last sizes that are exact and the first that are
// approximated. One value against n is extreme with the chance 2/(n+1), which
// the normal approximation puts at 0.083 however large n is.
func TestExactEnds(t *testing.T) {
	const most = 1 << 20
	for _, row := range []struct {
		n    int
		p    float64
		cut  int
		high float64 // of the interval at 0.95
	}{
		{most, 2.0 / (most + 1), most / 40, 0},
		{most + 1, 0.0832645, 0, math.Inf(1)},
	} {
		one, many := []float64{1}, upTo(row.n, 2)
		if p := MannWhitney(one, many); math.Abs(p/row.p-1) > 1e-5 {
			t.Errorf("1 against %d: p = %v, want %v", row.n, p, row.p)
		}
		if p := MannWhitney(many, one); math.Abs(p/row.p-1) > 1e-5 {
			t.Errorf("%d against 1: p = %v, want %v", row.n, p, row.p)
		}
		r := HodgesLehmann(one, many, .95)
		if infinite := math.IsInf(r.High, 1); infinite != (row.cut == 0) {
			t.Errorf("1 against %d: interval %+v", row.n, r)
		} else if !infinite && (r.Low != many[row.cut-1] && math.Abs(r.Low/many[row.cut-1]-1) > 1e-9 || math.Abs(r.High/many[row.n-row.cut]-1) > 1e-9) {
			t.Errorf("1 against %d: %+v, want from %v to %v", row.n, r, many[row.cut-1], many[row.n-row.cut])
		}
		if want := (many[(row.n-1)/2] + many[row.n/2]) / 2; math.Abs(r.Center/want-1) > 1e-6 {
			t.Errorf("1 against %d: center %v, want %v", row.n, r.Center, want)
		}
	}
	// With ties: numbers to remember, for one value below others that are all
	// equal, and steps, for one below others of which two are equal.
	for _, row := range []struct {
		n     int
		equal bool
		p     float64
	}{{most/2 - 1, true, 4.0 / most}, {most / 2, true, 0}, {11584, false, 2.0 / 11585}, {11585, false, 0.0832645}, {most / 4, false, 0.0832645}} {
		many := upTo(row.n, 2)
		many[row.n-1] = many[row.n-2]
		if row.equal {
			many = slices.Repeat([]float64{2}, row.n)
		}
		if p := MannWhitney([]float64{1}, many); math.Abs(p-row.p) > 1e-3*row.p+1e-9 {
			t.Errorf("1 against %d with ties: p = %v, want %v", row.n, p, row.p)
		}
	}
	// Two values count twice as many steps.
	if p := MannWhitney([]float64{0, 1}, append(upTo(5800, 2), 2)); math.Abs(p-0.01434) > 1e-4 {
		t.Errorf("2 against 5,801 with ties: p = %v, want 0.01434 by the approximation", p)
	}
	// Exactly 2^28 steps: one below 131,071 others of 1,023 values.
	many := make([]float64, 1<<17-1)
	for i := range many {
		many[i] = float64(2 + i%1023)
	}
	if p := MannWhitney([]float64{1}, many); math.Abs(p*(1<<16)-1) > 1e-9 {
		t.Errorf("1 against 2^17-1 with ties: p = %v, want 2^-16", p)
	}
	// 25 against 25 with ties is still exact: all apart but for two equal ones,
	// the smallest p-value is 2/C(50, 25).
	for _, row := range []struct {
		n     int
		exact bool
	}{{25, true}, {26, false}} {
		old, new := upTo(row.n, 0), upTo(row.n, 100)
		old[1] = old[0]
		want := 2 / binomial(2*row.n, row.n)
		if p := MannWhitney(old, new); math.Abs(p/want-1) < 1e-6 != row.exact {
			t.Errorf("%d against %d with ties: p = %v, the exact one is %v", row.n, row.n, p, want)
		}
	}
	for _, row := range []struct {
		n     int
		exact bool
	}{{50, true}, {51, false}} {
		want := 2 / binomial(2*row.n, row.n)
		if p := MannWhitney(upTo(row.n, 0), upTo(row.n, 100)); math.Abs(p/want-1) < 1e-6 != row.exact {
			t.Errorf("%d against %d: p = %v, the exact one is %v", row.n, row.n, p, want)
		}
		runs := upTo(row.n, 1) // every run above the one before: 2/n!
		gamma, _ := math.Lgamma(float64(row.n + 1))
		if p := MannKendall(runs).P; math.Abs(p/(2*math.Exp(-gamma))-1) < 1e-6 != row.exact {
			t.Errorf("%d rising runs: p = %v", row.n, p)
		}
		if _, level := (&Calculator{}).signedRankCut(row.n, .025); (level != .95) != row.exact {
			t.Errorf("%d rounds: level %v", row.n, level)
		}
		if _, level := (&Calculator{}).rankSumCut(row.n, 70, .025); (level != .95) != row.exact {
			t.Errorf("%d against 70: level %v", row.n, level)
		}
	}
	// Sign flips: all 2^24 patterns, then drawn ones.
	if p := SignFlip(upTo(24, 1), 1); p != 0x1p-23 {
		t.Errorf("24 rounds that agree: p = %v", p)
	}
	if p := SignFlip(upTo(25, 1), 1); p != 1.0/200_001 {
		t.Errorf("25 rounds that agree: p = %v, want 1/200,001", p)
	}
	// With a covariate 2^16, then drawn ones. Rounds that agree, with a covariate
	// that alternates: two patterns of all are as extreme, and none of those drawn.
	for _, row := range []struct {
		n    int
		want float64
	}{{16, 0x1p-15}, {17, 1.0 / 20_001}} {
		d, c := slices.Repeat([]float64{1}, row.n), make([]float64, row.n)
		for i := range c {
			c[i] = float64(1 - 2*(i%2))
		}
		if p := SignFlipAdjusted(d, c, 2); math.Abs(p/row.want-1) > 1e-9 {
			t.Errorf("%d rounds with a covariate: p = %v, want %v", row.n, p, row.want)
		}
	}
	// Labels dealt anew: up to 4,999 ways, and up to 2,000 in MaxT.
	for _, row := range []struct {
		n, draws int
		p        float64
	}{{4998, 0, 1.0 / 4999}, {4999, 4999, 0}} {
		o := OverallUnpaired([]Cell{{Old: []float64{100}, New: scattered(row.n)}}, .95, 1)
		if o.Draws != row.draws || row.p > 0 && math.Abs(o.P/row.p-1) > 1e-9 || o.P > 5.0/5000 {
			t.Errorf("1 against %d: p = %v in %d draws", row.n, o.P, o.Draws)
		}
	}
	if o := OverallUnpaired([]Cell{{Old: upTo(20, 1), New: upTo(20, 1000)}}, .95, 1); o.P != 1.0/5000 || o.Draws != 4999 {
		t.Errorf("20 against 20 that are apart: p = %v in %d draws, want 1/5,000", o.P, o.Draws)
	}
	tiny := []Cell{{Old: []float64{1, 1 + 1e-9, 1 + 2e-9, 1 + 3e-9}, New: []float64{1 + 5e-9, 1 + 6e-9, 1 + 7e-9, 1 + 8e-9}}}
	if o := OverallUnpaired(tiny, .95, 1); math.Abs(o.P-2.0/70) > 1e-12 {
		t.Errorf("small differences without overlap: p = %v, want 2/70", o.P)
	}
	if o := OverallUnpaired([]Cell{{Old: slices.Repeat([]float64{1}, 20), New: slices.Repeat([]float64{1}, 20)}}, .95, 1); o.P != 1 || o.Draws != 0 {
		t.Errorf("equal values: p = %v in %d draws, want 1 without drawing", o.P, o.Draws)
	}
	for _, row := range []struct {
		n, draws int
		p        float64
	}{{1999, 2000, 1.0 / 2000}, {2000, 2001, 0}} {
		q := Questions{Old: row.n, New: 1, Values: append(scattered(row.n), 100), Floor: []float64{0}}
		if p, draws := MaxT(q, 1); draws != row.draws || row.p > 0 && p[0] != row.p || p[0] > 10.0/2000 {
			t.Errorf("MaxT of %d against 1: p = %v in %d draws", row.n, p, draws)
		}
	}
}

// TestSquaredT is t.test(c(11,12,14), c(1,2,3), var.equal=TRUE)$statistic^2 of R
// 4.2.2: 96.1; and the same with 2^2 added to the squared standard error.
func TestSquaredTBorders(t *testing.T) {
	for _, row := range []struct{ floor, want float64 }{{0, 96.1}, {2, 20.8913043478}} {
		q := newTester(Questions{Old: 3, New: 3, Values: []float64{1, 2, 3, 11, 12, 14}, Floor: []float64{row.floor}})
		if got := q.squared(0, []int{3, 4, 5}); math.Abs(got/row.want-1) > 1e-9 {
			t.Errorf("floor %v: %v, want %v", row.floor, got, row.want)
		}
	}
	// Two runs have no scatter within their sides: the floor is all there is.
	two := newTester(Questions{Old: 1, New: 1, Values: []float64{1, 5}, Floor: []float64{2}})
	if got := two.squared(0, []int{1}); got != 4 {
		t.Errorf("two runs: %v, want 4", got)
	}
}

// TestCutsOfEqualChance: a tail that is exactly as large as may be cut off is cut
// off. Of 4 orders of 1 against 3, and of 4 signs of 2 rounds, one is extreme.
func TestCutsOfEqualChance(t *testing.T) {
	for _, row := range []struct {
		name string
		r    Ratio
	}{
		{"1 against 3", HodgesLehmann([]float64{1}, []float64{2, 4, 8}, .5)},
		{"2 rounds", PairedHodgesLehmann([]float64{1, 1}, []float64{2, 8}, .5)},
	} {
		if math.Abs(row.r.Low-2) > 1e-9 || math.Abs(row.r.High-8) > 1e-9 || math.Abs(row.r.Center-4) > 1e-9 || row.r.Level != .5 {
			t.Errorf("%s: %+v, want 4 [2, 8] at 0.5", row.name, row.r)
		}
	}
}

// TestHodgesLehmannOfManyIsTheSortedOne: beyond 2^20 differences they are counted.
func TestHodgesLehmannOfManyIsTheSortedOne(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 1))
	for _, row := range []struct{ n1, n2, zeros1, zeros2 int }{{1025, 1024, 0, 0}, {1030, 1025, 3, 5}, {1030, 1025, 700, 800}} {
		old, new := make([]float64, row.n1), make([]float64, row.n2)
		for i := range old {
			old[i] = math.Exp(.2 * random.NormFloat64())
		}
		for i := range new {
			new[i] = math.Exp(.05 + .2*random.NormFloat64())
		}
		clear(old[:row.zeros1])
		clear(new[:row.zeros2])
		all := make([]float64, 0, row.n1*row.n2)
		for _, o := range old {
			for _, n := range new {
				switch {
				case o == n:
					all = append(all, 0)
				default:
					all = append(all, math.Log(n)-math.Log(o))
				}
			}
		}
		slices.Sort(all)
		// mean - 1.96·sd of U, in whole ranks.
		a, b := float64(row.n1), float64(row.n2)
		cut := int(math.Floor(a*b/2 - 1.959963984540054*math.Sqrt(a*b*(a+b+1)/12)))
		center := (all[(len(all)-1)/2] + all[len(all)/2]) / 2
		r := HodgesLehmann(old, new, .95)
		for _, v := range []struct {
			name      string
			got, want float64
		}{{"center", r.Center, center}, {"low", r.Low, all[cut-1]}, {"high", r.High, all[len(all)-cut]}} {
			if want := math.Exp(v.want); v.got != want && !(math.Abs(v.got-want) <= 1e-12*want) {
				t.Errorf("%d against %d: %s %v, want %v", row.n1, row.n2, v.name, v.got, want)
			}
		}
		if r.Level != .95 {
			t.Errorf("level %v", r.Level)
		}
	}
	// A level that even all of them do not reach has no interval.
	if r := HodgesLehmann(scattered(1025), scattered(1024), 1); r.Low != 0 || !math.IsInf(r.High, 1) {
		t.Errorf("at confidence 1: %+v, want no bounds", r)
	}
}

// TestAdjustedKnowsNoUnit: a covariate in seconds or nanoseconds explains the
// same, and one that only rounding moves explains nothing.
func TestAdjustedKnowsNoUnit(t *testing.T) {
	d := []float64{.3, -.1, .2, .05, -.2, .1, .15}
	c := []float64{.2, -.3, .1, .15, -.25, -.1, .2}
	want, ok := Adjusted(d, c, 1)
	if !ok {
		t.Fatal("refused")
	}
	p := SignFlipAdjusted(d, c, 1)
	for _, scale := range []float64{1e-9, 1e9} {
		scaled := slices.Clone(c)
		for i := range scaled {
			scaled[i] *= scale
		}
		got, ok := Adjusted(d, scaled, 1)
		if !ok {
			t.Errorf("times %v: refused", scale)
			continue
		}
		for i := range got {
			if math.Abs(got[i]-want[i]) > 1e-9 {
				t.Errorf("times %v: %v, want %v", scale, got, want)
				break
			}
		}
		if again := SignFlipAdjusted(d, scaled, 1); again != p {
			t.Errorf("times %v: p = %v, want %v", scale, again, p)
		}
	}
	for _, size := range []float64{.1, 1e9 / 3} {
		if p := SignFlipAdjusted(d, slices.Repeat([]float64{size}, len(d)), 1); p != 1 {
			t.Errorf("a covariate that is always %v: p = %v, want 1", size, p)
		}
	}
	if p := SignFlipAdjusted(make([]float64, 7), c, 1); p != 1 {
		t.Errorf("rounds without any change: p = %v, want 1", p)
	}
	if _, ok := Adjusted(d[:6], c[:6], 1); !ok {
		t.Error("six rounds are enough")
	}
}

// scattered are n values around 1, none equal.
func scattered(n int) []float64 {
	values := make([]float64, n)
	for i := range values {
		values[i] = 1 + 0.1*math.Sin(float64(i))
	}
	return values
}

// TestNoiseFloorIsTheQuantileOfAllSplits writes all splits down.
func TestNoiseFloorIsTheQuantileOfAllSplits(t *testing.T) {
	values := []float64{8, 8.1, 8.3, 8.9, 9.4, 9.6, 10.5, 11.7, 12}
	half := len(values) / 2
	var sizes []float64
	eachLabelling(len(values), half, func(chosen []int) {
		var quotients []float64
		for _, o := range chosen {
			for n := range values {
				if !slices.Contains(chosen, n) {
					quotients = append(quotients, math.Log(values[n]/values[o]))
				}
			}
		}
		slices.Sort(quotients)
		n := len(quotients)
		sizes = append(sizes, math.Abs(quotients[(n-1)/2]+quotients[n/2])/2)
	})
	slices.Sort(sizes)
	for _, share := range []float64{.2, .5, .8, .9} {
		low, high := sizes[int((share-.05)*float64(len(sizes)))], sizes[int((share+.05)*float64(len(sizes)))]
		if got := math.Log1p(NoiseFloor(values, share, 1)); got < low || got > high {
			t.Errorf("share %v: %v, all splits have %v to %v", share, got, low, high)
		}
	}
	if floor := NoiseFloor([]float64{1, 1, 2, 2}, .9, 1); floor != 1 { // halves of 1 and 2 in a third of all splits
		t.Errorf("four values: %v, want 1: a factor of 2", floor)
	}
}

// TestNoiseFloorPairedIsTheQuantileOfAllSigns: two rounds with ratios of 2 and 3
// average, by sign, log 2, log 3 and what is between them.
func TestNoiseFloorPairedIsTheQuantileOfAllSigns(t *testing.T) {
	// Walsh averages of (a, b) are a, (a+b)/2 and b, of which (a+b)/2 is the middle one.
	old, new := []float64{1, 1}, []float64{2, 3}
	far, near := (math.Log(2)+math.Log(3))/2, (math.Log(3)-math.Log(2))/2
	for _, row := range []struct{ share, want float64 }{{.2, near}, {.8, far}} {
		if got := math.Log1p(NoiseFloorPaired(old, new, row.share, 1)); math.Abs(got-row.want) > 1e-9 {
			t.Errorf("share %v: %v, want %v", row.share, got, row.want)
		}
	}
	if floor := NoiseFloorPaired([]float64{0, 1}, []float64{1, 0}, .9, 1); !math.IsInf(floor, 1) {
		t.Errorf("from and to zero: %v, want no bound", floor)
	}
}

// TestOverallIntervalIsTheBootstrapsOne: with n rounds the percentile interval is
// near mean ± 1.96·s/√n, with the standard deviation that divides by n.
func TestOverallIntervalIsTheBootstrapsOne(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 9))
	const n = 60
	old, new := make([]float64, n), make([]float64, n)
	for i := range old {
		old[i], new[i] = math.Exp(.1*random.NormFloat64()), 1.1*math.Exp(.1*random.NormFloat64())
	}
	spread := func(logs []float64) float64 { return variance(logs) * (n - 1) / n / n }
	check := func(name string, o Overall, center, squared float64) {
		t.Helper()
		reach := 1.96 * math.Sqrt(squared)
		low, high := math.Log(o.Ratio.Low), math.Log(o.Ratio.High)
		if math.Abs(math.Log(o.Ratio.Center)-center) > 1e-9 || math.Abs(low-(center-reach)) > .1*reach || math.Abs(high-(center+reach)) > .1*reach {
			t.Errorf("%s: %v [%v, %v], want %v ± %v", name, math.Log(o.Ratio.Center), low, high, center, reach)
		}
		if o.Resamples != 1999 || o.Ratio.Level != .95 || o.Cells != 1 || o.LeftOut != 0 {
			t.Errorf("%s: %+v", name, o)
		}
	}
	cells := []Cell{{Old: old, New: new}}
	d := LogRatios(old, new)
	check("paired", OverallPaired(cells, .95, 1), mean(d), spread(d))
	check("unpaired", OverallUnpaired(cells, .95, 1), mean(logs(new))-mean(logs(old)), spread(logs(new))+spread(logs(old)))
	if o := OverallPaired(cells, .95, 1); o.Draws != 200_000 {
		t.Errorf("60 rounds: %d draws", o.Draws)
	}
	if o := OverallPaired([]Cell{{Old: old[:24], New: new[:24]}}, .95, 1); o.Draws != 0 {
		t.Errorf("24 rounds: %d draws, want all signs", o.Draws)
	}
}

// TestRatioBorders: equality counts as within, and as an effect.
func TestRatioBorders(t *testing.T) {
	const up, down = 1.25, 1 / 1.25
	for _, row := range []struct {
		r                          Ratio
		excludes1, within, atLeast bool // of an effect of 25 %
	}{
		{Ratio{Center: 1, Low: down, High: up}, false, true, false},
		{Ratio{Center: 1, Low: math.Nextafter(down, 0), High: up}, false, false, false},
		{Ratio{Center: 1, Low: down, High: math.Nextafter(up, 2)}, false, false, false},
		{Ratio{Center: up, Low: 1, High: 2}, false, false, true},
		{Ratio{Center: math.Nextafter(up, 1), Low: math.Nextafter(1, 2), High: 2}, true, false, false},
		{Ratio{Center: down, Low: .5, High: 1}, false, false, true},
		{Ratio{Center: math.Nextafter(down, 1), Low: .5, High: math.Nextafter(1, 0)}, true, false, false},
	} {
		if row.r.Excludes1() != row.excludes1 || row.r.Within(.25) != row.within || row.r.AtLeast(.25) != row.atLeast {
			t.Errorf("%+v: excludes 1 %v, within %v, at least %v", row.r, row.r.Excludes1(), row.r.Within(.25), row.r.AtLeast(.25))
		}
	}
}

// TestPlanBorders: a smallest p-value that equals alpha is enough.
func TestPlanBorders(t *testing.T) {
	for _, row := range []struct {
		alpha  float64
		family int
		paired bool
		want   int
	}{
		{0.0625, 1, true, 5}, {0.0624, 1, true, 6}, {0.0625, 0, true, 5}, {0.125, 2, true, 5}, {0.1, 1, false, 3}, {0.0999, 1, false, 4},
		{1, 1, true, 1}, {1, 1, false, 1}, {-1, 1, false, MaxRuns}, {-1, 1, true, MaxRuns},
	} {
		if n := RunsForAlpha(row.alpha, row.family, row.paired); n != row.want {
			t.Errorf("alpha %v, %d questions, paired %v: %d runs, want %d", row.alpha, row.family, row.paired, n, row.want)
		}
	}
	for _, row := range []struct{ center, least, want float64 }{
		{1.2, .05, .2}, {1 / 1.2, .05, .2}, {1.05, .05, .05}, // an effect that matters, itself
		{2, 1, 1}, {1.02, .05, 1.05/1.02 - 1}, {1 / 1.02, .05, 1.05/1.02 - 1}, {1, .05, .05}, // else what it lacks
	} {
		if got := ToDetect(Ratio{Center: row.center}, row.least); math.Abs(got-row.want) > 1e-12 {
			t.Errorf("ToDetect(%v, %v) = %v, want %v", row.center, row.least, got, row.want)
		}
	}
	if n := RunsToDecide([]float64{1, 2, 3}, []float64{1, 2, 3.1}, 0, .05, 1, false); n != 0 {
		t.Errorf("no change to find: %d runs, want 0", n)
	}
	if v := variance([]float64{1}); !math.IsNaN(v) {
		t.Errorf("the variance of one value is %v", v)
	}
	if MinPSignFlip(0) != 1 || MinPSignFlip(1) != 1 || MinPSignFlip(2) != .5 || MinPMannWhitney(1, 1) != 1 {
		t.Error("the smallest p-values of the smallest samples are wrong")
	}
}

// TestSignFlipOfInfiniteRatiosIsTheSignedRankTest: the wanted values are counted by
// hand, the sets of ranks whose sum is at most that of the odd one, twice, of 64.
func TestSignFlipOfInfiniteRatiosIsTheSignedRankTest(t *testing.T) {
	inf := math.Inf(1)
	for _, row := range []struct {
		d    []float64
		sets float64
	}{
		{[]float64{-1, 2, 3, 4, 5, inf}, 2},  // rank 1: {}, {1}
		{[]float64{1, -2, 3, 4, 5, inf}, 3},  // rank 2: {}, {1}, {2}
		{[]float64{1, 2, -3, 4, 5, inf}, 5},  // rank 3: and {3}, {1,2}
		{[]float64{1, 2, 3, 4, 5, -inf}, 14}, // rank 6
		{[]float64{-1, 1, 2, 3, 4, inf}, 3},  // ranks 1.5 and 1.5: {}, and either of them
		{[]float64{3, -3, 3, 9, 9, inf}, 4},  // ranks 2, 2 and 2: {}, and each of them
	} {
		if got, want := SignFlip(row.d, 1), row.sets/32; got != want {
			t.Errorf("%v: p = %v, want %v", row.d, got, want)
		}
	}
}

// TestSignFlipKnowsNoUnitAndNoOrder: sums that are equal in whole numbers are equal
// in other units too, where they differ in their last digits, and in any order.
func TestSignFlipKnowsNoUnitAndNoOrder(t *testing.T) {
	whole := []float64{1, 2, 3, -4, 5, 6, 3, -2, 1, 7}
	want := SignFlip(whole, 1)
	for _, unit := range []float64{0.1, 1e9 / 7, 1e-9 / 3, 1e15 / 11} {
		d := make([]float64, len(whole))
		for turn := range d {
			for i := range d {
				d[i] = whole[(i+turn)%len(whole)] * unit
			}
			if got := SignFlip(d, 1); got != want {
				t.Errorf("in units of %v, turned by %d: p = %v, want %v", unit, turn, got, want)
			}
		}
	}
}

// TestSignedRankCutOfManyIsTheExactOne: the normal approximation cuts off about what the
// whole distribution does, within one in fifty rounds. For 100 rounds the cut at
// 2.5 % is 2525 - 1.96·290.84 (Lehmann, "Nonparametrics", section 4.5).
func TestSignedRankCutOfManyIsTheExactOne(t *testing.T) {
	for _, n := range []int{51, 60, 100, 200} {
		for _, tail := range []float64{0.05, 0.025} {
			got, _ := (&Calculator{}).signedRankCut(n, tail)
			exact := 0
			for cumulated := signedRankNull(n); cumulated[exact] <= tail; exact++ {
			}
			if allowed := n / 50; got < exact-allowed || got > exact+allowed {
				t.Errorf("%d rounds, tail %v: cut %d, exactly %d", n, tail, got, exact)
			}
		}
	}
	if got, _ := (&Calculator{}).signedRankCut(100, 0.025); got != 1954 {
		t.Errorf("100 rounds: cut %d, want 1954", got)
	}
}
