package bench

import (
	"slices"
	"strings"

	"golang.org/x/perf/benchunit"
)

// Exclusion says that results are no basis for a verdict, for a reason that they do
// not show themselves. A comparison in which they are on either side is shown and
// stays inconclusive; a gate on it is unusable.
type Exclusion struct {
	Code ExclusionCode
	// Source is the label of the input that the results are in; "" is any.
	Source string
	// Part is a part of their names, such as "arm=best"; "" is any.
	Part string
	// Unit is tidied or as the input has it.
	Unit string
	// Runs of All runs are concerned.
	Runs, All int
}

// ExclusionCode names a reason for an [Exclusion], for programs.
type ExclusionCode string

// GeneratorLimit says that the load generator could not do more, so that the figure is a
// lower limit of what was measured.
const GeneratorLimit ExclusionCode = "generator-limit"

// ExclusionCodes lists all codes.
func ExclusionCodes() []ExclusionCode { return []ExclusionCode{GeneratorLimit} }

// exclusionOf finds the first exclusion that results of these cells fall under; nil if none
// does. unit is tidied.
func exclusionOf(all []Exclusion, set *Set, unit string, cells ...*Cell) *Exclusion {
	for i := range all {
		e := &all[i]
		_, tidy := benchunit.Tidy(1, e.Unit)
		if unit != tidy && unit != e.Unit {
			continue
		}
		for _, c := range cells {
			if c != nil && slices.ContainsFunc(c.Results, func(r int) bool { return e.concerns(set, r) }) {
				return e
			}
		}
	}
	return nil
}

// concerns reports whether a result is one of those meant.
func (e *Exclusion) concerns(set *Set, result int) bool {
	r := &set.Results[result]
	if e.Source != "" && set.Sources[r.Source].Label != e.Source {
		return false
	}
	if e.Part == "" {
		return true
	}
	name, _ := splitProcs(r.Name)
	return slices.Contains(strings.Split(name, "/"), e.Part) || slices.Contains(strings.Split(r.Name, "/"), e.Part)
}
