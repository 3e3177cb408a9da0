package benchreport

import (
	"fmt"
	"math"
	"strings"

	"github.com/lotteryctl/lotteryctl/analyze/bench"
	"github.com/lotteryctl/lotteryctl/analyze/stat"
	"github.com/lotteryctl/lotteryctl/analyze/units"
)

// Warning is the sentence for a warning; "" for a code that is not known.
func Warning(w bench.Warning) string {
	switch {
	case w.Note != nil:
		return Note(*w.Note)
	case w.Code == bench.WarnMissing && w.Missing != nil:
		return absence(w.Missing)
	case w.Code == bench.WarnFewRuns && w.Few != nil:
		return shortage(w.Few)
	case w.Code == bench.WarnOverload && w.Overload != nil:
		return fmt.Sprintf(
			"%d of %d runs of %s in %q were overloaded: their latencies describe a queue that was still growing, and equal ones do not show that the services are equal; use a lower rate",
			w.Overload.Runs, w.Overload.Of, w.Overload.Row, w.Overload.Column)
	case w.Code == bench.WarnSequential && w.Blocks != nil:
		return fmt.Sprintf(
			"all runs of %q and of %q are in one block each, as in %s: a drift between the two blocks looks like a change, and no test can separate the two; let the arms alternate",
			w.Blocks.Old, w.Blocks.New, w.Blocks.Row)
	case w.Code == bench.WarnTrend && w.Series != nil:
		where := w.Series.Table.Unit + " of " + subject(w.Series.Table.Table, w.Series.Row, w.Series.Col)
		if w.Series.Tau != 0 {
			return fmt.Sprintf("%s drifts from run to run (Kendall's tau %+.2f): the runs are not alike, so intervals are too narrow or show the drift instead of the change", where, w.Series.Tau)
		}
		return fmt.Sprintf("neighboring runs of %s resemble each other (autocorrelation %.2f): they count for fewer independent runs than there are", where, w.Series.Lag1)
	}
	return ""
}

// more says that n more warnings of a kind are not shown.
func more(code bench.WarningCode, n int) string {
	if code == bench.WarnMissing {
		return fmt.Sprintf("and %s missing", units.Counted(n, "more benchmark is", "more benchmarks are"))
	}
	return fmt.Sprintf("and %s more of this kind", units.Grouped(n))
}

// Note is the sentence for a note; "" for a code that is not known.
func Note(n bench.Note) string {
	switch n.Code {
	case bench.NotePooled:
		return fmt.Sprintf(
			"values of %s are pooled in one sample, as for %q: put .file into a projection to separate them, or into ignore if you want them pooled",
			strings.Join(n.Names, " and "), n.Row)
	case bench.NoteNoBaseline:
		return fmt.Sprintf("%s was not measured in %q, so there is nothing to compare %s with%s",
			n.Unit, n.Baseline, quotedList(n.Names), inConfig(n.Config))
	case bench.NoteProcsSuffix:
		return fmt.Sprintf(
			"%s ends in %s, which is read as GOMAXPROCS, so these have the same %s; if the numbers are part of the value, write them without the hyphen",
			n.Stem, strings.Join(n.Names, " and "), n.Key)
	case bench.NoteLopsided:
		advice := ""
		if n.Better > 0 {
			advice = fmt.Sprintf("; with %d values it would be symmetric", n.Better)
		}
		return fmt.Sprintf("intervals of samples of %d values are asymmetric: they leave out %d values below and %d above%s", n.Values, n.Below, n.Above, advice)
	case bench.NoteDoubtfulP:
		what := fmt.Sprintf("%q", n.Row)
		if n.Rows > 1 {
			what += fmt.Sprintf(" and %d more", n.Rows-1)
		}
		return fmt.Sprintf("benchstat's p of %s in %s is not reliable: the samples have ties and different sizes%s", n.Unit, what, inConfig(n.Config))
	}
	return ""
}

// Advisory says why a unit is no verdict; "" if it may be one.
func Advisory(a bench.Advisory, unit string) string {
	switch a.Code {
	case bench.TooFewRequests:
		return fmt.Sprintf("%s needs %s requests per run; the smallest run has %s", unit, units.Grouped(a.Need), units.Grouped(a.Least))
	case bench.Explanatory:
		return unit + " explains other metrics and is not judged itself"
	}
	return ""
}

