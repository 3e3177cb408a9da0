package study

import (
	"encoding/json"
	"math"

	"github.com/lotteryctl/lotteryctl/analyze/stat"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
)

// capacityUnit is the highest rate that kept the objective.
const capacityUnit = "capacity-ops/s"

// ArmCapacity is what one arm can do, in requests a second.
type ArmCapacity struct {
	Arm    string
	Rounds int
	// Median is that of the rounds. Low and High enclose the centre of what
	// rounds find, with a confidence of 95 %, by inverting the signed-rank
	// test; 0 and +Inf when there are fewer than 6 rounds.
	Median, Low, High float64
	// Versus compares with the first arm, and Corrected is its p after Holm's
	// correction for all arms; nil for the first itself.
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
// that has one.
func Capacities(arms []string, rounds []runfolder.Round) []ArmCapacity {
	t := newTable(rounds)
	var all []ArmCapacity
	for i, arm := range arms {
		_, values := t.paired(arm, arm, capacityUnit)
		if len(values) == 0 {
			continue
		}
		ones := make([]float64, len(values))
		for i := range ones {
			ones[i] = 1
		}
		r := stat.PairedHodgesLehmann(ones, values, confidence)
		c := ArmCapacity{Arm: arm, Rounds: len(values), Median: median(values), Low: r.Low, High: r.High}
		if e, ok := t.effect(arms[0], arm, capacityUnit); ok && i > 0 {
			c.Versus = &e
		}
		for _, round := range runfolder.Kept(rounds) {
			if round.Arm == arm && round.Capacity != nil && round.Capacity.GeneratorBound {
				c.GeneratorBound++
			}
		}
		all = append(all, c)
	}
	correct(all)
	return all
}

// correct fills in the corrected p-values.
func correct(all []ArmCapacity) {
	var p []float64
	for _, c := range all {
		if c.Versus != nil {
			p = append(p, c.Versus.P)
		}
	}
	corrected := stat.Holm(p)
	for i := range all {
		if all[i].Versus != nil {
			all[i].Corrected, corrected = &corrected[0], corrected[1:]
		}
	}
}
