package flamepage

import (
	"bufio"
	"fmt"
	"io"
	"time"

	"github.com/lotteryctl/lotteryctl/analyze/goroutine"
	"github.com/lotteryctl/lotteryctl/analyze/stackprofile"
	"github.com/lotteryctl/lotteryctl/analyze/units"
)

// withoutOwn is the heading of groups in whose stacks no code of the program is.
const withoutOwn = "without code of the program:\n"

// WriteGoroutines writes groups for a terminal, at most most of them (0: all):
// how many goroutines, in which state, for how long, and their stack, the
// innermost call first as in the dump.
func WriteGoroutines(w io.Writer, groups []goroutine.Group, most int) error {
	out := bufio.NewWriter(w)
	count := 0
	for _, g := range groups {
		count += g.Count
	}
	fmt.Fprintf(out, "%s in %s\n", countOf(count, "goroutine"), countOf(len(groups), "group"))
	for i, g := range groups[:atMost(len(groups), most)] {
		if i > 0 && groups[i-1].Own && !g.Own {
			fmt.Fprint(out, "\n"+withoutOwn)
		}
		fmt.Fprintf(out, "\n%d %s%s\n", g.Count, g.State, waits(&g))
		writeStack(out, &g)
	}
	writeLeft(out, len(groups), most)
	return out.Flush()
}

// WriteGoroutineGrowth writes what changed between two dumps for a terminal:
// groups that may be leaks and those that changed, at most most (0: all).
func WriteGoroutineGrowth(w io.Writer, growths []goroutine.Growth, most int) error {
	out := bufio.NewWriter(w)
	before, after, suspects := 0, 0, 0
	var changed []goroutine.Growth
	for _, g := range growths {
		before, after = before+g.Old, after+g.New
		if g.Suspect {
			suspects++
		}
		if g.Delta() != 0 {
			changed = append(changed, g)
		}
	}
	fmt.Fprintf(out, "%s before, %s after (%+d); %s may be leaks\n", countOf(before, "goroutine"), units.Grouped(after), after-before, countOf(suspects, "group"))
	for _, g := range changed[:atMost(len(changed), most)] {
		fmt.Fprintf(out, "\n%+d %s: %d before, %d after%s%s\n", g.Delta(), g.Group.State, g.Old, g.New, waits(&g.Group), growthWords(g))
		writeStack(out, &g.Group)
	}
	writeLeft(out, len(changed), most)
	return out.Flush()
}

// growthWords say why a group that grew is suspect, or is not.
func growthWords(g goroutine.Growth) string {
	if g.Suspect {
		const suspected = "\n  may be a leak: it grew, and its earlier goroutines "
		if g.Stuck > 0 {
			return fmt.Sprintf(suspected+"are all where they were; %d of them have waited a minute or longer", g.Stuck)
		}
		return suspected + "are all at the same place; idle workers of a pool that grew look the same, which dumps two minutes apart show"
	}
	if why := calmWords(g.Calm); why != "" {
		return "\n  not suspected: " + why
	}
	return ""
}

func calmWords(c goroutine.Calm) string {
	switch c {
	case "":
		return ""
	case goroutine.CalmActive:
		return "it runs, or waits for the network or the clock"
	case goroutine.CalmResting:
		return "goroutines wait there for their next work"
	case goroutine.CalmNew:
		return "there was none before; to see whether they stay, compare with a later dump"
	case goroutine.CalmEnded:
		return "some of the earlier ones ended or moved on"
	case goroutine.CalmMoved:
		return "the earlier ones are at the same place again, with other work"
	case goroutine.CalmRequest:
		return "they serve requests, and have waited for less than a minute"
	case goroutine.CalmConnection:
		return "each belongs to an open connection"
	case goroutine.CalmLibrary:
		return "a few more goroutines of a library, without code of the program"
	}
	return string(c)
}

func waits(g *goroutine.Group) string {
	if g.MaxWait == 0 {
		return ""
	}
	most := countOf(int(minutes(g.MaxWait)), "minute")
	if g.MinWait == g.MaxWait {
		return ", waiting " + most
	}
	return fmt.Sprintf(", waiting %d to %s (half of them at most %d)", minutes(g.MinWait), most, minutes(g.MedianWait))
}

func minutes(d time.Duration) int64 { return int64(d / time.Minute) }

func writeStack(out io.Writer, g *goroutine.Group) {
	for i := len(g.Stack) - 1; i >= 0; i-- {
		fmt.Fprintf(out, "    %s\n", withPlace(g.Stack[i]))
	}
	if g.CreatedBy.Function != "" {
		fmt.Fprintf(out, "    created by %s\n", withPlace(g.CreatedBy))
	}
}

// withPlace is a frame with its place in the source.
func withPlace(f stackprofile.Frame) string {
	if f.File == "" {
		return stackprofile.FoldedName(f.Function)
	}
	return stackprofile.FoldedName(fmt.Sprintf("%s  %s:%d", f.Function, f.File, f.Line))
}

func atMost(n, most int) int {
	if most <= 0 {
		return n
	}
	return min(n, most)
}

func writeLeft(out io.Writer, n, most int) {
	if left := n - atMost(n, most); left > 0 {
		fmt.Fprintf(out, "\n%s not shown.\n", countOf(left, "more group"))
	}
}
