package flamepage

import (
	"fmt"
	"strings"

	"github.com/lotteryctl/lotteryctl/analyze/flame"
	"github.com/lotteryctl/lotteryctl/analyze/stackprofile"
)

// ProfileNotes are the words of a profile's notes, one for each.
func ProfileNotes(notes []stackprofile.Note) (words []string) {
	for _, n := range notes {
		words = append(words, profileNote(n))
	}
	return words
}

func profileNote(n stackprofile.Note) string {
	switch n.Code {
	case stackprofile.LineLeftOut:
		return fmt.Sprintf("line %d is skipped: %v: %s", n.Line, n.Reason, n.Text)
	case stackprofile.LinesLeftOut:
		return fmt.Sprintf("%d more lines are not understood and are skipped", n.Count)
	case stackprofile.StacksCut:
		return fmt.Sprintf("the Go runtime cut %d of %d stacks at %d frames: their real roots are not known, and they are shown under %q",
			n.Count, n.Of, n.Depth, n.Text)
	case stackprofile.StacksPruned:
		return fmt.Sprintf("in %d of %d stacks, the frames inside %s are left out, because the profile asks for it (go tool pprof does the same)",
			n.Count, n.Of, abridge(n.Text))
	case stackprofile.AddressesUnnamed:
		return fmt.Sprintf("%d addresses without a name are left out of stacks in which other addresses have one: Go's text format hides them; get the profile without debug=1", n.Count)
	case stackprofile.RatesDiffer:
		return "the merged profiles were sampled at different rates"
	case stackprofile.LabelsMissing:
		if len(n.Known) == 0 {
			return fmt.Sprintf("no sample has a label %s; the profile has no labels", strings.Join(n.Missing, ", "))
		}
		return fmt.Sprintf("no sample has a label %s; the labels are %s", strings.Join(n.Missing, ", "), strings.Join(n.Known, ", "))
	case stackprofile.SeveralDumps:
		return fmt.Sprintf("the input holds %d goroutine dumps, and this is the last one; --goroutines shows the growth from the first to the last", n.Count)
	case stackprofile.SeveralEvents:
		return fmt.Sprintf("the recording has samples of %d events: %s; they are not added up, and without --type the first of them, %s, is shown", n.Count, strings.Join(n.Known, ", "), n.Text)
	case stackprofile.TwoSides:
		return fmt.Sprintf("each line has two values, %s, and without --type their %s is shown; --diff compares the two sides", strings.Join(n.Known, " and "), n.Text)
	case stackprofile.ValuesRounded:
		return fmt.Sprintf("%d values have more decimals than can be kept exactly, and are rounded", n.Count)
	case stackprofile.StacksFiltered:
		return fmt.Sprintf("the filters keep %d of %d stacks, %.3g %% of %s", n.Count, n.Of, 100*n.Share, n.Text)
	case stackprofile.ProfilerLeftOut:
		return fmt.Sprintf("taking the profiles is left out: %.3g %% of %s; --with-profiler shows it", 100*n.Share, n.Text)
	}
	return string(n.Code)
}

// DiffNotes are the words of a diff's notes: of its profiles, then of the
// comparison.
func DiffNotes(d *flame.Diff) []string {
	words := ProfileNotes(d.ProfileNotes)
	for _, n := range d.Notes {
		words = append(words, diffNote(n))
	}
	return words
}

func diffNote(n flame.Note) string {
	switch n.Code {
	case flame.SidesApart:
		return "one side was profiled before the other began: a drift of the machine in between looks like a change, and no test can separate the two; let the arms of one experiment alternate"
	case flame.RequestsUnknown:
		return "the number of requests is not known, so the sides are scaled until most of the program is unchanged: growth is relative to the rest of the program"
	case flame.NoiseUnknown:
		return "the noise is not known: colors show only the size of a change; several profiles per side would distinguish a change from chance"
	case flame.TooFewProfiles:
		return fmt.Sprintf("with %d and %d profiles no change can be significant: the smallest p-value possible is %.2g; take 4 or more per side", n.Old, n.New, n.LeastP)
	case flame.CountsScatter:
		return fmt.Sprintf("the counts may vary up to %.2f times as much as chance alone explains (from the median of all functions), and the test takes this into account", n.Inflation)
	case flame.OneProfileASide:
		return "with one profile on a side it is not known how much its runs differ, which is more than the sampling error; take several profiles per side"
	case flame.FunctionsSwapped:
		return fmt.Sprintf("%s replaces %s, and both call %s: to compare what is below them, hide both with --hide '%s'",
			n.Swap.New, n.Swap.Gone, n.Swap.Below, n.Swap.Pattern)
	}
	return string(n.Code)
}

// abridge cuts a long pattern.
func abridge(text string) string {
	const most = 60
	if len(text) > most {
		return text[:most] + "..."
	}
	return text
}
