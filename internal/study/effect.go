package study

import (
	"encoding/json"
	"math"
	"slices"

	"github.com/lotteryctl/lotteryctl/analyze/stat"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
)

// confidence is the level of all intervals; flipSeed draws sign flips when
// there are too many rounds to try them all, the same ones each time.
const (
	confidence = 0.95
	flipSeed   = 1
)

// Effect is what one metric did between two arms, from the rounds that both
// have.
type Effect struct {
	Unit   string // as in bench.txt
	Rounds int
	// From and To are the medians of the two arms, in Unit.
	From, To float64
	// Delta is the median over rounds of what To has more than From, in Unit.
	Delta float64
	// Ratio is To/From: the Hodges-Lehmann estimate from the rounds' log ratios.
	Ratio stat.Ratio
	// P is the chance of a difference at least this large if the arms did not
	// differ, by flipping the signs of the rounds' log ratios; for this
	// question alone.
	P float64
	// Adjusted says that Ratio and P are about what the machine's speed, told by
	// the generator's processor time, does not explain; see [stat.Adjusted].
	Adjusted bool
}

// Excludes1 reports whether no change is outside the interval.
func (e Effect) Excludes1() bool { return e.Ratio.Excludes1() }

// MarshalJSON writes {unit, rounds, from, to, delta, ratio, low, high, p, adjusted};
// bounds that are infinite are absent.
func (e Effect) MarshalJSON() ([]byte, error) {
	finite := func(v float64) *float64 {
		if math.IsInf(v, 0) || math.IsNaN(v) {
			return nil
		}
		return &v
	}
	return json.Marshal(struct {
		Unit   string   `json:"unit"`
		Rounds int      `json:"rounds"`
		From   float64  `json:"from"`
		To     float64  `json:"to"`
		Delta  float64  `json:"delta"`
		Ratio  *float64 `json:"ratio,omitempty"`
		Low    *float64 `json:"low,omitempty"`
		High   *float64 `json:"high,omitempty"`
		P      *float64 `json:"p,omitempty"`
		Adjust bool     `json:"adjusted,omitempty"`
	}{e.Unit, e.Rounds, e.From, e.To, e.Delta, finite(e.Ratio.Center), finite(e.Ratio.Low), finite(e.Ratio.High), finite(e.P), e.Adjusted})
}

// table holds the figures that count: by arm, unit and round.
type table map[string]map[string]map[int]float64

// newTable takes the rounds that count and leaves out repeated, failed and
// partial ones.
func newTable(rounds []runfolder.Round) table {
	t := table{}
	for _, r := range runfolder.Kept(rounds) {
		if t[r.Arm] == nil {
			t[r.Arm] = map[string]map[int]float64{}
		}
		for _, m := range r.Metrics() {
			if t[r.Arm][m.Unit] == nil {
				t[r.Arm][m.Unit] = map[int]float64{}
			}
			t[r.Arm][m.Unit][r.Round] = m.Value
		}
	}
	return t
}

// effect compares two arms in one unit. ok is false when no round has both.
func (t table) effect(from, to, unit string) (e Effect, ok bool) {
	old, new := t.paired(from, to, unit)
	if len(old) == 0 {
		return Effect{}, false
	}
	deltas := make([]float64, len(old))
	for i := range old {
		deltas[i] = new[i] - old[i]
	}
	e = Effect{Unit: unit, Rounds: len(old), From: median(old), To: median(new), Delta: median(deltas)}
	ratios, speed := stat.LogRatios(old, new), t.speed(from, to, unit)
	if left, ok := stat.Adjusted(ratios, speed, flipSeed); ok {
		e.Adjusted, e.Ratio, e.P = true, stat.PairedRatio(left, confidence), stat.SignFlipAdjusted(ratios, speed, flipSeed)
		return e, true
	}
	e.Ratio, e.P = stat.PairedHodgesLehmann(old, new, confidence), stat.SignFlip(ratios, flipSeed)
	return e, true
}

// speed are the log ratios of what tells the machine's speed, for the unit whose
// noise that mostly is; nil for all others.
func (t table) speed(from, to, unit string) []float64 {
	if unit != "cpu-ns/op" {
		return nil
	}
	return stat.LogRatios(t.paired(from, to, "client-cpu-ns/op"))
}

// paired are the values of the rounds that both arms have, in round order.
func (t table) paired(from, to, unit string) (old, new []float64) {
	a, b := t[from][unit], t[to][unit]
	var rounds []int
	for round := range a {
		if _, ok := b[round]; ok {
			rounds = append(rounds, round)
		}
	}
	slices.Sort(rounds)
	for _, round := range rounds {
		old, new = append(old, a[round]), append(new, b[round])
	}
	return old, new
}

// median is that of one or more values, which stay as they are.
func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2
}

// higherIsBetter is the direction of a unit of bench.txt.
func higherIsBetter(unit string) bool {
	return slices.Contains(runfolder.Units(), [2]string{unit, "higher"})
}
