package utest

import (
	"math"
	"math/rand/v2"
	"testing"

	"golang.org/x/perf/benchmath"
)

// Outcomes must be benchmath's for any two samples, whoever computes them.
func TestUTestsAgreeWithBenchmath(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	sample := func(n, different int) *benchmath.Sample {
		values := make([]float64, n)
		for i := range values {
			values[i] = float64(random.IntN(different))
		}
		return benchmath.NewSample(values, &benchmath.DefaultThresholds)
	}
	tests := Tests{alpha: benchmath.DefaultThresholds.CompareAlpha, shared: NewOutcomes()}
	counted := 0
	for range 600 {
		n1, n2 := 1+random.IntN(26), 1+random.IntN(26)
		if random.IntN(2) == 0 {
			n2 = n1
		}
		different := []int{2, 6, 30, 1e9}[random.IntN(4)]
		a, b := sample(n1, different), sample(n2, different)
		if ties := rank(a.Values, b.Values).ties; len(ties) > 1 && max(n1, n2) >= hintLimit {
			counted++
		}
		want := benchmath.AssumeNothing.Compare(a, b)
		for range 2 { // the second time from memory
			got, _ := tests.Compare(a, b)
			if math.Abs(got.P-want.P) > 1e-10 || got.String() != want.String() || len(got.Warnings) != len(want.Warnings) {
				t.Errorf("%v\n%v\ngot  %+v\nwant %+v", a.Values, b.Values, got, want)
			}
			if got.FormatDelta(1, 2) != want.FormatDelta(1, 2) {
				t.Errorf("%v\n%v\ngot  %+v\nwant %+v: significance differs", a.Values, b.Values, got, want)
			}
		}
	}
	if counted < 100 {
		t.Errorf("only %d tests had ties in samples that are counted here", counted)
	}
}

func TestUTestsAskBenchmathNearBoundaries(t *testing.T) {
	tests := Tests{alpha: 0.05}
	for _, row := range []struct {
		p    float64
		want bool
	}{{0.05, false}, {0.05 + 1e-12, false}, {0.0505, false}, {0.0625, false}, {0.0501, true}, {1, true}, {math.NaN(), false}} {
		if got := tests.prints(row.p); got != row.want {
			t.Errorf("%v: got %v, want %v", row.p, got, row.want)
		}
	}
}
