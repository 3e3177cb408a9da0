package steps

import "slices"

// Truth is what a check of the article's claim found.
type Truth string

// From best to worst.
const (
	Confirmed  Truth = "true"
	Negligible Truth = "true, too small to see"
	Partial    Truth = "half true"
	Refuted    Truth = "false"
)

// Switch is one technique with the variants of it that lotteryd can run.
type Switch struct {
	// Number is the article's number of the step, 1 to 8; 0 for the extras.
	Number int `json:"number,omitempty"`
	// Name is the short name used in flags and file names.
	Name string `json:"name"`
	// Title is the step as a headline.
	Title string `json:"title"`
	// Claim is what the article says, with its figure where it gives one.
	Claim string `json:"claim"`
	// Truth is what checking the claim found, Finding what was measured.
	Truth   Truth  `json:"verdict"`
	Finding string `json:"finding"`
	// Metric is what should move if the step works, a unit of bench.txt.
	Metric string `json:"metric"`
	// Before is the variant the article argues against, Article the one it
	// recommends, Best the one lotteryd runs unless told otherwise. They are
	// names of Variants; Article and Best may be the same.
	Before  string `json:"before"`
	Article string `json:"article"`
	Best    string `json:"best"`
	// Variants are all there are, in the order to show them.
	Variants []Variant `json:"variants"`
}

// Variant is one way to do what a switch is about.
type Variant struct {
	// Name is the value in --step switch=name.
	Name string `json:"name"`
	// What says what lotteryd does in this variant.
	What string `json:"what"`
	// Wrong is empty if the variant keeps all invariants of the draw
	// (docs/ARCHITECTURE.md, I1 to I8); else it says which it breaks, and how.
	Wrong string `json:"wrong,omitempty"`
	// Unsafe says why a variant that keeps the invariants must not decide draws of
	// value all the same; empty if it may.
	Unsafe string `json:"unsafe,omitempty"`
}

// Variant returns the variant of this name. "best" is accepted by every switch,
// whatever its best variant is called.
func (s Switch) Variant(name string) (Variant, bool) {
	if name == bestName {
		name = s.Best
	}
	i := slices.IndexFunc(s.Variants, func(v Variant) bool { return v.Name == name })
	if i < 0 {
		return Variant{}, false
	}
	return s.Variants[i], true
}

// VariantNames are the names of the variants in their order.
func (s Switch) VariantNames() []string {
	names := make([]string, len(s.Variants))
	for i, v := range s.Variants {
		names[i] = v.Name
	}
	return names
}

// bestName is how every switch's best variant may be called.
const bestName = "best"
