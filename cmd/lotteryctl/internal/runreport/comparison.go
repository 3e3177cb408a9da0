package runreport

import (
	"fmt"
	"strings"

	benchmarks "github.com/lotteryctl/lotteryctl/analyze/bench"
	"github.com/lotteryctl/lotteryctl/analyze/units"
	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/cli"
	"github.com/lotteryctl/lotteryctl/internal/benchreport"
	"github.com/lotteryctl/lotteryctl/internal/study"
)

// writeComparison is the answer to --arm: every arm against the first, as
// compare judges them and with its words for how, and for what is doubtful.
func writeComparison(b *strings.Builder, c study.Comparison) {
	report := benchreport.Report{Report: c.Report}
	for _, arm := range c.Arms {
		fmt.Fprintf(b, "%s against %s: medians of the rounds; the change is estimated from all rounds and is not the ratio of the medians\n", arm.Arm, c.Base)
		if method := report.Method(); method != "" {
			fmt.Fprintf(b, "(%s)\n", method)
		}
		t := cli.NewTable("metric", c.Base, arm.Arm, "change", "95 % interval", "p", "verdict").Right(1, 2, 3, 5)
		for _, m := range arm.Metrics {
			if m.Advisory == benchmarks.Explanatory && !m.Verdict.IsChange() {
				continue // compare does not list it either
			}
			u, e := shownAs(m.Effect.Unit), m.Effect
			t.Row(u.name, u.text(&e.From), u.text(&e.To), units.Change(e.Ratio.Center), units.Interval(e.Ratio), benchreport.P(m.Judgement), metricVerdict(m))
		}
		t.Write(b)
		b.WriteByte('\n')
	}
	doubts := report.AllDoubts()
	for _, doubt := range doubts {
		fmt.Fprintf(b, "warning: %s\n", doubt.Text)
	}
	if len(doubts) > 0 {
		b.WriteByte('\n')
	}
}

// metricVerdict is the verdict and what else compare says beside it.
func metricVerdict(m study.MetricComparison) string {
	text := string(m.Verdict)
	if note := benchreport.Remark(m.Table, m.Judgement); note != "" {
		if m.Advisory != "" {
			return text + ", but not gated: " + note
		}
		text += ": " + note
	}
	return text
}

// writeCapacities is the answer to --capacity.
func (r Report) writeCapacities(b *strings.Builder) {
	t := cli.NewTable("arm", "rounds", "requests/s", "95 % interval", "against "+r.Arms()[0], "95 % interval", "p").Right(1, 2, 4, 6)
	for _, c := range r.Capacities {
		t.Row(capacityCells(c)...)
		if c.GeneratorBound > 0 {
			t.Note(fmt.Sprintf("   in %d of %d rounds the load generator reached its limit first: this arm can do more", c.GeneratorBound, c.Rounds))
		}
	}
	t.Write(b)
	b.WriteByte('\n')
}

func capacityCells(c study.ArmCapacity) []string {
	cells := []string{c.Arm, fmt.Sprint(c.Rounds), whole(&c.Median), capacityInterval(c), unknown, unknown, unknown}
	if c.Median == 0 {
		cells[2], cells[3] = "none", unknown // not even the lowest rate held
	}
	if c.Versus != nil {
		cells[4], cells[5], cells[6] = units.Change(c.Versus.Ratio.Center), units.Interval(c.Versus.Ratio), pText(c.Corrected)
	}
	return cells
}

func capacityInterval(c study.ArmCapacity) string {
	if c.Low <= 0 {
		return "[no interval]"
	}
	return fmt.Sprintf("[%s, %s]", whole(&c.Low), whole(&c.High))
}
