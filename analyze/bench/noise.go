package bench

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/lotteryctl/lotteryctl/analyze/stat"
)

// NoiseFormat is the version of the JSON form of [Noise].
const NoiseFormat = 1

// noiseShare is the share of comparisons of nothing that stay below a floor.
const noiseShare = 0.9

// Noise is how large a change each metric shows on some machine when nothing
// changed, measured with an A/A run: the same arm, twice.
type Noise struct {
	Format int     `json:"format"`
	Kind   string  `json:"kind"`  // "noise"
	Share  float64 `json:"share"` // of comparisons of nothing that stay below
	Floors []Floor `json:"floors"`
}

// Floor is the noise floor of a unit: the largest over its benchmarks.
type Floor struct {
	Unit string `json:"unit"`
	// Change is relative: 0.05 is a factor of 1.05 in either direction.
	Change float64 `json:"change"`
	Runs   int     `json:"runs"` // behind it, both arms together
	// Largest says whose floor it is, if there are several.
	Largest string `json:"largest,omitempty"`
}

const noiseKind = "noise"

// Calibrate measures the noise floor of every unit from an A/A run: tables of
// one column, whose runs are split at random, or of two, which are the same
// program twice. Columns beyond the second are not looked at. Rows with fewer
// than four runs, and units whose floor has no bound because of zeros, are
// skipped, and named.
func Calibrate(tables *Tables, seed uint64) (n *Noise, skipped []string) {
	j := &judge{policy: Policy{Pairing: PairAuto, Seed: seed}, tables: tables}
	n = &Noise{Format: NoiseFormat, Kind: noiseKind, Share: noiseShare, Floors: []Floor{}}
	for _, t := range tables.Tables {
		floor := Floor{Unit: t.Unit, Change: -1}
		for row, cells := range t.Cells {
			change, runs := j.cellNoise(cells)
			if math.IsNaN(change) || math.IsInf(change, 0) {
				skipped = append(skipped, fmt.Sprintf("%s of %s has no noise floor: it needs four runs, and none or all of its values zero", t.Unit, t.Rows[row].Label))
				continue
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

// add keeps the larger floor of a unit that several tables have.
func (n *Noise) add(f Floor) {
	i := slices.IndexFunc(n.Floors, func(have Floor) bool { return have.Unit == f.Unit })
	switch {
	case i < 0:
		n.Floors = append(n.Floors, f)
	case f.Change > n.Floors[i].Change:
		n.Floors[i] = f
	}
}

// cellNoise is the floor of one row.
func (j *judge) cellNoise(cells []*Cell) (change float64, runs int) {
	cells = slices.DeleteFunc(slices.Clone(cells), func(c *Cell) bool { return c == nil })
	if len(cells) == 1 {
		return stat.NoiseFloor(cells[0].Values, noiseShare, j.policy.Seed), len(cells[0].Values)
	}
	g := &Judgement{Old: cells[0], New: cells[1], old: cells[0].Values, new: cells[1].Values}
	if pairs, _ := j.pair(g); pairs { // PairAuto has no error
		return stat.NoiseFloorPaired(g.old, g.new, noiseShare, j.policy.Seed), 2 * len(g.old)
	}
	all := slices.Concat(g.old, g.new)
	return stat.NoiseFloor(all, noiseShare, j.policy.Seed), len(all)
}

// floor is the least effect of a unit: its noise floor, or otherwise.
func (n *Noise) floor(unit string, otherwise float64) float64 {
	if n != nil {
		for _, f := range n.Floors {
			if f.Unit == unit {
				return f.Change
			}
		}
	}
	return otherwise
}

// Raise lifts all floors to at least the given relative change.
func (n *Noise) Raise(least float64) {
	for i := range n.Floors {
		n.Floors[i].Change = max(n.Floors[i].Change, least)
	}
}

// WriteJSON writes the noise as one JSON object, which [ReadNoise] reads.
func (n *Noise) WriteJSON(w io.Writer) error { return writeJSON(w, n) }

// ReadNoise reads what WriteJSON wrote. Anything else is an error of one
// sentence.
func ReadNoise(r io.Reader) (*Noise, error) {
	var n Noise
	if err := json.NewDecoder(r).Decode(&n); err != nil {
		return nil, fmt.Errorf("not a calibration: %w", err)
	}
	switch {
	case n.Kind != noiseKind:
		return nil, errors.New("not a calibration: write one with compare --calibrate RUN --json")
	case n.Format < 1 || n.Format > NoiseFormat:
		return nil, fmt.Errorf("calibration of format %d: only 1 to %d are known, a newer lotteryctl may read it", n.Format, NoiseFormat)
	case len(n.Floors) == 0:
		return nil, errors.New("the calibration has no floors")
	}
	for _, f := range n.Floors {
		if f.Unit == "" || !(f.Change >= 0) || math.IsInf(f.Change, 0) {
			return nil, fmt.Errorf("the calibration's floor of %q is %v; it must be a number from 0", f.Unit, f.Change)
		}
	}
	return &n, nil
}

func writeJSON(w io.Writer, v any) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(v)
}
