package study

import (
	"encoding/json"
	"math"

	"github.com/lotteryctl/lotteryctl/analyze/bench"
	"github.com/lotteryctl/lotteryctl/analyze/stat"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
)

// ArmCapacity is what one arm can do, in requests a second.
type ArmCapacity struct {
	Arm    string
	Rounds int
	// Median is that of the rounds. Low and High enclose the centre of what
	// rounds find, with a confidence of 95 %, by inverting the signed-rank
	// test; 0 and +Inf when there are fewer than 6 rounds.
	Median, Low, High float64
	// Versus compares with the first arm, and Corrected is its p after Holm's
	// correction for all arms; nil for the first itself, and where the generator's
	// limit in either arm leaves nothing to compare.
	Versus    *Effect
	Corrected *float64
	// GeneratorBound counts the rounds in which the load generator gave up
	// first: the arm can do more.
	GeneratorBound int
}

// MarshalJSON leaves infinite bounds out.
func (c ArmCapacity) MarshalJSON() ([]byte, error) {
	out := struct {
		Arm            string   `json:"arm"`
		Rounds         int      `json:"rounds"`
		Median         float64  `json:"median"`
		Low            *float64 `json:"low,omitempty"`
		High           *float64 `json:"high,omitempty"`
		Versus         *Effect  `json:"versus_first,omitempty"`
		Corrected      *float64 `json:"corrected_p,omitempty"`
		GeneratorBound int      `json:"generator_bound,omitempty"`
	}{Arm: c.Arm, Rounds: c.Rounds, Median: c.Median, Versus: c.Versus, Corrected: c.Corrected, GeneratorBound: c.GeneratorBound}
	if !math.IsInf(c.High, 1) {
		out.Low, out.High = &c.Low, &c.High
	}
	return json.Marshal(out)
}

// Capacities sums up the capacity searches of the rounds, an entry for each arm
// that has one. The comparisons with the first arm are those of `compare` for the
// same run folder.
func Capacities(arms []string, rounds []runfolder.Round) ([]ArmCapacity, error) {
	m, err := newMeasured(arms, rounds, Rule{})
	if err != nil {
		return nil, err
	}
	report, err := m.judge()
	if err != nil {
		return nil, err
	}
	var all []ArmCapacity
	for i, arm := range arms {
		_, values := m.figures.paired(arm, arm, capacityUnit)
		if len(values) == 0 {
			continue
		}
		c := newArmCapacity(arm, values)
		if i > 0 {
			if metric, ok := m.metric(report, arms[0], arm, capacityUnit); ok && metric.Judgement.Excluded == nil {
				c.Versus, c.Corrected = &metric.Effect, metric.Corrected
			}
		}
		for _, e := range m.exclusions {
			if e.Part == "arm="+arm {
				c.GeneratorBound = e.Runs
			}
		}
		all = append(all, c)
	}
	return all, nil
}

// newArmCapacity encloses the centre of what the rounds of one arm found.
func newArmCapacity(arm string, values []float64) ArmCapacity {
	ones := make([]float64, len(values))
	for i := range ones {
		ones[i] = 1
	}
	r := stat.PairedHodgesLehmann(ones, values, bench.DefaultQuery().Confidence)
	return ArmCapacity{Arm: arm, Rounds: len(values), Median: median(values), Low: r.Low, High: r.High}
}
