package study

import (
	"encoding/json"
	"math"
	"slices"

	"github.com/lotteryctl/lotteryctl/analyze/bench"
	"github.com/lotteryctl/lotteryctl/analyze/stat"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
)

// Effect is what one metric did between two arms. Ratio, P and Adjusted are
// those of analyze/bench; the rest describes the rounds that both arms have.
type Effect struct {
	Unit   string // as in bench.txt
	Rounds int
	// From and To are the medians of the two arms, in Unit.
	From, To float64
	// Delta is the median over rounds of what To has more than From, in Unit.
	Delta float64
	// Ratio is To/From with its interval.
	Ratio stat.Ratio
	// P is the chance of a difference at least this large if the arms did not
	// differ, for this question alone; NaN where nothing was tested.
	P float64
	// Adjusted says that Ratio and P are about what the machine's speed, measured
	// by the generator's processor time, does not explain; see [stat.Adjusted].
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

// figures are those of the rounds that count: by arm, unit and round.
type figures map[string]map[string]map[int]float64

// newFigures takes the rounds that count and leaves out repeated, failed and
// partial ones.
func newFigures(rounds []runfolder.Round) figures {
	f := figures{}
	for _, r := range runfolder.Kept(rounds) {
		if f[r.Arm] == nil {
			f[r.Arm] = map[string]map[int]float64{}
		}
		for _, m := range r.Metrics() {
			if f[r.Arm][m.Unit] == nil {
				f[r.Arm][m.Unit] = map[int]float64{}
			}
			f[r.Arm][m.Unit][r.Round] = m.Value
		}
	}
	return f
}

// describe fills in what an effect says without judging. ok is false when no
// round has both arms. The ratio is that of the medians, without an interval.
func (f figures) describe(from, to, unit string) (e Effect, ok bool) {
	old, new := f.paired(from, to, unit)
	if len(old) == 0 {
		return Effect{}, false
	}
	deltas := make([]float64, len(old))
	for i := range old {
		deltas[i] = new[i] - old[i]
	}
	e = Effect{Unit: unit, Rounds: len(old), From: median(old), To: median(new), Delta: median(deltas), P: 1}
	e.Ratio = stat.Ratio{Center: 1, High: math.Inf(1), Level: 1}
	if e.From > 0 {
		e.Ratio.Center = e.To / e.From
	}
	return e, true
}

// judged fills in what analyze/bench found; g may be nil, when it could not.
func (e Effect) judged(g *bench.Judgement) Effect {
	if g == nil || g.Old == nil {
		return e
	}
	e.Ratio, e.P, e.Adjusted = g.Effect, g.P, g.Adjusted
	if g.Test == bench.Direct {
		e.P = math.NaN()
	}
	return e
}

// paired are the values of the rounds that both arms have, in round order.
func (f figures) paired(from, to, unit string) (old, new []float64) {
	a, b := f[from][unit], f[to][unit]
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