// moreRequests says by how much longer runs would decide.
func moreRequests(a bench.Advisory) string {
	if a.Code != bench.TooFewRequests || a.Least < 1 {
		return ""
	}
	times := math.Ceil(10*float64(a.Need)/float64(a.Least)) / 10
	return fmt.Sprintf("; measure %s times as long, or at a higher rate", units.Fixed(times, -1))
}

// Exclusion says why the results of runs are no basis for a verdict; "" for a code
// that is not known, and for nil.
func Exclusion(e *bench.Exclusion) string {
	if e == nil || e.Code != bench.GeneratorLimit {
		return ""
	}
	what := e.Unit
	if _, arm, ok := strings.Cut(e.Part, "arm="); ok {
		what += " of arm " + arm
	}
	return fmt.Sprintf("not judged: in %d of %s the load generator reached its limit first, so %s is more than its figure", e.Runs, units.Counted(e.All, "run", "runs"), what)
}

// oneSided says how many runs have the errors that the other side has not.
func oneSided(o *bench.OneSided) string {
	without := "new"
	if o.New {
		without = "old"
	}
	return fmt.Sprintf("%s has errors in %d of %s, %s of its requests on average; %s has none", side(o), o.Runs, units.Counted(o.All, "run", "runs"), units.Percent(o.Mean), without)
}

// side names the side that has the errors.
func side(o *bench.OneSided) string {
	if o.New {
		return "new"
	}
	return "old"
}

// Oddity says why an effect is no usual number; "" if it is.
func Oddity(o stat.Oddity) string {
	switch o {
	case stat.NoValues:
		return "no values"
	case stat.Negative:
		return "values below 0 have no ratio"
	case stat.NotFinite:
		return "values that are not finite have no ratio"
	case stat.Opposed:
		return "as many values rise from zero as fall to zero, so there is no ratio"
	case stat.FromZero:
		return "old is zero, so the ratio has no bound"
	case stat.ToZero:
		return "new is zero"
	case stat.AllZero:
		return "all values are zero"
	case bench.NotExact:
		return "declared exact, but values differ"
	}
	return ""
}

// Check says why a gate's check did not pass; "" if it did.
func Check(c bench.GateCheck) string {
	switch c.Reason {
	case bench.ByNothing:
		return "nothing to check: only one side has the metric, or the gate names the baseline"
	case bench.ByAbsence:
		return fmt.Sprintf("not measured in %q", c.Column)
	case bench.ByAdvisory:
		return Advisory(c.Advisory, c.Table.Unit) + moreRequests(c.Advisory)
	case bench.ByExclusion:
		return Exclusion(c.Judgement.Excluded)
	case bench.ByOddity:
		return Oddity(c.Judgement.Effect.Note) + ", so that no change can be established"
	case bench.ByBound:
		return fmt.Sprintf("the old value is %s and cannot fall by as much as the bound; use a smaller bound", units.Quantity(c.Judgement.Old.Summary.Center, c.Table.Unit))
	case bench.ByInexact:
		return Oddity(bench.NotExact)
	case bench.ByChange:
		if o := c.Judgement.OneSided; o != nil {
			return oneSided(o)
		}
		return "changed " + units.Change(c.Judgement.Effect.Center)
	case bench.ByOverload:
		return "within the bound, but in overloaded runs, whose latencies still grew; measure at a lower rate"
	case bench.ByEffect:
		text := units.Effect(c.Judgement.Effect) + ", " + units.PText(c.Judgement.PHolm)
		switch runs := RunsToDecide(c.Judgement); {
		case c.Outcome != bench.Undecided:
		case c.Judgement.Queued: // more runs of a growing queue cannot make it pass
			text += "; the runs were overloaded: measure at a lower rate"
		case runs != "":
			text += "; " + runs
		}
		return text
	case bench.ByShortage:
		return shortage(c.Few)
	case bench.ByLevel:
		return level(c)
	case bench.ByLevelOfFew:
		return fmt.Sprintf("%s in %s are too few for an interval", level(c), units.Counted(c.Level.Runs, "run", "runs"))
	}
	return ""
}

func level(c bench.GateCheck) string {
	value := func(v float64) string { return units.Quantity(v, c.Table.Unit) }
	return fmt.Sprintf("%s [%s, %s]", value(c.Level.Center), value(c.Level.Low), value(c.Level.High))
}

// where names the cell of a check.
func where(c bench.GateCheck) string {
	switch {
	case c.Row < 0:
		return c.Table.Unit
	case c.Col < 0:
		return c.Table.Unit + " of " + c.Table.Rows[c.Row].Label
	}
	return c.Table.Unit + " of " + subject(c.Table.Table, c.Row, c.Col)
}

