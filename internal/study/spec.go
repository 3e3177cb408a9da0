package study

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/lotteryctl/lotteryctl/internal/steps"
)

// Plan is a way to vary the switches.
type Plan string

// The plans. Ladder switches the steps on one after another and leaves them
// on; Each switches on one at a time; Drop switches off one at a time; Vary
// goes through variants of one switch while all others are best.
const (
	Ladder Plan = "ladder"
	Each   Plan = "each"
	Drop   Plan = "drop"
	Vary   Plan = "vary"
)

// Variant says what "on" means for Ladder and Each.
type Variant string

// The article's variant, the best one, or both, each with arms of its own.
const (
	Article Variant = "article"
	Best    Variant = "best"
	Both    Variant = "both"
)

// Spec is an experiment as it was asked for.
type Spec struct {
	Plan Plan
	// Variant is for Ladder (by default Article) and Each (by default Both).
	Variant Variant
	// Switch and Variants are for Vary; the first variant is what the others
	// are compared with.
	Switch   string
	Variants []string
	// Only picks arms by name. By default all.
	Only []string
}

// ParseSteps reads a plan and its variant, which may be empty.
func ParseSteps(plan, variant string) (Spec, error) {
	s := Spec{Plan: Plan(plan), Variant: Variant(variant)}
	defaults := map[Plan]Variant{Ladder: Article, Each: Both, Drop: ""}
	byDefault, ok := defaults[s.Plan]
	switch {
	case !ok:
		return Spec{}, fmt.Errorf("unknown plan %q; use ladder, each or drop", plan)
	case s.Variant == "":
		s.Variant = byDefault
	case s.Plan == Drop:
		return Spec{}, errors.New("drop removes steps from the best variants, so it has no variant to choose")
	case s.Variant != Article && s.Variant != Best && s.Variant != Both:
		return Spec{}, fmt.Errorf("unknown variant %q; use article, best or both", variant)
	}
	return s, nil
}

// ParseVary reads "json=before,article,best": a switch and two or more of its
// variants.
func ParseVary(text string) (Spec, error) {
	name, list, ok := strings.Cut(text, "=")
	if !ok {
		return Spec{}, fmt.Errorf("%q is not switch=variant,variant, such as json=before,article,best", text)
	}
	known, ok := steps.Find(name)
	if !ok {
		return Spec{}, fmt.Errorf("unknown switch %q; use %s", name, strings.Join(steps.Names(), ", "))
	}
	s := Spec{Plan: Vary, Switch: name}
	for _, word := range strings.Split(list, ",") {
		variant, ok := known.Variant(word)
		if !ok {
			return Spec{}, fmt.Errorf("switch %s has no variant %q; use %s", name, word, strings.Join(known.VariantNames(), ", "))
		}
		if slices.Contains(s.Variants, variant.Name) {
			return Spec{}, fmt.Errorf("variant %q of switch %s is given twice", variant.Name, name)
		}
		s.Variants = append(s.Variants, variant.Name)
	}
	if len(s.Variants) < 2 {
		return Spec{}, fmt.Errorf("one variant of switch %s has nothing to be compared with; name two or more of %s", name, strings.Join(known.VariantNames(), ", "))
	}
	return s, nil
}

// String is the spec as run.json keeps it; Parse reads it back.
func (s Spec) String() string {
	words := []string{string(s.Plan)}
	switch {
	case s.Plan == Vary:
		words = append(words, s.Switch+"="+strings.Join(s.Variants, ","))
	case s.Variant != "":
		words = append(words, string(s.Variant))
	}
	if len(s.Only) > 0 {
		words = append(words, "only", strings.Join(s.Only, ","))
	}
	return strings.Join(words, " ")
}

// Parse reads what String wrote.
func Parse(text string) (s Spec, err error) {
	words := strings.Fields(text)
	var only []string
	if n := len(words); n > 2 && words[n-2] == "only" {
		only = strings.Split(words[n-1], ",")
		words = words[:n-2]
	}
	switch {
	case len(words) == 2 && words[0] == string(Vary):
		s, err = ParseVary(words[1])
	case len(words) == 2:
		s, err = ParseSteps(words[0], words[1])
	case len(words) == 1:
		s, err = ParseSteps(words[0], "")
	default:
		err = fmt.Errorf("%q is not a design; it must be a plan, what it varies, and optionally \"only\" and arms", text)
	}
	s.Only = only
	return s, err
}
