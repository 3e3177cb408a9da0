package goroutine

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/lotteryctl/lotteryctl/analyze/stackprofile"
)

// Group are goroutines that do the same: equal states, stacks and
// places of creation.
type Group struct {
	State     string
	Stack     []stackprofile.Frame // root first
	CreatedBy stackprofile.Frame   // no function: the main goroutine
	Count     int
	// Waits in whole minutes, over the whole group: the shortest, the middle one
	// (the lower of two) and the longest.
	MinWait, MedianWait, MaxWait time.Duration
	// Own says that code of the program itself takes part: in the stack, or where
	// they were created. [OwnFirst] and [CompareWith] set it.
	Own bool
}

// OwnFirst marks the groups in which code of the program itself takes part, and
// puts them before the others; own says which frames are such code, nil that all
// are. Otherwise the order stays.
func OwnFirst(groups []Group, own func(stackprofile.Frame) bool) {
	for i := range groups {
		groups[i].Own = groups[i].hasOwn(own)
	}
	slices.SortStableFunc(groups, func(a, b Group) int { return first(a.Own, b.Own) })
}

// first orders what is before what is not.
func first(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

func (g *Group) hasOwn(own func(stackprofile.Frame) bool) bool {
	return own == nil || own(g.CreatedBy) || slices.ContainsFunc(g.Stack, own)
}

// Groups are the goroutines of a dump by what they do, the largest group first.
func Groups(d *stackprofile.GoroutineDump) []Group {
	members := map[string][]*stackprofile.Goroutine{}
	for i := range d.Goroutines {
		g := &d.Goroutines[i]
		key := keyOf(g)
		members[key] = append(members[key], g)
	}
	groups := make([]Group, 0, len(members))
	for _, all := range members {
		groups = append(groups, newGroup(all))
	}
	slices.SortFunc(groups, func(a, b Group) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(b.MaxWait, a.MaxWait), strings.Compare(a.key(), b.key()))
	})
	return groups
}

func newGroup(all []*stackprofile.Goroutine) Group {
	waits := make([]time.Duration, len(all))
	for i, g := range all {
		waits[i] = g.Wait
	}
	slices.Sort(waits)
	first := all[0]
	return Group{
		State: first.State, Stack: first.Stack, CreatedBy: first.CreatedBy, Count: len(all),
		MinWait: waits[0], MedianWait: waits[(len(waits)-1)/2], MaxWait: waits[len(waits)-1],
	}
}

func keyOf(g *stackprofile.Goroutine) string { return keyFrom(g.State, g.CreatedBy, g.Stack) }

func (g *Group) key() string { return keyFrom(g.State, g.CreatedBy, g.Stack) }

func keyFrom(state string, createdBy stackprofile.Frame, stack []stackprofile.Frame) string {
	var key strings.Builder
	fmt.Fprintf(&key, "%s\n%s %s:%d\n", state, createdBy.Function, createdBy.File, createdBy.Line)
	for _, f := range stack {
		fmt.Fprintf(&key, "%s %s:%d\n", f.Function, f.File, f.Line)
	}
	return key.String()
}
