package flame

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// GoroutineGroup are goroutines that do the same: equal states, stacks and
// places of creation.
type GoroutineGroup struct {
	State     string
	Stack     []Frame // root first
	CreatedBy Frame   // no function: the main goroutine
	Count     int
	// Waits in whole minutes, over the whole group: the shortest, the middle one
	// (the lower of two) and the longest.
	MinWait, MedianWait, MaxWait time.Duration
}

// Groups are the goroutines of d by what they do, the largest group first.
func (d *GoroutineDump) Groups() []GoroutineGroup {
	members := map[string][]*Goroutine{}
	for i := range d.Goroutines {
		g := &d.Goroutines[i]
		key := g.key()
		members[key] = append(members[key], g)
	}
	groups := make([]GoroutineGroup, 0, len(members))
	for _, all := range members {
		groups = append(groups, newGroup(all))
	}
	slices.SortFunc(groups, func(a, b GoroutineGroup) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(b.MaxWait, a.MaxWait), strings.Compare(a.key(), b.key()))
	})
	return groups
}

func newGroup(all []*Goroutine) GoroutineGroup {
	waits := make([]time.Duration, len(all))
	for i, g := range all {
		waits[i] = g.Wait
	}
	slices.Sort(waits)
	first := all[0]
	return GoroutineGroup{
		State: first.State, Stack: first.Stack, CreatedBy: first.CreatedBy, Count: len(all),
		MinWait: waits[0], MedianWait: waits[(len(waits)-1)/2], MaxWait: waits[len(waits)-1],
	}
}

func (g *Goroutine) key() string      { return goroutineKey(g.State, g.CreatedBy, g.Stack) }
func (g *GoroutineGroup) key() string { return goroutineKey(g.State, g.CreatedBy, g.Stack) }

func goroutineKey(state string, createdBy Frame, stack []Frame) string {
	var key strings.Builder
	fmt.Fprintf(&key, "%s\n%s %s:%d\n", state, createdBy.Function, createdBy.File, createdBy.Line)
	for _, f := range stack {
		fmt.Fprintf(&key, "%s %s:%d\n", f.Function, f.File, f.Line)
	}
	return key.String()
}
