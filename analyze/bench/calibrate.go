package bench

import (
	"math"
	"slices"

	"github.com/lotteryctl/lotteryctl/analyze/stat"
)

// Unbounded names a metric without a noise floor: it needs four runs, and none
// or all of its values zero.
type Unbounded struct{ Unit, Row string }

// Calibrate measures the noise floor of every unit from an A/A run: tables of
// one column, whose runs are split at random, or of two, which are the same
// program twice. Columns beyond the second are not looked at. Rows with fewer
// than four runs, and units whose floor has no bound because of zeros, are
// skipped, and named. seed decides the draws; 0 stands for [DefaultSeed].
func Calibrate(tables *Tables, seed uint64) (n *Noise, skipped []Unbounded) {
	j := &judging{policy: Policy{Seed: seed}.filled(), tables: tables}
	n = &Noise{Format: NoiseFormat, Kind: noiseKind, Share: noiseShare, Floors: []Floor{}, Config: make(map[string]string)}
	for key, values := range tables.Set.Config() {
		if len(values) == 1 {
			n.Config[key] = values[0]
		}
	}
	for _, t := range tables.Tables {
		floor := Floor{Unit: t.Unit, Change: -1}
		for row, cells := range t.Cells {
			change, runs := j.cellNoise(cells)
			if math.IsNaN(change) || math.IsInf(change, 0) {
				skipped = append(skipped, Unbounded{t.Unit, t.Rows[row].Label})
				continue
			}
			if label := t.Rows[row].Label; !slices.Contains(n.Benchmarks, label) {
				n.Benchmarks = append(n.Benchmarks, label)
			}
			if change > floor.Change {
				floor.Change, floor.Runs = change, runs
				if len(t.Rows) > 1 {
					floor.Largest = t.Rows[row].Label
				}
			}
		}
		if floor.Change >= 0 {
			n.add(floor)
		}
	}
	return n, skipped
}

// cellNoise is the floor of one row.
func (j *judging) cellNoise(cells []*Cell) (change float64, runs int) {
	cells = slices.DeleteFunc(slices.Clone(cells), func(c *Cell) bool { return c == nil })
	if len(cells) == 1 {
		return stat.NoiseFloor(cells[0].Values, noiseShare, j.policy.Seed), len(cells[0].Values)
	}
	g := &Judgement{Old: cells[0], New: cells[1], old: cells[0].Values, new: cells[1].Values}
	if pairs, _ := pair(j.tables.Set, j.policy.Pairing, g); pairs { // PairAuto has no error
		return stat.NoiseFloorPaired(g.old, g.new, noiseShare, j.policy.Seed), 2 * len(g.old)
	}
	all := slices.Concat(g.old, g.new)
	return stat.NoiseFloor(all, noiseShare, j.policy.Seed), len(all)
}
