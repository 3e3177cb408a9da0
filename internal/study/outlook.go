package study

import (
	"github.com/lotteryctl/lotteryctl/analyze/bench"
	"github.com/lotteryctl/lotteryctl/analyze/stat"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
)

// Outlook is what an experiment that is planned will be able to decide, whatever it
// measures.
type Outlook struct {
	// Questions is about how many comparisons are corrected for: a metric that turns
	// out not to be measured is none.
	Questions int
	// Need is the number of rounds from which any of them could be decided at all,
	// and NeedPairs that from which by pairs of rounds: the test that sees most.
	Need, NeedPairs int
	// TooFew are the percentiles for which a run has too few requests.
	TooFew []TooFewRequests
}

// TooFewRequests is a percentile that gets no verdict.
type TooFewRequests struct {
	Unit string // as in bench.txt
	// Requests is what a run has, and Need what it takes.
	Requests, Need int
}

// Foresee says what so many arms, each compared with the first one, can decide with
// so many requests in a run. Requests of 0 are not known: of a closed loop.
func Foresee(arms, requests int, rule Rule) Outlook {
	metrics := 0
	tooFew := foreseeRequests(requests, func(unit string) {
		if unit != capacityUnit {
			metrics++
		}
	})
	o := outlook(max(arms-1, 1)*metrics, rule, false)
	o.TooFew = tooFew
	return o
}

// ForeseeDesign says it of the contrasts of a design.
func ForeseeDesign(d Design, requests int, rule Rule) Outlook {
	o := outlook(len(d.Contrasts), rule, true)
	for _, p := range foreseeRequests(requests, func(string) {}) {
		for _, c := range d.Contrasts {
			if c.Metric == p.Unit {
				o.TooFew = append(o.TooFew, p)
				break
			}
		}
	}
	return o
}

// ForeseeCapacities says it of searches for the capacity of so many arms.
func ForeseeCapacities(arms int, rule Rule) Outlook { return outlook(max(arms-1, 1), rule, false) }

func outlook(questions int, rule Rule, pairsOnly bool) Outlook {
	alpha := rule.filled().Alpha
	o := Outlook{Questions: questions, NeedPairs: stat.RunsForAlpha(alpha, questions, true)}
	if o.Need = o.NeedPairs; !pairsOnly {
		o.Need = min(o.Need, stat.RunsForAlpha(alpha, questions, false))
	}
	return o
}

// foreseeRequests finds the percentiles that lack requests, and hands out the units
// of bench.txt that can get a verdict.
func foreseeRequests(requests int, judged func(unit string)) (tooFew []TooFewRequests) {
	for _, unit := range runfolder.Units() {
		need := bench.RequestsFor(unit[0])
		switch {
		case unit[1] == "" || bench.IsExplanatory(unit[0]):
		case requests > 0 && requests < need:
			tooFew = append(tooFew, TooFewRequests{unit[0], requests, need})
		default:
			judged(unit[0])
		}
	}
	return tooFew
}

// RequestsToJudge is how many requests a run needs for its p95 to be judged.
func RequestsToJudge() int { return bench.RequestsFor("p95-latency-ns") }
