package bench

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/perf/benchunit"

	"github.com/lotteryctl/lotteryctl/analyze/bench/internal/unitnames"
)

// GateKind says what a gate looks at.
type GateKind string

// The kinds of gates.
const (
	// FailOn is about the change from the baseline.
	FailOn GateKind = "fail-on"
	// SLO is about what the new arm does, whatever the old one did.
	SLO GateKind = "slo"
)

// Gate is a condition that a comparison must meet.
type Gate struct {
	Kind   GateKind
	Text   string // as it was written
	Metric string
	// Where restricts the gate to rows or columns of that name; "" is all.
	Where string
	Op    string // ">" in FailOn; "<", "<=", ">" or ">=" in SLO
	Bound Quantity
}

// ParseFailOn reads METRIC[@WHERE]>BOUND: fail when METRIC got worse by more
// than BOUND, a share (5%), an amount (2ms, 1KiB, 3) or 0 for any change.
// WHERE names a benchmark, an arm or a file.
func ParseFailOn(text string) (Gate, error) {
	g, err := parseGate(FailOn, text)
	if err == nil && g.Op != ">" {
		err = fmt.Errorf("gate %q: write METRIC>BOUND, which fails when METRIC got worse by more than BOUND, in whichever direction is worse", text)
	}
	return g, err
}

// ParseSLO reads METRIC[@WHERE]<BOUND, or with <=, > or >=: what METRIC must be
// in every arm but the baseline.
func ParseSLO(text string) (Gate, error) {
	g, err := parseGate(SLO, text)
	if err == nil && g.Bound.IsRelative() && !strings.HasPrefix(g.Metric, "errors") {
		err = fmt.Errorf("gate %q: a share is not a valid bound for %s; give an amount such as 2ms", text, g.Metric)
	}
	if err == nil && g.Bound.kind == unitnames.Share && g.Bound.Value < 0 {
		err = fmt.Errorf("gate %q: the bound is negative", text)
	}
	return g, err
}

func parseGate(kind GateKind, text string) (Gate, error) {
	at := strings.IndexAny(text, "<>")
	if at <= 0 {
		return Gate{}, fmt.Errorf("gate %q is not of the form METRIC>BOUND or METRIC<BOUND, such as 'p95-latency>5%%'", text)
	}
	g := Gate{Kind: kind, Text: text, Op: text[at : at+1]}
	rest := text[at+1:]
	if after, ok := strings.CutPrefix(rest, "="); ok {
		g.Op, rest = g.Op+"=", after
	}
	g.Metric, g.Where, _ = strings.Cut(strings.TrimSpace(text[:at]), "@")
	if g.Metric == "" {
		return Gate{}, fmt.Errorf("gate %q names no metric", text)
	}
	var err error
	if g.Bound, err = ParseQuantity(strings.TrimSpace(rest)); err != nil {
		return Gate{}, fmt.Errorf("gate %q: %w", text, err)
	}
	if kind == FailOn && g.Bound.Value < 0 {
		return Gate{}, fmt.Errorf("gate %q: the bound is negative; use the allowed change for the worse, 0 or more", text)
	}
	return g, nil
}

// gateMatches are the tables that each gate is about.
type gateMatches struct {
	tables    [][]*Table // by gate
	failOn    map[*Table]bool
	anyFailOn bool
}

// matchGates finds each gate's tables. A gate that looks at nothing is an
// error, because it would never fail.
func matchGates(gates []Gate, tables *Tables) (gateMatches, error) {
	m := gateMatches{failOn: make(map[*Table]bool)}
	for _, g := range gates {
		matched, err := g.match(tables)
		if err != nil {
			return m, err
		}
		m.tables = append(m.tables, matched)
		if g.Kind != FailOn {
			continue
		}
		m.anyFailOn = true
		for _, t := range matched {
			m.failOn[t] = true
		}
	}
	return m, nil
}

