package study

import (
	"fmt"
	"slices"
	"strings"

	"github.com/lotteryctl/lotteryctl/internal/steps"
)

// Design is an experiment over the switches, ready to be run and to be judged.
type Design struct {
	Spec      Spec
	Arms      []Arm
	Contrasts []Contrast
	Accounts  []Account
}

// Arm is one configuration of lotteryd.
type Arm struct {
	Name   string
	Choice steps.Choice
}

// Contrast is one question: what does it change to go from one arm to another?
type Contrast struct {
	// Title is for people: "conn-pool, article", "all eight, best".
	Title string `json:"title"`
	// Switch and Variant are what the two arms differ in. Switch is empty for a
	// total, in which they differ in several switches.
	Switch  string `json:"switch,omitempty"`
	Variant string `json:"variant"`
	// From and To are arms; To has the variant in question.
	From string `json:"from"`
	To   string `json:"to"`
	// Metric is what should move and therefore decides, a unit of bench.txt.
	Metric string `json:"metric"`
}

// Account is a set of contrasts that, if steps did not interact, would add up
// to the total.
type Account struct {
	Title string
	Parts []int // indexes of Contrasts
	Total int
}

// totalMetric decides about all steps together: it is the article's headline.
const totalMetric = "p95-latency-ns"

// add appends an arm and returns its name.
func (d *Design) add(name string, choice steps.Choice) string {
	d.Arms = append(d.Arms, Arm{name, choice})
	return name
}

// step appends the contrast of a single switch and returns its index.
func (d *Design) step(s steps.Switch, variant, from, to string) int {
	title := s.Name + ", " + variant
	if s.Number > 0 {
		title = fmt.Sprintf("%d %s", s.Number, title)
	}
	return d.contrast(Contrast{Title: title, Switch: s.Name, Variant: variant, From: from, To: to, Metric: s.Metric})
}

// total appends the contrast of several switches and returns its index.
func (d *Design) total(title, variant, from, to string) int {
	return d.contrast(Contrast{Title: title, Variant: variant, From: from, To: to, Metric: totalMetric})
}

func (d *Design) contrast(c Contrast) int {
	d.Contrasts = append(d.Contrasts, c)
	return len(d.Contrasts) - 1
}

// ArmNames are the names of the arms in order.
func (d *Design) ArmNames() []string {
	names := make([]string, len(d.Arms))
	for i, a := range d.Arms {
		names[i] = a.Name
	}
	return names
}

// pick keeps the arms named. Two of them at least must be left.
func (d *Design) pick(only []string) (Design, error) {
	all := d.ArmNames()
	for _, name := range only {
		if !slices.Contains(all, name) {
			return Design{}, fmt.Errorf("unknown arm %q; use %s", name, strings.Join(all, ", "))
		}
	}
	kept := Design{Spec: d.Spec}
	for _, a := range d.Arms {
		if slices.Contains(only, a.Name) {
			kept.Arms = append(kept.Arms, a)
		}
	}
	if len(kept.Arms) < 2 {
		return Design{}, fmt.Errorf("one arm has nothing to be compared with; name two or more of %s", strings.Join(all, ", "))
	}
	index := map[int]int{} // of a contrast before, to that after
	for i, c := range d.Contrasts {
		if slices.Contains(only, c.From) && slices.Contains(only, c.To) {
			index[i] = kept.contrast(c)
		}
	}
	for _, a := range d.Accounts {
		if whole, ok := a.renumbered(index); ok {
			kept.Accounts = append(kept.Accounts, whole)
		}
	}
	return kept, nil
}

// renumbered fails when a part of the account is gone.
func (a Account) renumbered(index map[int]int) (Account, bool) {
	out := Account{Title: a.Title}
	for _, part := range a.Parts {
		i, ok := index[part]
		if !ok {
			return Account{}, false
		}
		out.Parts = append(out.Parts, i)
	}
	total, ok := index[a.Total]
	out.Total = total
	return out, ok
}
