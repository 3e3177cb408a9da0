package runfolder

import "slices"

// Spread is a metric over the runs of an arm.
type Spread struct {
	Unit   string  `json:"unit"`
	Runs   int     `json:"runs"` // how many of them had it
	Median float64 `json:"median"`
	Min    float64 `json:"min"`
	Max    float64 `json:"max"`
}

// Summarize gives the spread of each metric over the rounds of one arm, in the
// order of Units. Repeated rounds are left out, and failed and partial ones
// unless there are no others. The median of
// p95s is the run in the middle, not an average of percentiles; for an even
// number of runs it is the mean of the two in the middle.
func Summarize(rounds []Round) []Spread {
	values := map[string][]float64{}
	for _, r := range countable(rounds) {
		for _, m := range r.Metrics() {
			values[m.Unit] = append(values[m.Unit], m.Value)
		}
	}
	var out []Spread
	for _, unit := range Units() {
		v := values[unit[0]]
		if len(v) == 0 {
			continue
		}
		slices.Sort(v)
		out = append(out, Spread{unit[0], len(v), (v[(len(v)-1)/2] + v[len(v)/2]) / 2, v[0], v[len(v)-1]})
	}
	return out
}

// countable are the rounds that stand for their arm.
func countable(rounds []Round) []Round {
	whole := slices.DeleteFunc(slices.Clone(rounds), func(r Round) bool { return !r.whole() })
	if len(whole) == 0 {
		return slices.DeleteFunc(slices.Clone(rounds), func(r Round) bool { return r.Repeated })
	}
	return whole
}

// Kept are the rounds that count, in the order they are in: what bench.txt
// holds. Left out are runs that were repeated, cut short or failed, and, so
// that the n-th run of every arm is of one round, the other arms' runs of such
// a round. An arm that has no whole run at all is left out itself and does not
// take the others' rounds along.
func Kept(rounds []Round) []Round {
	whole := slices.DeleteFunc(slices.Clone(rounds), func(r Round) bool { return !r.whole() })
	arms, present := map[string]bool{}, map[int]int{}
	for _, r := range whole {
		arms[r.Arm] = true
		present[r.Round]++
	}
	return slices.DeleteFunc(whole, func(r Round) bool { return present[r.Round] < len(arms) })
}