func (g Gate) match(tables *Tables) ([]*Table, error) {
	matched := matchMetric(g.Metric, tables.Tables)
	if len(matched) == 0 {
		return nil, fmt.Errorf("gate %q: unknown metric %q; use %s", g.Text, g.Metric, unitsOf(tables.Tables))
	}
	if g.Where != "" && !slices.ContainsFunc(matched, g.isSomewhere) {
		return nil, fmt.Errorf("gate %q: no benchmark, arm or file of %s is called %q", g.Text, matched[0].Unit, g.Where)
	}
	for _, t := range matched {
		if _, err := g.Bound.in(t.Unit); err != nil {
			return nil, fmt.Errorf("gate %q: %w", g.Text, err)
		}
		if why := g.vacuous(t.Unit, Direction(t.Unit, tables.Set.Units)); why != "" {
			return nil, fmt.Errorf("gate %q can never fail: %s", g.Text, why)
		}
		if g.Kind == FailOn && Direction(t.Unit, tables.Set.Units) == Unknown {
			return nil, fmt.Errorf("gate %q: it is not known whether more %s is better; add a line 'Unit %s better=lower' to an input", g.Text, t.Unit, t.Unit)
		}
	}
	return matched, nil
}

// vacuous says why no result at all would make the gate fail; "" if some would.
func (g Gate) vacuous(unit string, better Better) string {
	bound, _ := g.Bound.in(unit)
	switch {
	case g.Kind == FailOn && better == Higher && g.Bound.IsRelative() && bound >= 1:
		return fmt.Sprintf("%s cannot fall by more than 100 %%; use a smaller share", unit)
	case g.Kind == FailOn && unit == "errors/op" && !g.Bound.IsRelative() && bound >= 1:
		return "no more than all requests can fail; use a smaller amount"
	case g.Kind == SLO && unit == "errors/op" && (g.Op == "<" && bound > 1 || g.Op == "<=" && bound >= 1):
		return "no more than all requests can fail; use a smaller share"
	case g.Kind == SLO && unitnames.IsNeverNegative(unit) && (g.Op == ">=" && bound <= 0 || g.Op == ">" && bound < 0):
		return fmt.Sprintf("%s is never below 0; use a larger bound", unit)
	}
	return ""
}

// matchMetric finds tables by the name of their unit: as written, before or
// after tidying (p95-latency-ns is p95-latency-sec), or without the measure
// (p95-latency).
func matchMetric(name string, tables []*Table) []*Table {
	_, tidy := benchunit.Tidy(1, name)
	for _, same := range []func(unit string) bool{
		func(unit string) bool { return unit == tidy || unit == name },
		func(unit string) bool { return unitnames.Bare(unit) == unitnames.Bare(tidy) },
	} {
		var matched []*Table
		for _, t := range tables {
			if same(t.Unit) {
				matched = append(matched, t)
			}
		}
		if len(matched) > 0 {
			return matched
		}
	}
	return nil
}

func unitsOf(tables []*Table) string {
	var units []string
	for _, t := range tables {
		if !slices.Contains(units, t.Unit) {
			units = append(units, t.Unit)
		}
	}
	if len(units) == 0 {
		return "empty tables: the filter excluded everything"
	}
	return strings.Join(units, ", ")
}

// isSomewhere reports whether any row or column of the table is meant.
func (g Gate) isSomewhere(t *Table) bool {
	return slices.ContainsFunc(t.Rows, g.means) || slices.ContainsFunc(t.Cols, g.means)
}

// isAt reports whether the gate is about a cell.
func (g Gate) isAt(t *Table, row, col int) bool {
	return g.Where == "" || g.means(t.Rows[row]) || g.means(t.Cols[col])
}

// means reports whether Where names a row or column: whole, by one of its
// fields, or by a part of its name, "arm=best" or just "best".
func (g Gate) means(k Key) bool {
	if g.Where == k.Label {
		return true
	}
	for _, f := range k.Fields {
		for part := range strings.SplitSeq(f.Value, "/") {
			_, value, _ := strings.Cut(part, "=")
			if g.Where == part || g.Where == value || g.Where == f.Value {
				return true
			}
		}
	}
	return false
}
