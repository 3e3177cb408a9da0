package flame

import (
	"regexp"
	"slices"
	"strings"
)

const (
	// sameBelow is the share of a function's total that is in functions which the
	// one in its place calls as well.
	sameBelow = 0.5
	// mostSwaps is how many are noted.
	mostSwaps = 3
)

// noteSwaps notes what would put such trees together again.
func noteSwaps(d *Diff) {
	var told []Swap
	for i := 0; i < len(d.Nodes) && len(told) < mostSwaps; i++ {
		for _, s := range swapsBelow(d, i) {
			again := slices.ContainsFunc(told, func(t Swap) bool { return t.Gone == s.Gone && t.New == s.New }) // below another caller
			if !again && len(told) < mostSwaps {
				told = append(told, s)
			}
		}
	}
	for _, s := range told {
		s.Pattern = patternOf(s.Gone) + "|" + patternOf(s.New)
		d.Notes = append(d.Notes, Note{Code: FunctionsSwapped, Swap: s})
	}
}

// swapsBelow are those among the children of node i.
func swapsBelow(d *Diff, i int) (swaps []Swap) {
	var gone, appeared []int
	for child := i + 1; child < int(d.Nodes[i].End); child = int(d.Nodes[child].End) {
		switch n := d.Nodes[child]; {
		case n.Made:
		case n.Total.Significance == Vanished:
			gone = append(gone, child)
		case n.Total.Significance == Appeared:
			appeared = append(appeared, child)
		}
	}
	for _, a := range gone {
		for _, b := range appeared {
			if below, ok := commonCallee(d, a, b); ok {
				swaps = append(swaps, Swap{d.Names[d.Nodes[a].Name], d.Names[d.Nodes[b].Name], below, ""})
			}
		}
	}
	return swaps
}

// commonCallee is the heaviest function that both call, if such functions have
// most of what either costs.
func commonCallee(d *Diff, gone, appeared int) (heaviest string, ok bool) {
	before := map[int32]float64{}
	for child := gone + 1; child < int(d.Nodes[gone].End); child = int(d.Nodes[child].End) {
		before[d.Nodes[child].Name] += d.Nodes[child].Total.Old
	}
	var sumBefore, sumAfter, most float64
	for child := appeared + 1; child < int(d.Nodes[appeared].End); child = int(d.Nodes[child].End) {
		n := d.Nodes[child]
		old, common := before[n.Name]
		if !common {
			continue
		}
		sumBefore, sumAfter = sumBefore+old, sumAfter+n.Total.New
		if old+n.Total.New > most {
			heaviest, most = d.Names[n.Name], old+n.Total.New
		}
	}
	return heaviest, most > 0 && sumBefore >= sameBelow*d.Nodes[gone].Total.Old && sumAfter >= sameBelow*d.Nodes[appeared].Total.New
}

// patternOf is a regular expression for a function: its name within the last
// part of its package's path.
func patternOf(function string) string {
	if slash := strings.LastIndexByte(function, '/'); slash >= 0 && !strings.ContainsAny(function[slash:], "]") {
		function = function[slash+1:]
	}
	return regexp.QuoteMeta(function) + "$"
}
