package steps

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Choice is one variant for every switch. The zero value is the best of each.
// It is immutable and comparable: equal choices are ==.
type Choice struct {
	// picked holds the variant of each switch, in the order of Every; "" stands
	// for the best, so that one choice has one form.
	picked [switches]string
}

// switches is how many there are: eight steps and six extras.
const switches = 8 + 6

// ParseChoice reads what lotteryd's flags say. steps is "none" (all eight
// before), "all" (all eight best), "article" (all eight as the article has
// them), or a list of steps that are best while the others are before, by number or name:
// "1,3,5". overrides are "switch=variant"; they come after steps, a later one
// replaces an earlier one, and only they move the extras, which are best
// otherwise. An error is one sentence that names what exists.
func ParseChoice(steps string, overrides []string) (Choice, error) {
	c, err := parseSteps(steps)
	if err != nil {
		return Choice{}, err
	}
	for _, o := range overrides {
		name, variant, ok := strings.Cut(o, "=")
		if !ok {
			return Choice{}, fmt.Errorf("step is %q; use switch=variant, such as json=article", o)
		}
		if c, err = c.With(name, variant); err != nil {
			return Choice{}, err
		}
	}
	return c, nil
}

func parseSteps(text string) (c Choice, err error) {
	var wanted func(Switch) string
	switch text {
	case "none":
		wanted = func(s Switch) string { return s.Before }
	case "all":
		wanted = func(s Switch) string { return s.Best }
	case "article":
		wanted = func(s Switch) string { return s.Article }
	default:
		on, err := parseList(text)
		if err != nil {
			return Choice{}, err
		}
		wanted = func(s Switch) string {
			if on[s.Number] {
				return s.Best
			}
			return s.Before
		}
	}
	for i, s := range All() {
		c.picked[i] = canonical(s, wanted(s))
	}
	return c, nil
}

// parseList reads "1,3,claim" as the set of those steps' numbers.
func parseList(text string) (on map[int]bool, err error) {
	on = make(map[int]bool)
	for _, word := range strings.Split(text, ",") {
		word = strings.TrimSpace(word)
		i := slices.IndexFunc(All(), func(s Switch) bool { return s.Name == word || strconv.Itoa(s.Number) == word })
		if i < 0 {
			return nil, fmt.Errorf("unknown step %q; use none, all, article, or a list of 1 to %d such as 1,3,5", word, len(All()))
		}
		on[i+1] = true
	}
	return on, nil
}

// With returns the choice with one switch set to a variant; "best" is a name of
// every switch's best variant. An error is one sentence that names what exists.
func (c Choice) With(name, variant string) (Choice, error) {
	for i, s := range Every() {
		if s.Name != name {
			continue
		}
		v, ok := s.Variant(variant)
		if !ok {
			return Choice{}, fmt.Errorf("switch %s has no variant %q; use %s", name, variant, strings.Join(s.VariantNames(), ", "))
		}
		c.picked[i] = canonical(s, v.Name)
		return c, nil
	}
	return Choice{}, fmt.Errorf("unknown switch %q; use %s", name, strings.Join(Names(), ", "))
}

func canonical(s Switch, variant string) string {
	if variant == s.Best {
		return ""
	}
	return variant
}

// Variant is the name of the variant chosen for a switch. It panics for a name
// that no switch has: names in code are the programmer's.
func (c Choice) Variant(name string) string {
	for i, s := range Every() {
		if s.Name == name {
			return c.at(i, s)
		}
	}
	panic("steps: there is no switch " + strconv.Quote(name))
}

func (c Choice) at(i int, s Switch) string {
	if c.picked[i] == "" {
		return s.Best
	}
	return c.picked[i]
}

// String lists every switch with its variant: "conn-pool=best,json=article,...".
func (c Choice) String() string {
	every := Every()
	pairs := make([]string, len(every))
	for i, s := range every {
		pairs[i] = s.Name + "=" + c.at(i, s)
	}
	return strings.Join(pairs, ",")
}

// Flags are the arguments with which lotteryd runs this choice, as few as there
// can be: "--steps=none", then "--step=switch=variant" for what differs.
func (c Choice) Flags() []string {
	var best []string
	for _, base := range []string{"all", "none", "article"} {
		from, _ := parseSteps(base) // one of the three words it knows
		if flags := c.flagsFrom(base, from); best == nil || len(flags) < len(best) {
			best = flags
		}
	}
	return best
}

func (c Choice) flagsFrom(base string, from Choice) []string {
	flags := []string{"--steps=" + base}
	for i, s := range Every() {
		if c.picked[i] != from.picked[i] {
			flags = append(flags, "--step="+s.Name+"="+c.at(i, s))
		}
	}
	return flags
}

// UnsafeVariant is a chosen variant that is for measurements alone.
type UnsafeVariant struct {
	Variant string // as "claim=stock-row"
	Why     string // its [Variant.Wrong] or [Variant.Unsafe]
}

// Unsafe lists the chosen variants that must not decide draws of value, in the
// order of [Every].
func (c Choice) Unsafe() []UnsafeVariant {
	var unsafe []UnsafeVariant
	for i, s := range Every() {
		if v, ok := s.Variant(c.at(i, s)); ok && v.Wrong+v.Unsafe != "" {
			unsafe = append(unsafe, UnsafeVariant{s.Name + "=" + v.Name, cmp.Or(v.Wrong, v.Unsafe)})
		}
	}
	return unsafe
}
