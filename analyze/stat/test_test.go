package stat_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/lotteryctl/lotteryctl/analyze/stat"
)

func counting(from, n int) []float64 {
	values := make([]float64, n)
	for i := range values {
		values[i] = float64(from + i)
	}
	return values
}

// Trap 4 of benchstat: its exact test mirrors one tail, which is wrong with
// ties in samples of different sizes. The example gave 0.036 there.
func TestTrap4TiesWithUnequalSizes(t *testing.T) {
	if p := stat.MannWhitney([]float64{1, 1, 1}, []float64{0, 0, 0, 1, 1}); !near(p, 20.0/56, 1e-12) {
		t.Errorf("{1,1,1} against {0,0,0,1,1}: p = %v, want 0.357", p)
	}
	random := rand.New(rand.NewPCG(1, 1))
	for range 600 {
		old := fewValues(random, 1+random.IntN(6), 1+random.IntN(5))
		new := fewValues(random, 1+random.IntN(6), 1+random.IntN(5))
		want := bruteMannWhitney(old, new)
		if p := stat.MannWhitney(old, new); !near(p, want, 1e-9) {
			t.Errorf("MannWhitney(%v, %v) = %v, all labelings say %v", old, new, p, want)
		}
	}
}

// The table "Minimum runs" of the design study.
func TestMannWhitneySmallestP(t *testing.T) {
	for _, test := range []struct {
		n1, n2 int
		want   float64
	}{
		{3, 3, .1}, {4, 4, .02857}, {5, 5, .007937}, {6, 6, .002165},
		{7, 7, .0005828}, {8, 8, .0001554}, {10, 10, 1.0825e-5}, {3, 5, .03571}, {2, 8, .04444},
	} {
		p := stat.MannWhitney(counting(0, test.n1), counting(100, test.n2))
		if !near(p/test.want, 1, 1e-3) {
			t.Errorf("%d against %d runs apart: p = %v, want %v", test.n1, test.n2, p, test.want)
		}
		if least := stat.MinPMannWhitney(test.n1, test.n2); !near(p, least, 1e-12) {
			t.Errorf("MinPMannWhitney(%d, %d) = %v, the test gives %v", test.n1, test.n2, least, p)
		}
	}
}

// The same table: the largest U that is significant, alone and of eight tests.
func TestMannWhitneyCriticalU(t *testing.T) {
	for _, test := range []struct {
		n, alone, ofEight int
	}{
		{4, 0, -1}, {5, 2, -1}, {6, 5, 1}, {7, 8, 3}, {8, 13, 6}, {10, 23, 14},
	} {
		if got := criticalU(test.n, 0.05); got != test.alone {
			t.Errorf("n=%d: U up to %d is significant at 0.05, want %d", test.n, got, test.alone)
		}
		if got := criticalU(test.n, 0.05/8); got != test.ofEight {
			t.Errorf("n=%d: U up to %d is significant at 0.05/8, want %d", test.n, got, test.ofEight)
		}
	}
}

// criticalU raises U one by one, by moving values of new below values of old.
func criticalU(n int, alpha float64) int {
	critical := -1
	for u := 0; u <= n*n; u++ {
		old, new := counting(0, n), make([]float64, n)
		for i := range new { // the first u/n values are below all of old, the next below u%n of it
			switch {
			case i < u/n:
				new[i] = -1 - float64(i)
			case i == u/n:
				new[i] = float64(n-u%n) - 0.5
			default:
				new[i] = float64(n + i)
			}
		}
		if stat.MannWhitney(old, new) > alpha {
			break
		}
		critical = u
	}
	return critical
}

func TestMannWhitneyEdges(t *testing.T) {
	for _, test := range []struct {
		name     string
		old, new []float64
		want     float64
	}{
		{"empty", nil, []float64{1, 2}, 1},
		{"all equal", []float64{7, 7, 7}, []float64{7, 7}, 1},
		{"one against one", []float64{1}, []float64{2}, 1},
		{"zeros", []float64{0, 0, 0, 0}, []float64{1, 1, 1, 1}, 2.0 / 70},
		{"infinite", []float64{1, 2, 3, 4}, []float64{5, math.Inf(1), math.Inf(1), 6}, 2.0 / 70},
	} {
		if p := stat.MannWhitney(test.old, test.new); !near(p, test.want, 1e-12) {
			t.Errorf("%s: p = %v, want %v", test.name, p, test.want)
		}
	}
}

