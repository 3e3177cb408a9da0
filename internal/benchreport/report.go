package benchreport

import (
	"github.com/lotteryctl/lotteryctl/analyze/bench"
)

// Report is a judgement with what its caller adds to it.
type Report struct {
	*bench.Report
	// Doubts are shown before the warnings of the judgement.
	Doubts []Doubt
	// Appendices are shown after all other words, and decide nothing.
	Appendices []Appendix
}

// Doubt is a reason to doubt a comparison that the results themselves do not
// tell, such as that two runs had different hosts.
type Doubt struct {
	Code string `json:"code"` // for programs
	Text string `json:"text"` // one sentence
}

// The codes of doubts.
const (
	DoubtUnlike     = "unlike"                     // the arms ran under different conditions
	DoubtSequential = string(bench.WarnSequential) // one arm ran after the other
)

// Appendix is what the caller knows beside the statistics, such as what changed
// in the profiles of the same runs: a title and sentences. Benchstat's CSV has
// no place for it.
type Appendix struct {
	Title string   `json:"title"`
	Items []string `json:"items"`
}

// mostSeries is how many warnings about runs that drift are shown one by one.
const mostSeries = 5

// mostMissing is how many missing benchmarks are.
const mostMissing = 10

// AllDoubts are the caller's and those of the judgement, in words, of each kind no
// more than can be read.
func (r *Report) AllDoubts() []Doubt {
	all := append([]Doubt(nil), r.Doubts...)
	limits := map[bench.WarningCode]int{bench.WarnTrend: mostSeries, bench.WarnMissing: mostMissing}
	shown, left := make(map[bench.WarningCode]int), make(map[bench.WarningCode]int)
	for _, w := range r.Warnings {
		if limit, limited := limits[w.Code]; limited && shown[w.Code] == limit {
			left[w.Code]++
			continue
		}
		shown[w.Code]++
		all = append(all, Doubt{string(w.Code), Warning(w)})
	}
	return withRest(all, left)
}

// withRest says, after the last doubt of a kind, how many more there are.
func withRest(all []Doubt, left map[bench.WarningCode]int) (out []Doubt) {
	for i, d := range all {
		out = append(out, d)
		n := left[bench.WarningCode(d.Code)]
		if n > 0 && (i+1 == len(all) || all[i+1].Code != d.Code) {
			out = append(out, Doubt{d.Code, more(bench.WarningCode(d.Code), n)})
			left[bench.WarningCode(d.Code)] = 0
		}
	}
	return out
}
