package flame

import (
	"bufio"
	"fmt"
	"io"
	"time"
)

// GoroutineFormat is the version of the JSON that goroutines are written in.
const GoroutineFormat = 1

// WriteGoroutines writes groups for a terminal, at most most of them (0: all):
// how many goroutines, in which state, for how long, and their stack, the
// innermost call first as in the dump.
func WriteGoroutines(w io.Writer, groups []GoroutineGroup, most int) error {
	out := bufio.NewWriter(w)
	count := 0
	for _, g := range groups {
		count += g.Count
	}
	fmt.Fprintf(out, "%s in %s\n", countOf(count, "goroutine"), countOf(len(groups), "group"))
	for _, g := range groups[:atMost(len(groups), most)] {
		fmt.Fprintf(out, "\n%d %s%s\n", g.Count, g.State, g.waits())
		g.writeStack(out)
	}
	writeLeft(out, len(groups), most)
	return out.Flush()
}

// WriteGoroutineGrowth writes what changed between two dumps for a terminal:
// groups that may be leaks and those that changed, at most most (0: all).
func WriteGoroutineGrowth(w io.Writer, growths []GoroutineGrowth, most int) error {
	out := bufio.NewWriter(w)
	before, after, suspects := 0, 0, 0
	var changed []GoroutineGrowth
	for _, g := range growths {
		before, after = before+g.Old, after+g.New
		if g.Suspect {
			suspects++
		}
		if g.Delta() != 0 {
			changed = append(changed, g)
		}
	}
	fmt.Fprintf(out, "%s before, %d after (%+d); %s may be leaks\n", countOf(before, "goroutine"), after, after-before, countOf(suspects, "group"))
	for _, g := range changed[:atMost(len(changed), most)] {
		fmt.Fprintf(out, "\n%+d %s: %d before, %d after%s%s\n", g.Delta(), g.Group.State, g.Old, g.New, g.Group.waits(), g.words())
		g.Group.writeStack(out)
	}
	writeLeft(out, len(changed), most)
	return out.Flush()
}

// words say why a group is suspect, or that none of it is.
func (g GoroutineGrowth) words() string {
	if !g.Suspect {
		return ""
	}
	text := "\n  may be a leak: it grew, and none of those that were there has ended"
	if g.Stuck > 0 {
		text += fmt.Sprintf("; %d have waited a minute or longer", g.Stuck)
	}
	return text
}

func (g *GoroutineGroup) waits() string {
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

func (g *GoroutineGroup) writeStack(out io.Writer) {
	for i := len(g.Stack) - 1; i >= 0; i-- {
		fmt.Fprintf(out, "    %s\n", withPlace(g.Stack[i]))
	}
	if g.CreatedBy.Function != "" {
		fmt.Fprintf(out, "    created by %s\n", withPlace(g.CreatedBy))
	}
}

// withPlace is a frame with its place in the source.
func withPlace(f Frame) string {
	if f.File == "" {
		return foldedName(f.Function)
	}
	return foldedName(fmt.Sprintf("%s  %s:%d", f.Function, f.File, f.Line))
}

func atMost(n, most int) int {
	if most <= 0 {
		return n
	}
	return min(n, most)
}

func writeLeft(out io.Writer, n, most int) {
	if left := n - atMost(n, most); left > 0 {
		fmt.Fprintf(out, "\n%s more, not shown.\n", countOf(left, "group"))
	}
}

// goroutineGroupJSON is a group in JSON; docs/flame.md describes it.
type goroutineGroupJSON struct {
	State     string      `json:"state"`
	Count     int         `json:"count"`
	MinWait   int64       `json:"min_wait_minutes"`
	Median    int64       `json:"median_wait_minutes"`
	MaxWait   int64       `json:"max_wait_minutes"`
	CreatedBy *frameJSON  `json:"created_by,omitempty"`
	Stack     []frameJSON `json:"stack"` // root first
}

type frameJSON struct {
	Function string `json:"function"`
	File     string `json:"file,omitempty"`
	Line     int    `json:"line,omitempty"`
	Inlined  bool   `json:"inlined,omitempty"`
}

type growthJSON struct {
	goroutineGroupJSON
	Old     int  `json:"old"`
	New     int  `json:"new"`
	Stayed  int  `json:"stayed"`
	Stuck   int  `json:"stuck"`
	Suspect bool `json:"suspect"`
}

// WriteGoroutinesJSON writes groups as JSON, one object.
func WriteGoroutinesJSON(w io.Writer, groups []GoroutineGroup) error {
	list := make([]goroutineGroupJSON, len(groups))
	for i, g := range groups {
		list[i] = g.json()
	}
	return writeIndented(w, map[string]any{"format": GoroutineFormat, "groups": list})
}

// WriteGoroutineGrowthJSON writes what became of all groups as JSON, one object.
func WriteGoroutineGrowthJSON(w io.Writer, growths []GoroutineGrowth) error {
	list := make([]growthJSON, len(growths))
	for i, g := range growths {
		list[i] = growthJSON{g.Group.json(), g.Old, g.New, g.Stayed, g.Stuck, g.Suspect}
	}
	return writeIndented(w, map[string]any{"format": GoroutineFormat, "growth": list})
}

func (g *GoroutineGroup) json() goroutineGroupJSON {
	out := goroutineGroupJSON{
		State: g.State, Count: g.Count, MinWait: minutes(g.MinWait), Median: minutes(g.MedianWait), MaxWait: minutes(g.MaxWait),
		Stack: make([]frameJSON, len(g.Stack)),
	}
	if f := g.CreatedBy; f.Function != "" {
		out.CreatedBy = &frameJSON{f.Function, f.File, f.Line, false}
	}
	for i, f := range g.Stack {
		out.Stack[i] = frameJSON{f.Function, f.File, f.Line, f.Inlined}
	}
	return out
}