// Beyond the exact sizes the approximation must meet the exact numbers.
func TestMannWhitneyApproximationIsClose(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 3))
	for range 5 {
		exact := stat.MannWhitney(lognormal(random, 50, 1, .1), lognormal(random, 50, 1.03, .1))
		if exact < 0 || exact > 1 {
			t.Fatalf("p = %v", exact)
		}
	}
	old, new := counting(0, 50), counting(0, 50)
	for i := range new {
		new[i] += 8.5
	}
	exact := stat.MannWhitney(old, new)
	approximate := stat.MannWhitney(append(old, 100, -100), append(new, 100.5, -100.5))
	if math.Abs(exact-approximate) > 0.02 {
		t.Errorf("50 against 50: %v, 52 against 52 of the same shape: %v", exact, approximate)
	}
	if p := stat.MannWhitney(counting(0, 5000), counting(2500, 6000)); p > 1e-100 {
		t.Errorf("thousands apart: p = %v", p)
	}
}

func TestSignFlip(t *testing.T) {
	random := rand.New(rand.NewPCG(4, 4))
	for range 300 {
		d := make([]float64, 1+random.IntN(10))
		for i := range d {
			switch random.IntN(4) {
			case 0: // a zero
			case 1:
				d[i] = float64(random.IntN(5) - 2) // ties
			default:
				d[i] = random.NormFloat64()
			}
		}
		if p, want := stat.SignFlip(d, 1), bruteSignFlip(d); !near(p, want, 1e-9) {
			t.Errorf("SignFlip(%v) = %v, all signs say %v", d, p, want)
		}
	}
}

func TestSignFlipSmallestP(t *testing.T) {
	for _, row := range []struct {
		n    int
		want float64
	}{{3, .25}, {4, .125}, {5, .0625}, {6, .03125}, {7, .015625}, {8, .0078125}, {10, .001953125}, {24, 0x1p-23}} {
		if p := stat.SignFlip(counting(1, row.n), 1); p != row.want || stat.MinPSignFlip(row.n) != row.want {
			t.Errorf("%d rounds that agree: p = %v, MinPSignFlip = %v, want %v", row.n, p, stat.MinPSignFlip(row.n), row.want)
		}
	}
}

func TestSignFlipInfinities(t *testing.T) {
	inf := math.Inf(1)
	for _, test := range []struct {
		d    []float64
		want float64
	}{
		{nil, 1},
		{[]float64{0, 0, 0}, 1},
		{[]float64{1, math.NaN(), 1, 1, 1, 1, 1, 1}, 1},
		{[]float64{inf, inf, inf, inf}, .125},
		{[]float64{inf, -inf}, 1},
		{[]float64{inf, .1, .2, -inf, 0}, 0.75}, // ranks 3.5 1 2 -3.5: 12 of 16 sums reach 3
	} {
		if p := stat.SignFlip(test.d, 1); p != test.want {
			t.Errorf("SignFlip(%v) = %v, want %v", test.d, p, test.want)
		}
	}
}

// Drawn signs must give what all signs would: 24 rounds are exact, 26 with two
// that hardly matter are drawn.
func TestSignFlipDrawn(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 5))
	d := make([]float64, 24)
	for i := range d {
		d[i] = random.NormFloat64() + 0.3
	}
	exact := stat.SignFlip(d, 1)
	drawn := stat.SignFlip(append(d, 1e-7, 1e-7), 1)
	if math.Abs(exact-drawn) > 0.005 {
		t.Errorf("exact %v, drawn %v", exact, drawn)
	}
	if again := stat.SignFlip(append(d, 1e-7, 1e-7), 1); again != drawn {
		t.Errorf("the same seed gave %v and %v", drawn, again)
	}
}

func TestCliffsDelta(t *testing.T) {
	for _, test := range []struct {
		old, new []float64
		want     float64
	}{
		{nil, []float64{1}, 0},
		{[]float64{1, 2, 3}, []float64{4, 5}, 1},
		{[]float64{4, 5}, []float64{1, 2, 3}, -1},
		{[]float64{1, 2}, []float64{1, 2}, 0},
		{[]float64{0, 0, 1}, []float64{0, 1, 1}, 3.0 / 9},
	} {
		if got := stat.CliffsDelta(test.old, test.new); !near(got, test.want, 1e-12) {
			t.Errorf("CliffsDelta(%v, %v) = %v, want %v", test.old, test.new, got, test.want)
		}
	}
}

