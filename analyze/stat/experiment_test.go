package stat_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/lotteryctl/lotteryctl/analyze/stat"
)

// cellsOf makes count cells that share the noise of their rounds; new is old
// times factor.
func cellsOf(random *rand.Rand, count, rounds int, factor float64) []stat.Cell {
	shared := lognormal(random, rounds, 1, .05)
	cells := make([]stat.Cell, count)
	for i := range cells {
		cells[i] = stat.Cell{Old: lognormal(random, rounds, float64(i+1), .03), New: lognormal(random, rounds, factor*float64(i+1), .03)}
		for r := range rounds {
			cells[i].Old[r] *= shared[r]
			cells[i].New[r] *= shared[r]
		}
	}
	return cells
}

// Eight steps that each became 3 % faster: no one of them is found after
// correction, all together are.
func TestOverallFindsWhatCellsHide(t *testing.T) {
	random := rand.New(rand.NewPCG(21, 1))
	cells := cellsOf(random, 8, 10, .97)
	for _, row := range []struct {
		name    string
		overall stat.Overall
	}{
		{"paired", stat.OverallPaired(cells, .95, 1)},
	} {
		if row.overall.P > .005 || row.overall.Cells != 8 || !row.overall.Ratio.Excludes1() || math.Abs(row.overall.Ratio.Center-.97) > .015 {
			t.Errorf("%s: %+v", row.name, row.overall)
		}
	}
	unpaired := stat.OverallUnpaired(cellsOf(random, 8, 10, .8), .95, 1)
	if unpaired.P > .001 || unpaired.Draws == 0 || !unpaired.Ratio.Excludes1() {
		t.Errorf("unpaired: %+v", unpaired)
	}
}

// Labels of whole runs are exchanged: that cells share a run's noise does not
// make the test see things.
func TestOverallFalsePositives(t *testing.T) {
	random := rand.New(rand.NewPCG(22, 1))
	const experiments = 200
	var paired, unpaired float64
	for seed := range uint64(experiments) {
		cells := cellsOf(random, 8, 8, 1)
		if stat.OverallPaired(cells, .95, seed).P <= .05 {
			paired++
		}
		// Two arms of separate rounds, each with noise shared by its cells.
		other := cellsOf(random, 8, 8, 1)
		for i := range cells {
			cells[i].New = other[i].New
		}
		if stat.OverallUnpaired(cells, .95, seed).P <= .05 {
			unpaired++
		}
	}
	if paired/experiments > .1 || unpaired/experiments > .1 {
		t.Errorf("false positives: paired %.3f, unpaired %.3f", paired/experiments, unpaired/experiments)
	}
}

func TestOverallLeavesOutWhatHasNoRatio(t *testing.T) {
	cells := []stat.Cell{
		{Old: []float64{1, 2, 3, 4}, New: []float64{2, 4, 6, 8}},
		{Old: []float64{1, 0, 3, 4}, New: []float64{2, 4, 6, 8}},
		{Old: []float64{1, 2}, New: []float64{2, 4}},
	}
	for _, o := range []stat.Overall{stat.OverallPaired(cells, .95, 1), stat.OverallUnpaired(cells, .95, 1)} {
		if o.Cells != 1 || o.LeftOut != 2 || !near(o.Ratio.Center, 2, 1e-9) {
			t.Errorf("%+v", o)
		}
	}
	for _, o := range []stat.Overall{stat.OverallPaired(nil, .95, 1), stat.OverallUnpaired(nil, .95, 1)} {
		if o.Cells != 0 || o.P != 1 || o.Ratio.Note == "" {
			t.Errorf("nothing: %+v", o)
		}
	}
	// Small enough to be exact: 2 of the 70 labelings of 4 against 4.
	apart := []stat.Cell{{Old: []float64{1, 1.1, 1.2, 1.3}, New: []float64{9, 9.1, 9.2, 9.3}}}
	if o := stat.OverallUnpaired(apart, .95, 1); o.Draws != 0 || !near(o.P, 2.0/70, 1e-12) {
		t.Errorf("exact: %+v", o)
	}
}

