package study

import (
	"slices"

	"github.com/lotteryctl/lotteryctl/analyze/bench"
	"github.com/lotteryctl/lotteryctl/analyze/stat"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/internal/steps"
)

// Answer is what a contrast comes to, in the words of the steps.
type Answer string

// The answers. Breaks beats all others: what is wrong need not be fast.
const (
	Helps  Answer = "helps"
	Harms  Answer = "harms"
	Breaks Answer = "breaks an invariant"
	// None is shown: the whole interval is within the minimum effect worth a change.
	None Answer = "no measurable effect"
	// Undecided shows neither an effect nor that there is none.
	Undecided Answer = "inconclusive"
	// Small is certain and smaller than the minimum effect worth a change.
	Small Answer = "real but too small"
	// Unsure is a change that its own interval shows and that the p-value,
	// corrected for all the other questions, does not: more rounds would tell.
	Unsure Answer = "not certain"
	// TooFew says that this number of rounds could not have decided anything.
	TooFew Answer = "too few rounds"
	// TooThin says that the metric is a percentile and a run has too few requests
	// for one to be compared, see [bench.RequestsFor].
	TooThin Answer = "too few requests"
	// Missing says that no round has the metric in both arms.
	Missing Answer = "not measured"
)

// Finding is the answer to one contrast.
type Finding struct {
	Contrast
	// Claim is the article's, for a single switch.
	Claim  string `json:"claim,omitempty"`
	Answer Answer `json:"verdict"`
	// Effect is that of the deciding metric; nil when it was not measured.
	Effect *Effect `json:"effect,omitempty"`
	// Corrected is Effect.P after Holm's correction for all contrasts.
	Corrected *float64 `json:"corrected_p,omitempty"`
	// Requests, for TooThin, is the least that a run has, and RequestsNeeded what
	// it takes.
	Requests       int `json:"requests,omitempty"`
	RequestsNeeded int `json:"requests_needed,omitempty"`
	// Also are the effects on latency, CPU and memory, for the record: they
	// were not asked about, so no verdict rests on them.
	Also []Effect `json:"also"`
	// Broken are the invariants seen broken in the arm with the variant and not
	// in the other one, in words.
	Broken []runfolder.Broken `json:"broken,omitempty"`
	// Wrong is what the catalogue knows to be wrong with the variant, seen or not.
	Wrong string `json:"known_wrong,omitempty"`
}

// Result is what an experiment over the switches found.
type Result struct {
	Design   string    `json:"design"` // a Spec, in words
	Rule     Rule      `json:"rule"`
	Findings []Finding `json:"findings"`
	Accounts []Balance `json:"accounts"`
}

// alsoUnits are shown beside the deciding metric.
func alsoUnits() []string {
	return []string{"p50-latency-ns", "p95-latency-ns", "p99-latency-ns", "cpu-ns/op", "B/op", "allocs/op"}
}

// Judge answers the design's contrasts from the rounds of its run. Effects,
// p-values and the rule are those of [bench.Ask]; the contrasts, each with the
// metric that should change, are its family.
func Judge(d Design, rounds []runfolder.Round, rule Rule) (Result, error) {
	m, err := newMeasured(d.ArmNames(), rounds, rule)
	if err != nil {
		return Result{}, err
	}
	result := Result{Design: d.Spec.String(), Rule: m.rule}
	var deciding, also []bench.Question
	for _, c := range d.Contrasts {
		deciding = append(deciding, bench.Question{Unit: c.Metric, From: c.From, To: c.To})
		for _, unit := range alsoUnits() {
			also = append(also, bench.Question{Unit: unit, From: c.From, To: c.To})
		}
	}
	answers, family := m.ask(deciding)
	others, _ := m.ask(also)
	broken := brokenByArm(rounds)
	for i, c := range d.Contrasts {
		f := newFinding(c)
		f.Broken = newlyBroken(broken[c.From], broken[c.To])
		f.Effect = m.effect(answers[i])
		f.Corrected = corrected(answers[i].Judgement)
		f.Answer = answerOf(f, answers[i], family, m.rule.Alpha)
		if f.Answer == TooThin {
			f.Requests, f.RequestsNeeded = answers[i].Advisory.Least, answers[i].Advisory.Need
		}
		for range alsoUnits() {
			if e := m.effect(others[0]); e != nil && e.Unit != c.Metric {
				f.Also = append(f.Also, *e)
			}
			others = others[1:]
		}
		result.Findings = append(result.Findings, f)
	}
	for _, a := range d.Accounts {
		result.Accounts = append(result.Accounts, m.figures.balance(d, a))
	}
	return result, nil
}

// newFinding fills in what the catalogue says of a contrast.
func newFinding(c Contrast) Finding {
	f := Finding{Contrast: c, Also: []Effect{}}
	if s, ok := steps.Find(c.Switch); ok {
		f.Claim = s.Claim
		if v, ok := s.Variant(c.Variant); ok {
			f.Wrong = v.Wrong
		}
	}
	return f
}

// effect is what an answer found; nil when no round has the metric in both arms.
func (m measured) effect(a bench.Answer) *Effect {
	e, ok := m.figures.describe(a.From, a.To, a.Unit)
	if !ok {
		return nil
	}
	e = e.judged(a.Judgement)
	return &e
}

// answerOf puts the verdict of analyze/bench into the words of the steps. What
// is neither improved nor regressed is told apart by the reason: the interval,
// the corrected p-value, or the size.
func answerOf(f Finding, a bench.Answer, family int, alpha float64) Answer {
	g := a.Judgement
	switch {
	case len(f.Broken) > 0:
		return Breaks
	case f.Effect == nil:
		return Missing
	case a.Advisory.Code == bench.TooFewRequests:
		return TooThin
	case g == nil || g.MinP()*float64(family) > alpha:
		return TooFew
	case g.Excluded != nil:
		return Undecided
	case g.Verdict == bench.Improved:
		return Helps
	case g.Verdict == bench.Regressed:
		return Harms
	case !g.Effect.Excludes1() && g.Verdict == bench.Equivalent:
		return None
	case !g.Effect.Excludes1():
		return Undecided
	case g.PHolm > alpha:
		return Unsure
	}
	return Small
}

// RoundsNeeded is the least number of rounds in which so many contrasts can be
// decided at all.
func (r Rule) RoundsNeeded(contrasts int) int {
	return stat.RunsForAlpha(r.filled().Alpha, contrasts, true)
}

// brokenByArm gathers the invariants seen broken in any run, also in one that
// counts for nothing else. Each is kept once.
func brokenByArm(rounds []runfolder.Round) map[string][]runfolder.Broken {
	broken := map[string][]runfolder.Broken{}
	for _, r := range rounds {
		broken[r.Arm] = append(broken[r.Arm], newlyBroken(broken[r.Arm], r.Broken)...)
	}
	return broken
}

// newlyBroken are those of to that from does not have, each once.
func newlyBroken(from, to []runfolder.Broken) (news []runfolder.Broken) {
	for _, b := range to {
		if !slices.ContainsFunc(from, b.Same) && !slices.ContainsFunc(news, b.Same) {
			news = append(news, b)
		}
	}
	return news
}