func TestHolm(t *testing.T) {
	nan := math.NaN()
	for _, test := range []struct{ p, want []float64 }{
		{nil, nil},
		{[]float64{.04}, []float64{.04}},
		{[]float64{.01, .04, .03}, []float64{.03, .06, .06}},
		{[]float64{.5, .9, nan, .6}, []float64{1, 1, nan, 1}},
		// The worked example of the study: eight steps.
		{[]float64{.043, .089, .143, .001, .075, .105, .023, .029}, []float64{.215, .3, .3, .008, .3, .3, .161, .174}},
	} {
		got := stat.Holm(test.p)
		for i := range test.want {
			if !near(got[i], test.want[i], 1e-9) && !math.IsNaN(test.want[i]) || math.IsNaN(got[i]) != math.IsNaN(test.want[i]) {
				t.Errorf("Holm(%v) = %v, want %v", test.p, got, test.want)
				break
			}
		}
	}
}

// Holm keeps the chance of any false report at 5 %, which raw p-values do not:
// the study's figures for eight tests of nothing are 0.30 raw and 0.05.
func TestHolmFamilyError(t *testing.T) {
	random := rand.New(rand.NewPCG(6, 6))
	const families = 1500
	raw, corrected := 0, 0
	var calculator stat.Calculator
	for range families {
		p := make([]float64, 8)
		for i := range p {
			p[i] = calculator.MannWhitney(lognormal(random, 10, 1, .03), lognormal(random, 10, 1, .03))
		}
		if slices.Min(p) <= .05 {
			raw++
		}
		if slices.Min(stat.Holm(p)) <= .05 {
			corrected++
		}
	}
	if rate := float64(corrected) / families; rate > .065 || rate < .02 {
		t.Errorf("with Holm %.3f of families have a false report, want about 0.04", rate)
	}
	if rate := float64(raw) / families; rate < .25 {
		t.Errorf("without, only %.3f have one: the simulation simulates nothing", rate)
	}
}

// What interleaving is for: with drift over the experiment, blocks of runs are
// "significant" most of the time, rounds are not.
func TestFalsePositivesUnderDrift(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 7))
	const experiments, n = 800, 10
	var sequential, rounds, found float64
	for range experiments {
		block := lognormal(random, 2*n, 1, .03)
		pair := lognormal(random, 2*n, 1, .03)
		for i := range 2 * n {
			drift := math.Exp(.1 * float64(i) / (2*n - 1))
			block[i] *= drift
			pair[i] *= drift
		}
		if stat.MannWhitney(block[:n], block[n:]) <= .05 {
			sequential++
		}
		var old, new, slower []float64
		for i := 0; i < 2*n; i += 2 {
			first := random.IntN(2)
			old, new, slower = append(old, pair[i+first]), append(new, pair[i+1-first]), append(slower, 1.05*pair[i+1-first])
		}
		if stat.SignFlip(stat.LogRatios(old, new), 1) <= .05 {
			rounds++
		}
		if stat.SignFlip(stat.LogRatios(old, slower), 1) <= .05 {
			found++
		}
	}
	if sequential/experiments < .8 {
		t.Errorf("blocks: %.3f false positives, the study has 0.90", sequential/experiments)
	}
	if rounds/experiments > .075 {
		t.Errorf("rounds: %.3f false positives, the study has 0.05", rounds/experiments)
	}
	if found/experiments < .8 {
		t.Errorf("rounds find 5 %% in %.3f of experiments, the study has 0.89", found/experiments)
	}
}

func ExampleMannWhitney() {
	old := []float64{10.1, 10.3, 9.9, 10.0, 10.2, 10.4}
	new := []float64{11.0, 11.2, 10.9, 11.1, 11.4, 11.3}
	fmt.Printf("p = %.4f\n", stat.MannWhitney(old, new))
	ratio := stat.HodgesLehmann(old, new, 0.95)
	fmt.Printf("%.3f, interval %.3f to %.3f\n", ratio.Center, ratio.Low, ratio.High)
	// Output:
	// p = 0.0022
	// 1.099, interval 1.069 to 1.129
}
