package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/lotteryctl/lotteryctl/internal/study"
)

// writeComparison is the answer to --arm: every arm against the first.
func writeComparison(b *strings.Builder, c study.Comparison) {
	for _, arm := range c.Arms {
		fmt.Fprintf(b, "%s against %s (median of the rounds; ratio with a 95 %% interval; p corrected by Holm;\n"+
			"a change counts from %.0f %% on; metrics without a verdict are for the record)\n", arm.Arm, c.Base, 100*c.Rule.MinEffect)
		t := newText("metric", c.Base, arm.Arm, "change", "95 % interval", "p", "verdict").right(1, 2, 3, 5)
		for _, m := range arm.Metrics {
			u, e := shownAs(m.Effect.Unit), m.Effect
			t.row(u.name, u.text(&e.From), u.text(&e.To), change(e.Ratio.Center), interval(e.Ratio), pText(m.Corrected), metricVerdict(m))
		}
		t.write(b)
		if slices.ContainsFunc(arm.Metrics, func(m study.MetricComparison) bool { return m.Effect.Adjusted }) {
			b.WriteString(adjustedNote)
		}
		b.WriteByte('\n')
	}
}

func metricVerdict(m study.MetricComparison) string {
	const outOfReach = 1000 // rounds
	switch {
	case m.Verdict == "":
		return unknown
	case m.Verdict == study.Inconclusive && m.Rounds >= outOfReach:
		return fmt.Sprintf("%s: too noisy to be decided by more rounds", m.Verdict)
	case m.Verdict == study.Inconclusive && m.Rounds > 0:
		return fmt.Sprintf("%s: about %d rounds would decide", m.Verdict, m.Rounds)
	}
	return string(m.Verdict)
}

// writeCapacities is the answer to --capacity.
func (r benchReport) writeCapacities(b *strings.Builder) {
	t := newText("arm", "rounds", "requests/s", "95 % interval", "against "+r.arms()[0], "95 % interval", "p").right(1, 2, 4, 6)
	for _, c := range r.Capacities {
		t.row(capacityCells(c)...)
		if c.GeneratorBound > 0 {
			t.note(fmt.Sprintf("   in %d of %d rounds the load generator gave up first: it can do more", c.GeneratorBound, c.Rounds))
		}
	}
	t.write(b)
	b.WriteByte('\n')
}

func capacityCells(c study.ArmCapacity) []string {
	cells := []string{c.Arm, fmt.Sprint(c.Rounds), whole(&c.Median), capacityInterval(c), unknown, unknown, unknown}
	if c.Median == 0 {
		cells[2], cells[3] = "none", unknown // not even the lowest rate held
	}
	if c.Versus != nil {
		cells[4], cells[5], cells[6] = change(c.Versus.Ratio.Center), interval(c.Versus.Ratio), pText(c.Corrected)
	}
	return cells
}

func capacityInterval(c study.ArmCapacity) string {
	if c.Low <= 0 {
		return "[no interval]"
	}
	return fmt.Sprintf("[%s, %s]", whole(&c.Low), whole(&c.High))
}
