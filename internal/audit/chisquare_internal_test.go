package audit

import (
	"math"
	"math/rand/v2"
	"testing"
)

// The wanted values are closed forms: Q(1,x) = e^-x, Q(1/2,x) = erfc(√x), and
// Q(n,x) = e^-x Σ x^k/k! for k < n.
func TestUpperGammaAgreesWithClosedForms(t *testing.T) {
	poisson := func(n int, x float64) float64 {
		term, sum := 1.0, 0.0
		for k := 0; k < n; k++ {
			sum += term
			term *= x / float64(k+1)
		}
		return sum * math.Exp(-x)
	}
	for _, x := range []float64{0, 1e-9, 0.1, 0.5, 1, 1.4, 1.6, 3, 10, 30, 100, 400} {
		for _, row := range []struct{ a, want float64 }{
			{1, math.Exp(-x)}, {0.5, math.Erfc(math.Sqrt(x))},
			{5, poisson(5, x)}, {40, poisson(40, x)}, {512, poisson(512, x)},
		} {
			got := upperGamma(row.a, x)
			if math.Abs(got-row.want) > 1e-9*max(row.want, 1e-300) && math.Abs(got-row.want) > 1e-12 {
				t.Errorf("Q(%g, %g) = %g, want %g", row.a, x, got, row.want)
			}
			if row.want > 1e-280 && math.Abs(got/row.want-1) > 1e-7 {
				t.Errorf("Q(%g, %g) = %g is off by more than 1e-7 of %g", row.a, x, got, row.want)
			}
		}
	}
}

func TestGoodnessOfFit(t *testing.T) {
	for _, row := range []struct {
		name    string
		seen    []int64
		weights []uint64
		ok      bool
		bad     bool // p below the false alarm rate
	}{
		{"exact", []int64{100, 200, 700}, []uint64{1, 2, 7}, true, false},
		{"a little off", []int64{110, 190, 700}, []uint64{1, 2, 7}, true, false},
		{"shifted", []int64{200, 100, 700}, []uint64{1, 2, 7}, true, true},
		{"too few", []int64{9, 1}, []uint64{1, 1}, false, false},
		{"nothing", []int64{0, 0}, []uint64{1, 1}, false, false},
		{"one class", []int64{1000, 0}, []uint64{1, 0}, false, false},
		{"weightless classes are passed", []int64{500, 900, 500}, []uint64{1, 0, 1}, true, false},
		{"rare ones are put together", []int64{30, 30, 940}, []uint64{3, 3, 94}, true, false},
		{"a rare one that is not", []int64{300, 30, 670}, []uint64{3, 3, 94}, true, true},
	} {
		p, ok := goodnessOfFit(row.seen, row.weights)
		if ok != row.ok || ok && p < falseAlarm != row.bad {
			t.Errorf("%s: p = %g, ok = %v", row.name, p, ok)
		}
	}
}

// p must be uniform for fair draws, or the false alarm rate means nothing. The
// seed is fixed, so this cannot fail by chance.
func TestGoodnessOfFitIsCalibrated(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	weights := []uint64{5, 10, 15, 70}
	const runs, draws = 4000, 1000
	below := 0
	for range runs {
		seen := make([]int64, len(weights))
		for range draws {
			x := random.Uint64N(100)
			for i, w := range weights {
				if x < w {
					seen[i]++
					break
				}
				x -= w
			}
		}
		if p, ok := goodnessOfFit(seen, weights); ok && p < 0.05 {
			below++
		}
	}
	// 200 expected with a standard deviation of 14.
	if below < 140 || below > 260 {
		t.Errorf("p is below 0.05 in %d of %d fair runs, want about 200", below, runs)
	}
}
