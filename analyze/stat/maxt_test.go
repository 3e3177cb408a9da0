package stat_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/lotteryctl/lotteryctl/analyze/stat"
)

// questions makes n of them with values around 100 that scatter by 2, the
// first one larger by planted on the new side.
func questions(n, old, new int, planted float64, seed uint64) stat.Questions {
	random := rand.New(rand.NewPCG(seed, 7))
	q := stat.Questions{Old: old, New: new}
	for i := range n {
		for run := range old + new {
			v := 100 + 2*random.NormFloat64()
			if i == 0 && run >= old {
				v += planted
			}
			q.Values = append(q.Values, v)
		}
		q.Floor = append(q.Floor, 0.1)
	}
	return q
}

func TestMaxTFindsThePlantedQuestionAlone(t *testing.T) {
	t.Parallel()
	for _, runs := range []int{5, 10} {
		p, draws := stat.MaxT(questions(3000, runs, runs, 20, 1), 1)
		if p[0] > 0.05 {
			t.Errorf("%d runs a side: the planted question has p = %v in %d draws, want 0.05 at most", runs, p[0], draws)
		}
		others := 0
		for _, v := range p[1:] {
			if v <= 0.05 {
				others++
			}
		}
		if others > 0 {
			t.Errorf("%d runs a side: %d of the other questions are called, want none", runs, others)
		}
	}
}

// Without any difference at most one family in twenty may have a false report.
func TestMaxTKeepsItsLevel(t *testing.T) {
	t.Parallel()
	const families = 200
	wrong := 0
	for seed := range uint64(families) {
		p, _ := stat.MaxT(questions(40, 4, 4, 0, seed+100), seed)
		for _, v := range p {
			if v <= 0.05 {
				wrong++
				break
			}
		}
	}
	if wrong > 20 { // 10 are expected; more than 20 have a chance of 0.002
		t.Errorf("%d of %d families without a difference had a report, want about 10", wrong, families)
	}
}

func TestMaxTOfOneQuestionIsThePermutationTest(t *testing.T) {
	t.Parallel()
	q := stat.Questions{Old: 3, New: 3, Values: []float64{1, 2, 3, 11, 12, 13}, Floor: []float64{0}}
	p, draws := stat.MaxT(q, 1)
	if draws != 20 || math.Abs(p[0]-0.1) > 1e-12 {
		t.Errorf("got p = %v in %d draws, want 2/20 in 20", p[0], draws)
	}
	q.Values = []float64{5, 5, 5, 5, 5, 5}
	if p, _ := stat.MaxT(q, 1); p[0] != 1 {
		t.Errorf("without any difference got p = %v, want 1", p[0])
	}
}

// A count of one against none in every run is less than the floor allows to
// believe when larger things scatter more.
func TestMaxTBelievesNoScatterBelowTheFloor(t *testing.T) {
	t.Parallel()
	q := questions(500, 5, 5, 0, 3)
	q.Values = append(q.Values, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1)
	q.Floor = append(q.Floor, 0.45)
	p, _ := stat.MaxT(q, 1)
	if last := p[len(p)-1]; last <= 0.05 {
		t.Errorf("one sample against none has p = %v, want more than 0.05", last)
	}
}

func TestWelchInterval(t *testing.T) {
	t.Parallel()
	// R: t.test(c(3,4,5,6,7), c(1,2,3,4,5)) has the interval -0.306 to 4.306.
	low, high := stat.WelchInterval([]float64{1, 2, 3, 4, 5}, []float64{3, 4, 5, 6, 7}, 0.95)
	if math.Abs(low+0.306) > 0.001 || math.Abs(high-4.306) > 0.001 {
		t.Errorf("got %v to %v, want -0.306 to 4.306", low, high)
	}
	// Two values a side with equal scatter: 2 degrees of freedom, quantile 4.303.
	low, high = stat.WelchInterval([]float64{0, 2}, []float64{10, 12}, 0.95)
	if want := 4.302653 * math.Sqrt2; math.Abs((high-low)/2-want) > 1e-4 || math.Abs((high+low)/2-10) > 1e-9 {
		t.Errorf("got %v to %v, want 10 ± %v", low, high, want)
	}
	if low, _ := stat.WelchInterval([]float64{1}, []float64{1, 2}, 0.95); !math.IsNaN(low) {
		t.Errorf("one value has no scatter, got %v", low)
	}
}
