package stat_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/lotteryctl/lotteryctl/analyze/stat"
)

// noisyRounds are log ratios of a measure and of a covariate that both follow
// the machine's speed; effect is what the change really does to the measure.
func noisyRounds(random *rand.Rand, n int, effect, touched float64) (d, c []float64) {
	for range n {
		speed := 0.1 * random.NormFloat64()
		d = append(d, effect+speed+0.01*random.NormFloat64())
		c = append(c, touched+2*speed+0.02*random.NormFloat64())
	}
	return d, c
}

func mean(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}

// TestAdjustedFindsWhatNoiseHides plants 5 % under noise of 10 %.
func TestAdjustedFindsWhatNoiseHides(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	plain, adjusted := 0, 0
	for range 100 {
		d, c := noisyRounds(random, 10, 0.05, 0)
		if stat.SignFlip(d, 1) <= 0.01 {
			plain++
		}
		a, ok := stat.Adjusted(d, c, 1)
		if ok && stat.SignFlipAdjusted(d, c, 1) <= 0.01 {
			adjusted++
		}
		if ok && math.Abs(mean(a)-0.05) > 0.03 {
			t.Errorf("the adjusted effect is %v, want 0.05", mean(a))
		}
	}
	if plain > 20 || adjusted < 90 {
		t.Errorf("found in %d of 100 as it is and %d adjusted; want few and nearly all", plain, adjusted)
	}
}

// TestAdjustedIsSilentWhereNothingChanged holds the test to its level.
func TestAdjustedIsSilentWhereNothingChanged(t *testing.T) {
	random := rand.New(rand.NewPCG(2, 1))
	const tries = 1000
	alarms := 0
	for range tries {
		if d, c := noisyRounds(random, 8, 0, 0); stat.SignFlipAdjusted(d, c, 1) <= 0.05 {
			alarms++
		}
	}
	if alarms < 20 || alarms > 80 {
		t.Errorf("%d alarms in %d experiments in which nothing changed, at 0.05", alarms, tries)
	}
}

// TestAdjustedRefuses lists what must be left as it is.
func TestAdjustedRefuses(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 1))
	touched, few := 0, 5
	for range 50 {
		if d, c := noisyRounds(random, 10, 0.05, 0.5); !firstOK(stat.Adjusted(d, c, 1)) {
			touched++
		}
	}
	if touched < 49 {
		t.Errorf("a covariate that the change touches was used %d times", 50-touched)
	}
	d, c := noisyRounds(random, 10, 0, 0)
	constant := make([]float64, 10)
	infinite := append([]float64{math.Inf(1)}, c[1:]...)
	for _, row := range []struct {
		name string
		pair [2][]float64
	}{
		{"too few", [2][]float64{d[:few], c[:few]}}, {"constant", [2][]float64{d, constant}}, {"infinite", [2][]float64{d, infinite}}, {"unequal", [2][]float64{d, c[:9]}},
	} {
		if got, ok := stat.Adjusted(row.pair[0], row.pair[1], 1); ok || &got[0] != &row.pair[0][0] {
			t.Errorf("%s: adjusted", row.name)
		}
	}
	if p := stat.SignFlipAdjusted(d, constant, 1); p != 1 {
		t.Errorf("constant covariate: p = %v, want 1", p)
	}
}

func firstOK(_ []float64, ok bool) bool { return ok }

// TestAdjustedBeyondExact compares drawn patterns with all of them.
func TestAdjustedBeyondExact(t *testing.T) {
	random := rand.New(rand.NewPCG(4, 1))
	d, c := noisyRounds(random, 20, 0.004, 0)
	p := stat.SignFlipAdjusted(d, c, 1)
	if again := stat.SignFlipAdjusted(d, c, 1); again != p || p <= 0 || p > 1 {
		t.Errorf("p is %v, then %v", p, again)
	}
	if d, c = noisyRounds(random, 20, 0.1, 0); stat.SignFlipAdjusted(d, c, 1) > 0.001 {
		t.Error("10 % in 20 rounds was not found")
	}
}

// TestAdjustedReachesTheLeastP: of an effect far beyond all noise, only the rounds
// as they are and all of them turned are as extreme, whatever the covariate is.
func TestAdjustedReachesTheLeastP(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(11, 4))
	for range 200 {
		for _, n := range []int{6, 8, 10} {
			d, c := noisyRounds(random, n, 0.5, 0)
			if p := stat.SignFlipAdjusted(d, c, 1); p != stat.MinPSignFlip(n) {
				t.Fatalf("%d rounds: p = %v, want %v\n%v\n%v", n, p, stat.MinPSignFlip(n), d, c)
			}
		}
	}
}
