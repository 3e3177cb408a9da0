package bench

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
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
	// Config is what its runs had in common, by key: "cpu", "workload" and what the
	// caller adds. Benchmarks are the rows that were measured. Calibrations of older
	// programs have neither.
	Config     map[string]string `json:"config,omitempty"`
	Benchmarks []string          `json:"benchmarks,omitempty"`
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

// floor is the minimum effect of a unit: its noise floor, or otherwise.
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
func (n *Noise) WriteJSON(w io.Writer) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(n)
}

// ErrNoNoise says that a text is JSON and no calibration.
var ErrNoNoise = errors.New("not a calibration")

// ReadNoise reads what WriteJSON wrote. Anything else is an error of one
// sentence; [ErrNoNoise] if it is JSON of another kind.
func ReadNoise(r io.Reader) (*Noise, error) {
	var n Noise
	if err := json.NewDecoder(r).Decode(&n); err != nil {
		return nil, fmt.Errorf("not a calibration: %w", err)
	}
	switch {
	case n.Kind != noiseKind:
		return nil, ErrNoNoise
	case n.Format < 1 || n.Format > NoiseFormat:
		return nil, fmt.Errorf("calibration of format %d: this program reads formats 1 to %d; use a newer lotteryctl", n.Format, NoiseFormat)
	case len(n.Floors) == 0:
		return nil, errors.New("the calibration has no floors")
	}
	for _, f := range n.Floors {
		if f.Unit == "" || !(f.Change >= 0) || math.IsInf(f.Change, 0) {
			return nil, fmt.Errorf("the calibration's floor of %q is %v; it must be 0 or more", f.Unit, f.Change)
		}
	}
	return &n, nil
}
