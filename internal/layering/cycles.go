package layering

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// OnCycles returns those of the arrows that lie on a cycle: from the file that
// an arrow points to, arrows lead back to where it begins.
func OnCycles(arrows []Arrow) []Arrow {
	var on []Arrow
	for _, arrow := range arrows {
		if shortestWay(arrows, arrow.To, arrow.From) != nil {
			on = append(on, arrow)
		}
	}
	return on
}

// ShortestCycle returns a cycle with the fewest files, each arrow beginning
// where the one before it points to; of several such cycles the one whose
// arrows name the fewest identifiers, since it is the least work to cut. Nil
// means that there is none.
func ShortestCycle(arrows []Arrow) []Arrow {
	var best []Arrow
	for _, arrow := range arrows {
		back := shortestWay(arrows, arrow.To, arrow.From)
		if back == nil {
			continue
		}
		cycle := append([]Arrow{arrow}, back...)
		if best == nil || len(cycle) < len(best) || len(cycle) == len(best) && identifiers(cycle) < identifiers(best) {
			best = cycle
		}
	}
	return best
}

func identifiers(arrows []Arrow) int {
	n := 0
	for _, arrow := range arrows {
		n += len(arrow.Uses)
	}
	return n
}

// shortestWay returns the fewest arrows that lead from one file to another.
func shortestWay(arrows []Arrow, from, to string) []Arrow {
	reached := map[string][]Arrow{from: {}}
	for frontier := []string{from}; len(frontier) > 0; {
		var next []string
		for _, file := range frontier {
			for _, arrow := range arrows {
				if _, known := reached[arrow.To]; known || arrow.From != file {
					continue
				}
				reached[arrow.To] = append(slices.Clone(reached[file]), arrow)
				if arrow.To == to {
					return reached[to]
				}
				next = append(next, arrow.To)
			}
		}
		frontier = next
	}
	return nil
}

// describe writes a cycle with up to five identifiers of each arrow:
//
//	a.go -(Thing, Thing.Do)-> b.go -(start)-> a.go
func describe(cycle []Arrow) string {
	var out strings.Builder
	out.WriteString(cycle[0].From)
	for _, arrow := range cycle {
		names := strings.Join(arrow.Uses[:min(5, len(arrow.Uses))], ", ")
		if more := len(arrow.Uses) - 5; more > 0 {
			names += fmt.Sprintf(" and %d more", more)
		}
		fmt.Fprintf(&out, " -(%s)-> %s", names, arrow.To)
	}
	return out.String()
}

// CheckCycles returns a sentence for each package, by folder, with more arrows
// on cycles than allowed, and for each allowance that is higher than needed, so
// that it can only fall.
func CheckCycles(arrows map[string][]Arrow, allowed map[string]int) []string {
	var broken []string
	for _, folder := range slices.Sorted(maps.Keys(arrows)) {
		on := OnCycles(arrows[folder])
		switch {
		case len(on) > allowed[folder]:
			broken = append(broken, fmt.Sprintf("%s: %d arrows between files lie on cycles, allowed are %d; the shortest: %s",
				folder, len(on), allowed[folder], describe(ShortestCycle(on))))
		case len(on) < allowed[folder]:
			broken = append(broken, fmt.Sprintf("%s: only %d arrows between files lie on cycles, lower its allowance of %d", folder, len(on), allowed[folder]))
		}
	}
	for _, folder := range slices.Sorted(maps.Keys(allowed)) {
		if _, known := arrows[folder]; !known {
			broken = append(broken, fmt.Sprintf("%s: has an allowance and no Go files: remove its row", folder))
		}
	}
	return broken
}