func TestLag1(t *testing.T) {
	random := rand.New(rand.NewPCG(23, 1))
	independent, sticky := make([]float64, 300), make([]float64, 300)
	for i := range independent {
		independent[i] = random.NormFloat64()
		sticky[i] = random.NormFloat64()
		if i > 0 {
			sticky[i] += .8 * sticky[i-1]
		}
	}
	if r := stat.Lag1(independent); math.Abs(r) > 2/math.Sqrt(300) {
		t.Errorf("independent: %v", r)
	}
	if r := stat.Lag1(sticky); r < .6 || r > .9 {
		t.Errorf("AR(1) of 0.8: %v", r)
	}
	if r := stat.Lag1([]float64{1, -1, 1, -1, 1, -1, 1, -1}); r != -7.0/8 {
		t.Errorf("alternating: %v", r)
	}
	if stat.Lag1([]float64{1, 2}) != 0 || stat.Lag1([]float64{3, 3, 3, 3}) != 0 {
		t.Error("too few or equal values have no autocorrelation")
	}
}

func TestMannKendall(t *testing.T) {
	for _, test := range []struct {
		runs   []float64
		tau, p float64
	}{
		{[]float64{1, 2}, 0, 1},
		{[]float64{5, 5, 5, 5, 5, 5, 5, 5}, 0, 1},
		{counting(0, 4), 1, 2.0 / 24},
		{counting(0, 6), 1, 2.0 / 720},
		{[]float64{6, 5, 4, 3, 2, 1}, -1, 2.0 / 720},
		{[]float64{1, 3, 2, 4}, 4.0 / 6, 8.0 / 24}, // 1 + 3 permutations with at most one inversion, twice
	} {
		got := stat.MannKendall(test.runs)
		if !near(got.Tau, test.tau, 1e-12) || !near(got.P, test.p, 1e-12) {
			t.Errorf("MannKendall(%v) = %+v, want %v, %v", test.runs, got, test.tau, test.p)
		}
	}
	tied := stat.MannKendall([]float64{1, 1, 2, 2, 3, 3, 4, 4, 5, 5})
	if tied.P > .001 || tied.Tau < .8 {
		t.Errorf("a staircase: %+v", tied)
	}
}

func TestSequential(t *testing.T) {
	for _, test := range []struct {
		order []int
		want  bool
	}{
		{nil, false},
		{[]int{0, 0, 0, 1, 1, 1}, true},
		{[]int{1, 1, 0, 0}, true},
		{[]int{0, 1, 0, 1}, false},
		{[]int{0, 1, 1, 0}, false},
		{[]int{0, 1}, false},
		{[]int{0, 0, 0}, false},
		{[]int{0, 0, 1, 1, 2, 2}, false},
	} {
		if got := stat.Sequential(test.order); got != test.want {
			t.Errorf("Sequential(%v) = %v", test.order, got)
		}
	}
}

// "Holm over 8: MW needs n>=6, paired n>=9; over 24: MW n>=7, paired n>=10."
func TestRunsForAlpha(t *testing.T) {
	for _, test := range []struct {
		family int
		paired bool
		want   int
	}{{1, false, 4}, {1, true, 6}, {8, false, 6}, {8, true, 9}, {24, false, 7}, {24, true, 10}} {
		if got := stat.RunsForAlpha(.05, test.family, test.paired); got != test.want {
			t.Errorf("family of %d, paired %v: %d runs, want %d", test.family, test.paired, got, test.want)
		}
	}
}

