package runreport

import (
	"fmt"
	"slices"
	"strings"

	"github.com/lotteryctl/lotteryctl/analyze/units"
	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/cli"
	"github.com/lotteryctl/lotteryctl/internal/study"
)

// writeFindings is the answer to --steps and --vary: for each step the metric
// that should move, what it did, and the article's claim below.
func writeFindings(b *strings.Builder, r study.Result) {
	fmt.Fprintf(b, "what each step does to the metric that should change (medians of the rounds; the change is estimated from all rounds, with a 95 %% interval;\n"+
		"single p: for this row alone; corrected p: for all %d rows, by Holm; minimum effect %s)\n", len(r.Findings), units.Size(r.Rule.MinEffect))
	t := cli.NewTable("step", "metric", "without", "with", "change", "95 % interval", "single p", "corrected p", "verdict").Right(2, 3, 4, 6, 7)
	for _, f := range r.Findings {
		t.Row(findingCells(f)...)
		if f.Claim != "" {
			t.Note("   tuning article: " + f.Claim)
		}
		for _, broken := range f.Broken {
			t.Note("   broken: " + BrokenText(broken))
		}
		if f.Wrong != "" {
			t.Note("   known to be wrong: " + f.Wrong)
		}
	}
	t.Write(b)
	if slices.ContainsFunc(r.Findings, func(f study.Finding) bool { return f.Effect != nil && f.Effect.Adjusted }) {
		b.WriteString(adjustedNote)
	}
	b.WriteByte('\n')
	writeAlso(b, r)
}

// adjustedNote stands below tables in which processor time was adjusted.
const adjustedNote = "(CPU at equal machine speed: the part that the generator's own CPU per request explains is removed)\n"

func findingCells(f study.Finding) []string {
	u := shownAs(f.Metric)
	if f.Effect == nil {
		return []string{f.Title, u.name, unknown, unknown, unknown, unknown, unknown, unknown, string(f.Answer)}
	}
	e := f.Effect
	return []string{f.Title, u.name, u.text(&e.From), u.text(&e.To), units.Change(e.Ratio.Center), units.Interval(e.Ratio),
		pText(&e.P), pText(f.Corrected), string(f.Answer)}
}

// writeAlso shows the other metrics. A change whose interval holds "no change"
// is in brackets.
func writeAlso(b *strings.Builder, r study.Result) {
	b.WriteString("the same steps on all metrics (no verdict is based on these; in brackets: not distinguishable from zero)\n")
	titles := []string{"step"}
	for _, unit := range shownUnits() {
		titles = append(titles, shownAs(unit).name)
	}
	t := cli.NewTable(titles...).Right(1, 2, 3, 4, 5, 6)
	for _, f := range r.Findings {
		t.Row(alsoCells(f)...)
	}
	t.Write(b)
	b.WriteByte('\n')
}

// shownUnits are the metrics shown beside the one that decides.
func shownUnits() []string {
	return []string{"p50-latency-ns", "p95-latency-ns", "p99-latency-ns", "cpu-ns/op", "B/op", "allocs/op"}
}

func alsoCells(f study.Finding) []string {
	cells := []string{f.Title}
	for _, unit := range shownUnits() {
		cells = append(cells, alsoCell(f, unit))
	}
	return cells
}

func alsoCell(f study.Finding, unit string) string {
	effects := f.Also
	if f.Effect != nil {
		effects = append([]study.Effect{*f.Effect}, effects...)
	}
	for _, e := range effects {
		switch {
		case e.Unit != unit:
		case e.Excludes1():
			return units.Change(e.Ratio.Center)
		default:
			return "(" + units.Change(e.Ratio.Center) + ")"
		}
	}
	return unknown
}

// articleTotals is what the article says of all eight steps together, for which
// its single claims do not account.
const articleTotals = "the tuning article, all eight together: p95 12.3 to 0.8 ms, 1.4 to 0.11 MB per request, at 1,200/s"

// writeBalances sets the steps against their total.
func writeBalances(b *strings.Builder, balances []study.Balance) {
	for _, balance := range balances {
		fmt.Fprintf(b, "do the steps add up? %s (differences per request, median over rounds)\n", balance.Title)
		titles := []string{""}
		for _, unit := range balance.Units {
			titles = append(titles, shownAs(unit).name)
		}
		t := cli.NewTable(titles...).Right(1, 2, 3, 4, 5)
		for _, line := range balance.Steps {
			t.Row(balanceCells(line, balance.Units, true)...)
		}
		for _, line := range []study.BalanceLine{balance.Sum, balance.Total, balance.Rest} {
			t.Row(balanceCells(line, balance.Units, true)...)
		}
		for _, line := range []study.BalanceLine{balance.Start, balance.End} {
			t.Row(balanceCells(line, balance.Units, false)...)
		}
		t.Write(b)
		fmt.Fprintf(b, "%s\n\n", articleTotals)
	}
}

func balanceCells(line study.BalanceLine, units []string, signed bool) []string {
	cells := []string{line.Title}
	for i, value := range line.Deltas {
		cells = append(cells, signedText(shownAs(units[i]).text, value, signed))
	}
	return cells
}

// signedText formats a difference, whose formatters know no sign.
func signedText(text func(*float64) string, value *float64, signed bool) string {
	if value == nil || !signed {
		return text(value)
	}
	size := max(*value, -*value)
	if *value < 0 {
		return "-" + text(&size)
	}
	return "+" + text(&size)
}
