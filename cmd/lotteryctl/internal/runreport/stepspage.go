package runreport

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/lotteryctl/lotteryctl/analyze/units"
	"github.com/lotteryctl/lotteryctl/internal/study"
	"github.com/lotteryctl/lotteryctl/loadgen"
)

// WriteStepsSection is the part of the page about one run.
func (r Report) WriteStepsSection(b *strings.Builder) {
	name := filepath.Base(filepath.Clean(r.Folder))
	fmt.Fprintf(b, "\n## %s\n\n%s\n", r.sectionTitle(), r.howMeasured(name))
	if r.Capacities != nil {
		r.writeCapacityRows(b)
		return
	}
	writeVerdicts(b, r.Steps.Findings)
	writeFindingRows(b, r.Steps.Findings)
	for _, f := range r.Steps.Findings {
		for _, broken := range f.Broken {
			fmt.Fprintf(b, "\n- **%s** broke an invariant: %s\n", f.Title, BrokenText(broken))
		}
		if f.Wrong != "" {
			fmt.Fprintf(b, "\n- **%s** is known to be wrong: %s\n", f.Title, f.Wrong)
		}
	}
	writeAlsoRows(b, r.Steps.Findings)
	for _, balance := range r.Steps.Accounts {
		writeBalanceRows(b, balance)
	}
}

// writeVerdicts says in a few lines what the table below shows.
func writeVerdicts(b *strings.Builder, findings []study.Finding) {
	for _, verdict := range []study.Answer{
		study.Breaks, study.Harms, study.Helps, study.Small, study.Unsure, study.Undecided, study.None, study.TooFew, study.TooThin, study.Missing,
	} {
		var titles []string
		for _, f := range findings {
			switch {
			case f.Answer != verdict:
			case f.Effect == nil || verdict == study.None:
				titles = append(titles, f.Title)
			case verdict == study.Undecided:
				titles = append(titles, fmt.Sprintf("%s (%s %s)", f.Title, shownAs(f.Metric).name, units.Effect(f.Effect.Ratio)))
			default:
				titles = append(titles, fmt.Sprintf("%s (%s %s)", f.Title, shownAs(f.Metric).name, units.Change(f.Effect.Ratio.Center)))
			}
		}
		if len(titles) > 0 {
			fmt.Fprintf(b, "- **%s**: %s\n", verdict, strings.Join(titles, "; "))
		}
	}
	b.WriteByte('\n')
}

// writeAlsoRows shows what the steps did to metrics that do not decide.
func writeAlsoRows(b *strings.Builder, findings []study.Finding) {
	b.WriteString("\nThe same steps on all metrics. No verdict is based on these; values in brackets are not distinguishable from zero.\n\n| step |")
	for _, unit := range shownUnits() {
		fmt.Fprintf(b, " %s |", shownAs(unit).name)
	}
	fmt.Fprintf(b, "\n|---|%s\n", strings.Repeat("--:|", len(shownUnits())))
	for _, f := range findings {
		fmt.Fprintf(b, "| %s |\n", strings.Join(alsoCells(f), " | "))
	}
}

// sectionTitle says what was varied.
func (r Report) sectionTitle() string {
	design, err := designOf(r.Run)
	if err != nil || design == nil {
		return r.Run.Name // newReport would have failed
	}
	title := map[study.Plan]string{
		study.Ladder: "One step after another",
		study.Each:   "Each step alone",
		study.Drop:   "All steps but one",
		study.Vary:   "Variants of " + design.Spec.Switch,
	}[design.Spec.Plan]
	if len(design.Spec.Only) > 0 {
		title += ", only " + strings.Join(design.Spec.Only, ", ")
	}
	if r.Capacities != nil {
		return title + ": capacity"
	}
	return title
}

// howMeasured is the paragraph without which no figure should stand.
func (r Report) howMeasured(name string) string {
	arm, host := r.Run.Arms[0], r.Run.Host
	load := fmt.Sprintf("%s requests/s in every arm, %s arrivals, %v measured after %v of warm-up", units.Fixed(arm.Rate, -1), arm.Arrivals, arm.DurationNS, arm.WarmupNS)
	if arm.Arrivals == string(loadgen.Closed) {
		load = fmt.Sprintf("%d connections, each sends its next request when the last one was answered, %v measured", arm.Connections, arm.DurationNS)
	}
	if c := r.Run.Rules.Capacity; c != nil {
		load = fmt.Sprintf("the highest rate (%s arrivals) that keeps p95 within %v without errors, searched again in every round", arm.Arrivals, c.SLO)
	}
	state := ""
	if r.Run.Reason != "" {
		state = " **The run is incomplete: " + r.Run.Reason + ".**"
	}
	return fmt.Sprintf("%d arms × %d rounds. Each run is a fresh lotteryd on an empty database, with the arms in random order within a round "+
		"(seed %d); %s. %d cores (%s), %s, %s, %s. Run folder: [%s](runs/%s).%s\n",
		len(r.Run.Arms), r.Run.Rounds, r.Run.Seed, load, host.Cores, orUnknown(host.CPU), host.Kernel, host.Go,
		r.Run.Started.Format("2006-01-02"), name, name, state)
}

func writeFindingRows(b *strings.Builder, findings []study.Finding) {
	b.WriteString("| step | claim of the tuning article | metric | without | with | change | 95 % interval | single p | corrected p | verdict |\n|---|---|---|--:|--:|--:|---|--:|--:|---|\n")
	for _, f := range findings {
		claim := f.Claim
		if claim == "" {
			claim = unknown
		}
		cells := findingCells(f)
		fmt.Fprintf(b, "| %s | %s | %s | **%s** |\n", cells[0], cell(claim), strings.Join(cells[1:8], " | "), cells[8])
	}
}

func writeBalanceRows(b *strings.Builder, balance study.Balance) {
	fmt.Fprintf(b, "\nDo the steps add up, %s? Differences per request:\n\n| |", balance.Title)
	for _, unit := range balance.Units {
		fmt.Fprintf(b, " %s |", shownAs(unit).name)
	}
	fmt.Fprintf(b, "\n|---|%s\n", strings.Repeat("--:|", len(balance.Units)))
	lines := append(append([]study.BalanceLine{}, balance.Steps...), balance.Sum, balance.Total, balance.Rest)
	for _, line := range lines {
		fmt.Fprintf(b, "| %s |\n", strings.Join(balanceCells(line, balance.Units, true), " | "))
	}
	for _, line := range []study.BalanceLine{balance.Start, balance.End} {
		fmt.Fprintf(b, "| %s |\n", strings.Join(balanceCells(line, balance.Units, false), " | "))
	}
}

func (r Report) writeCapacityRows(b *strings.Builder) {
	fmt.Fprintf(b, "| arm | rounds | requests/s | 95 %% interval | against %s | 95 %% interval | p |\n|---|--:|--:|---|--:|---|--:|\n", r.Arms()[0])
	for _, c := range r.Capacities {
		fmt.Fprintf(b, "| %s |\n", strings.Join(capacityCells(c), " | "))
	}
}

// cell keeps a text from ending a table's cell.
func cell(text string) string { return strings.ReplaceAll(text, "|", "\\|") }