// The plan must deliver what it says: with that many runs a change of 5 % is
// found about four times in five.
func TestRunsToDecide(t *testing.T) {
	random := rand.New(rand.NewPCG(24, 1))
	pilotOld, pilotNew := lognormal(random, 200, 1, .05), lognormal(random, 200, 1, .05)
	n := stat.RunsToDecide(pilotOld, pilotNew, .05, .05, 1, false)
	if n < 14 || n > 24 {
		t.Fatalf("5 %% in noise of 5 %%: %d runs, about 18 by Noether's formula", n)
	}
	found, calculator := 0.0, stat.Calculator{}
	const experiments = 500
	for range experiments {
		if calculator.MannWhitney(lognormal(random, n, 1, .05), lognormal(random, n, 1.05, .05)) <= .05 {
			found++
		}
	}
	if power := found / experiments; power < .72 || power > .9 {
		t.Errorf("%d runs found the change in %.2f of experiments, want about 0.8", n, power)
	}
	if n := stat.RunsToDecide([]float64{1, 1, 1}, []float64{1, 1, 1}, .05, .05, 8, true); n != 9 {
		t.Errorf("without noise the smallest p decides: %d", n)
	}
	if n := stat.RunsToDecide([]float64{1, 90, 1e5}, []float64{1e-4, 1, 1e3}, .001, .05, 8, false); n != stat.MaxRuns {
		t.Errorf("hopeless: %d", n)
	}
	for _, none := range [][]float64{{0, 1}, {1}, {-1, 2}, nil} {
		if n := stat.RunsToDecide(none, []float64{1, 2}, .05, .05, 1, false); n != 0 {
			t.Errorf("%v has no spread, got %d", none, n)
		}
	}
}

func TestNoiseFloor(t *testing.T) {
	random := rand.New(rand.NewPCG(25, 1))
	quiet, loud := lognormal(random, 20, 5, .01), lognormal(random, 20, 5, .1)
	for _, row := range []struct {
		name  string
		floor [2]float64
	}{
		{"splits", [2]float64{stat.NoiseFloor(quiet, .9, 1), stat.NoiseFloor(loud, .9, 1)}},
		{"rounds", [2]float64{stat.NoiseFloorPaired(quiet[:10], quiet[10:], .9, 1), stat.NoiseFloorPaired(loud[:10], loud[10:], .9, 1)}},
	} {
		// The 90th percentile of |N(0, sd·√(2/10))| is 0.74·sd.
		if row.floor[0] < .004 || row.floor[0] > .014 || row.floor[1] < .04 || row.floor[1] > .14 {
			t.Errorf("%s: noise of 1 %% gives %v, of 10 %% %v", row.name, row.floor[0], row.floor[1])
		}
	}
	if f := stat.NoiseFloor([]float64{0, 0, 0, 0}, .9, 1); f != 0 {
		t.Errorf("zeros do not scatter: %v", f)
	}
	if f := stat.NoiseFloor([]float64{0, 0, 0, 1}, .9, 1); !math.IsInf(f, 1) {
		t.Errorf("a one among zeros is infinitely far from them: %v", f)
	}
	if !math.IsNaN(stat.NoiseFloor([]float64{1, 2, 3}, .9, 1)) || !math.IsNaN(stat.NoiseFloorPaired([]float64{1}, []float64{1}, .9, 1)) {
		t.Error("too few values have no noise floor")
	}
}

func BenchmarkCell20(b *testing.B) {
	random := rand.New(rand.NewPCG(26, 1))
	old, new := lognormal(random, 20, 1, .1), lognormal(random, 20, 1, .1)
	var calculator stat.Calculator
	for _, row := range []struct {
		name string
		work func()
	}{
		{"HodgesLehmann", func() { calculator.HodgesLehmann(old, new, .95) }},
		{"MannWhitney", func() { calculator.MannWhitney(old, new) }},
		{"SignFlip", func() { stat.SignFlip(stat.LogRatios(old, new), 1) }},
		{"CliffsDelta", func() { stat.CliffsDelta(old, new) }},
		{"Overall", func() { stat.OverallUnpaired([]stat.Cell{{Old: old, New: new}}, .95, 1) }},
	} {
		b.Run(row.name, func(b *testing.B) {
			for b.Loop() {
				row.work()
			}
		})
	}
}
