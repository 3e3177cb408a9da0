package study

import (
	"slices"
	"strings"

	"github.com/lotteryctl/lotteryctl/analyze/stat"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/internal/steps"
)

// Verdict is the answer to the question of a contrast.
type Verdict string

// The verdicts. Breaks beats all others: what is wrong need not be fast.
const (
	Helps  Verdict = "helps"
	None   Verdict = "no measurable effect"
	Harms  Verdict = "harms"
	Breaks Verdict = "breaks an invariant"
	// Small is certain and smaller than the least effect worth a change.
	Small Verdict = "real but too small"
	// Unsure is a change that its own interval shows and that the p-value,
	// corrected for all the other questions, does not: more rounds would tell.
	Unsure Verdict = "not certain"
	// TooFew says that this number of rounds could not have decided anything.
	TooFew Verdict = "too few rounds"
	// Missing says that no round has the metric in both arms.
	Missing Verdict = "not measured"
)

// Rule is when a change counts.
type Rule struct {
	// Alpha is the chance of calling any of the family changed although nothing
	// is. By default 0.05.
	Alpha float64 `json:"alpha"`
	// MinEffect is the least relative change worth mentioning. By default 0.05.
	MinEffect float64 `json:"min_effect"`
}

// DefaultRule is 5 % in both.
func DefaultRule() Rule { return Rule{Alpha: 0.05, MinEffect: 0.05} }

// Finding is the answer to one contrast.
type Finding struct {
	Contrast
	// Claim is the article's, for a single switch.
	Claim   string  `json:"claim,omitempty"`
	Verdict Verdict `json:"verdict"`
	// Effect is that of the deciding metric; nil when it was not measured.
	Effect *Effect `json:"effect,omitempty"`
	// Corrected is Effect.P after Holm's correction for all contrasts.
	Corrected *float64 `json:"corrected_p,omitempty"`
	// Also are the effects on latency, CPU and memory, for the record: they
	// were not asked about, so no verdict rests on them.
	Also []Effect `json:"also"`
	// Broken are the invariants seen broken in the arm with the variant and not
	// in the other one, in words.
	Broken []string `json:"broken,omitempty"`
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

// Judge answers the design's contrasts from the rounds of its run.
func Judge(d Design, rounds []runfolder.Round, rule Rule) Result {
	t, broken := newTable(rounds), brokenByArm(rounds)
	result := Result{Design: d.Spec.String(), Rule: rule}
	var p []float64
	var asked []int // findings with a p
	for i, c := range d.Contrasts {
		f := t.finding(c)
		f.Broken = newlyBroken(broken[c.From], broken[c.To])
		if f.Effect != nil {
			p, asked = append(p, f.Effect.P), append(asked, i)
		}
		result.Findings = append(result.Findings, f)
	}
	for i, corrected := range stat.Holm(p) {
		result.Findings[asked[i]].Corrected = &corrected
	}
	for i := range result.Findings {
		f := &result.Findings[i]
		f.Verdict = rule.verdict(f, len(p))
	}
	for _, a := range d.Accounts {
		result.Accounts = append(result.Accounts, t.balance(d, a))
	}
	return result
}

// finding fills in what one contrast alone can tell.
func (t table) finding(c Contrast) Finding {
	f := Finding{Contrast: c, Also: []Effect{}}
	if s, ok := steps.Find(c.Switch); ok {
		f.Claim = s.Claim
		if v, ok := s.Variant(c.Variant); ok {
			f.Wrong = v.Wrong
		}
	}
	if e, ok := t.effect(c.From, c.To, c.Metric); ok {
		f.Effect = &e
	}
	for _, unit := range alsoUnits() {
		if e, ok := t.effect(c.From, c.To, unit); ok && unit != c.Metric {
			f.Also = append(f.Also, e)
		}
	}
	return f
}

// verdict decides by the rule fixed beforehand; family is how many questions
// were asked at once.
func (r Rule) verdict(f *Finding, family int) Verdict {
	switch {
	case len(f.Broken) > 0:
		return Breaks
	case f.Effect == nil:
		return Missing
	case r.hopeless(f.Effect.Rounds, family):
		return TooFew
	case !f.Effect.Excludes1():
		return None
	case *f.Corrected > r.Alpha:
		return Unsure
	case !f.Effect.Ratio.AtLeast(r.MinEffect):
		return Small
	case (f.Effect.Ratio.Center > 1) == higherIsBetter(f.Effect.Unit):
		return Helps
	}
	return Harms
}

// hopeless reports whether even rounds that all agree could not decide.
func (r Rule) hopeless(rounds, family int) bool {
	return stat.MinPSignFlip(rounds)*float64(family) > r.Alpha
}

// RoundsNeeded is the least number of rounds in which so many contrasts can be
// decided at all.
func (r Rule) RoundsNeeded(contrasts int) int {
	return stat.RunsForAlpha(r.Alpha, contrasts, true)
}

// brokenByArm gathers the invariants seen broken in any run, also in one that
// counts for nothing else. Each is kept once, by its first word ("I3:").
func brokenByArm(rounds []runfolder.Round) map[string][]string {
	broken := map[string][]string{}
	for _, r := range rounds {
		for _, text := range r.Broken {
			if !slices.ContainsFunc(broken[r.Arm], func(have string) bool { return invariant(have) == invariant(text) }) {
				broken[r.Arm] = append(broken[r.Arm], text)
			}
		}
	}
	return broken
}

// newlyBroken are those of to that from does not have.
func newlyBroken(from, to []string) (news []string) {
	for _, text := range to {
		if !slices.ContainsFunc(from, func(have string) bool { return invariant(have) == invariant(text) }) {
			news = append(news, text)
		}
	}
	return news
}

func invariant(text string) string {
	id, _, _ := strings.Cut(text, ":")
	return id
}