// Why is the sentence for what decided a report; "" if nothing did.
func Why(c bench.Cause) string {
	switch c.Code {
	case bench.CauseGate:
		return fmt.Sprintf("gate %q %s: %s", c.Gate.Gate.Text, c.Gate.Outcome, deciding(c.Check))
	case bench.CauseUnread:
		return units.Counted(c.Count, "line or value", "lines or values") + " could not be read, so the gates cannot be judged"
	case bench.CauseMissing:
		return "some data were not compared: " + absence(c.Missing)
	case bench.CauseInconclusive:
		return units.Counted(c.Count, "comparison is", "comparisons are") + " inconclusive"
	}
	return ""
}

// deciding is a check with its place.
func deciding(c *bench.GateCheck) string { return where(*c) + ": " + Check(*c) }

// Unbounded says why a metric has no noise floor.
func Unbounded(u bench.Unbounded) string {
	return fmt.Sprintf("%s of %s has no noise floor: it needs four runs, with either no zero values or only zero values", u.Unit, u.Row)
}

// RunsToDecide says about how many runs would decide an inconclusive
// comparison; "" if that is not known.
func RunsToDecide(g *bench.Judgement) string {
	switch {
	case g.Runs == 0:
		return ""
	case g.Runs >= stat.MaxRuns:
		return fmt.Sprintf("more than %s runs of each arm are needed to decide", units.Grouped(stat.MaxRuns))
	}
	return fmt.Sprintf("about %s runs of each arm are needed to decide", units.Grouped(g.Runs))
}

func shortage(s *bench.Shortage) string {
	if s.Ranks {
		return fmt.Sprintf(
			"%d rounds are too few for the paired test of %d comparisons at once, so the Mann-Whitney test decides, which is less sensitive; use %d rounds, or gates on fewer metrics",
			s.Old, s.Family, s.Need)
	}
	if s.Confidence > 0 {
		return noInterval(s)
	}
	runs := fmt.Sprintf("%d and %d runs", s.Old, s.New)
	if s.Old == s.New {
		runs = units.Counted(s.Old, "run", "runs") + " of each arm"
	}
	among := ""
	if s.Family > 1 {
		among = fmt.Sprintf(" in %d comparisons at once", s.Family)
	}
	return fmt.Sprintf("with %s no change, however large, can be distinguished from chance%s; use %d runs of each arm", runs, among, s.Need)
}

// noInterval says that a high confidence level leaves no interval.
func noInterval(s *bench.Shortage) string {
	text := fmt.Sprintf("%d and %d runs have no interval with a confidence of %s, so that no change can be established; use a lower confidence level", s.Old, s.New, units.Fixed(s.Confidence, -1))
	if s.Need < stat.MaxRuns {
		text += fmt.Sprintf(", or %d runs of each arm", s.Need)
	}
	return text
}

func absence(a *bench.Absence) string {
	var missing []string
	for _, u := range a.Units {
		missing = append(missing, u.Unit+inConfig(u.Config))
	}
	return fmt.Sprintf("%q lacks %s: %s", a.Column, a.Row, strings.Join(missing, ", "))
}

// inConfig tells the configuration of a table: " (pkg: x)".
func inConfig(fields []bench.Field) string {
	var parts []string
	for _, f := range fields {
		if f.Value != "" {
			parts = append(parts, f.Name+": "+f.Value)
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return " (" + strings.Join(parts, ", ") + ")"
}

func quotedList(names []string) string {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = fmt.Sprintf("%q", name)
	}
	return strings.Join(quoted, ", ")
}

// subject names a cell: its row, and its column where there are several things
// compared with the baseline.
func subject(t *bench.Table, row, col int) string {
	label, column := t.Rows[row].Label, t.Cols[col].Label
	switch {
	case label == "":
		return column
	case column == "" || len(t.Cols) == 2 && col != t.Baseline:
		return label
	}
	return label + " in " + column
}

// P is the corrected p-value of a judgement for a column, or that there is no
// test.
func P(g *bench.Judgement) string {
	if g.Test == bench.Direct {
		return "no test"
	}
	return units.P(g.PHolm)
}

// size is how far a judgement's effect is from no change.
func size(g *bench.Judgement) float64 { return math.Abs(math.Log(g.Effect.Center)) }
