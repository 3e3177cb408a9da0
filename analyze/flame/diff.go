package flame

import (
	"fmt"
	"math"

	"github.com/lotteryctl/lotteryctl/analyze/stackprofile"
)

// Basis says what the two sides of a diff are divided by, so that they can be
// compared although one ran longer or was asked for more.
type Basis int

// The bases.
const (
	// BestBasis is PerRequest where all inputs know the requests, and PerTypical
	// where not; for what there was at one moment PerProfile. A diff never has it.
	BestBasis Basis = iota
	// PerRequest divides by the requests served while the profile was taken: a
	// service that does more work in the same time is not called slower.
	PerRequest
	// PerSecond divides by the time profiled.
	PerSecond
	// PerTypical divides by the total, and scales so that most of the program is
	// unchanged: the median of the functions' ratios is 1. One function that
	// takes longer then grows alone, while with PerTotal all others shrink.
	//
	// Source: the size factors of Anders and Huber, "Differential expression
	// analysis for sequence count data", 2010.
	PerTypical
	// PerTotal divides by the total of the side: it shows what moved within the
	// profile, and nothing about whether the whole grew.
	PerTotal
	// PerProfile divides by nothing: for what there was at one moment, such as
	// heaps in use and goroutines.
	PerProfile
)

// bases are their names on a command line.
func bases() map[string]Basis {
	return map[string]Basis{
		"request": PerRequest, "second": PerSecond, "typical": PerTypical, "total": PerTotal, "profile": PerProfile,
	}
}

// ParseBasis reads request, second, typical, total or profile.
func ParseBasis(text string) (Basis, error) {
	b, ok := bases()[text]
	if !ok {
		return 0, fmt.Errorf("unknown basis %q; use request, second, typical, total or profile", text)
	}
	return b, nil
}

// String is what ParseBasis reads.
func (b Basis) String() string {
	for name, basis := range bases() {
		if basis == b {
			return name
		}
	}
	return fmt.Sprintf("Basis(%d)", int(b))
}

// Evidence says what the judgement of a diff's changes rests on.
type Evidence string

// The kinds of evidence, the strongest first.
const (
	// FromRounds: several profiles a side; what differs between profiles of one
	// side is noise.
	FromRounds Evidence = "rounds"
	// FromSamples: one profile a side; only the chance in which moments were
	// sampled is known as noise, not what differs from run to run.
	FromSamples Evidence = "samples"
	// FromNothing: nothing is known about noise; changes are shown by size.
	FromNothing Evidence = "none"
)

// Diff is the call trees of two sides in one: every node has a value on either
// side, nodes that only one side has included. Nodes are in preorder, as in
// [Tree].
type Diff struct {
	Type     stackprofile.ValueType
	Basis    Basis
	Unit     string // of the nodes' values: "ns/request", "ns/s", "%"
	Evidence Evidence
	Old, New Side
	Names    []string
	Nodes    []DiffNode // Nodes[0] is the root
	// Causes are the nodes, as indices, that explain the significant changes best:
	// above each the change is diluted, below it spread evenly. The largest
	// first.
	Causes []int
	// Functions are the changes of functions, whoever called them: those whose
	// Self certainly changed first, then those whose Total did, the largest
	// changes in front.
	Functions []FunctionChange
	MinShare  float64 // see Tree
	Hidden    int     // branches too light to be shown, on both sides
	// ProfileNotes are those of the profiles, each once; Notes are about the
	// comparison.
	ProfileNotes []stackprofile.Note
	Notes        []Note
}

// Side is one side of a diff.
type Side struct {
	Profiles int
	Total    int64   // of the values, all profiles together, in 1/Diff.Type.Scale
	Per      float64 // what it was divided by: requests, seconds, the total, profiles
	Served   float64 // requests served while it was profiled; 0: not known
}

// DiffNode is one frame in the context of its callers, on both sides. Values
// are in Diff.Unit. Old+New of a node is at least that of its children
// together, so it is the node's width in a picture.
type DiffNode struct {
	Name       int32 // index into Diff.Names; -1 for the root
	Depth, End int32
	Inlined    stackprofile.Inlining
	Made       bool
	// Total is what was spent in the frame and below, Self in it alone.
	Total, Self Change
}

// FunctionChange is what changed in one function: Total counts every sample
// with the function anywhere in it once, Self those with it at the leaf.
type FunctionChange struct {
	Name        int32 // index into Diff.Names
	Total, Self Change
}

// Change is a value on both sides.
type Change struct {
	Old, New float64 // in Diff.Unit
	// Low and High hold New-Old with 95 % confidence; NaN when there are too few
	// samples to say, or nothing is known about noise.
	Low, High float64
	// P is the chance of a change as large as this in any frame of the diff, if
	// nothing had changed: corrected for all that were asked about. NaN where
	// there were too few samples to ask, or nothing is known about noise.
	P            float64
	Significance Significance
}

// Delta is New-Old; 0 if they differ by no more than dividing them has rounded.
func (c Change) Delta() float64 {
	d := c.New - c.Old
	if math.Abs(d) <= rounding*max(math.Abs(c.Old), math.Abs(c.New)) {
		return 0
	}
	return d
}

// rounding is far more than a few divisions round, and far less than one sample.
const rounding = 1e-12

// Significance says whether a change is more than noise, and which way it
// went.
type Significance uint8

// The kinds of significance.
const (
	WithinNoise Significance = iota // not distinguishable from no change
	Grew
	Shrank
	Appeared // the old side has nothing of it
	Vanished // the new side has nothing of it
)

// String is what JSON calls it: "within noise", "grew", "shrank", "appeared" or
// "vanished".
func (v Significance) String() string {
	switch v {
	case Grew:
		return "grew"
	case Shrank:
		return "shrank"
	case Appeared:
		return "appeared"
	case Vanished:
		return "vanished"
	}
	return "within noise"
}
