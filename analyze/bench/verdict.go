package bench

import "github.com/lotteryctl/lotteryctl/analyze/stat"

// Verdict is what a comparison of two cells comes to.
type Verdict string

// The verdicts.
const (
	// Regressed: worse, by at least the minimum effect, beyond chance.
	Regressed Verdict = "regressed"
	// Improved: better, by at least the minimum effect, beyond chance.
	Improved Verdict = "improved"
	// Changed: as much and as surely, in a unit whose direction is not known.
	Changed Verdict = "changed"
	// Equivalent: the whole interval is within the minimum effect.
	Equivalent Verdict = "equivalent"
	// Inconclusive: none of these. This does not mean that nothing changed.
	Inconclusive Verdict = "inconclusive"
	// Uncompared: there is nothing to compare with.
	Uncompared Verdict = "uncompared"
)

// Decide is the rule of all verdicts that rest on a test: changed iff the
// corrected p is at most alpha AND the interval excludes 1 AND the center is at
// least minEffect away from 1 (0.05 is 5 %); equivalent iff the whole
// interval is closer to 1 than that; else inconclusive. All three are asked
// because a test finds the tiniest change in enough runs, and a large effect
// that could be chance is none.
func Decide(effect stat.Ratio, correctedP, alpha, minEffect float64, better Better) Verdict {
	switch {
	case correctedP <= alpha && effect.Excludes1() && effect.AtLeast(minEffect):
		return direct(effect.Center, better)
	case effect.Within(minEffect):
		return Equivalent
	}
	return Inconclusive
}

// direct is the verdict on a ratio that is taken at its word.
func direct(ratio float64, better Better) Verdict {
	switch {
	case ratio == 1:
		return Equivalent
	case better == Unknown:
		return Changed
	case ratio > 1 == (better == Higher):
		return Improved
	}
	return Regressed
}

// IsChange reports whether the verdict says that something changed.
func (v Verdict) IsChange() bool { return v == Regressed || v == Improved || v == Changed }

// IsDecided reports whether the verdict answers the question.
func (v Verdict) IsDecided() bool { return v != Inconclusive && v != Uncompared }
