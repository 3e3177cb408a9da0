package goroutine

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/lotteryctl/lotteryctl/analyze/stackprofile"
)

// Growth is what became of a group of goroutines between two dumps of
// one process.
type Growth struct {
	// Group is that of the later dump, with Count 0 if it is gone; it then has
	// the waits of the earlier one.
	Group    Group
	Old, New int // goroutines in either dump
	// Stayed are those of the new ones that were in the group before already, by
	// their numbers; Stuck those of them that have waited since, for a minute or
	// longer.
	Stayed, Stuck int
	// Suspect says that the group may be a leak: it waits for something in the
	// program, it grew by two or more, and none of its goroutines that were there
	// before has ended.
	Suspect bool
}

// leastGrowth is the growth from which a group may be a leak: one goroutine more
// is in every second pair of dumps.
const leastGrowth = 2

// Delta is New-Old.
func (g Growth) Delta() int { return g.New - g.Old }

// Compare says how the groups of goroutines changed from an earlier
// dump of a process to a later one, suspects first, then the most growth. Two
// dumps of different processes can be compared too, but goroutines then have
// the same number by chance: Stayed and Stuck mean nothing.
func Compare(earlier, later *stackprofile.GoroutineDump) []Growth {
	before := groupsByKey(earlier)
	ids := map[int64]string{}
	for i := range earlier.Goroutines {
		g := &earlier.Goroutines[i]
		ids[g.ID] = keyOf(g)
	}
	var growths []Growth
	for key, group := range groupsByKey(later) {
		growths = append(growths, Growth{Group: group, Old: before[key].Count, New: group.Count})
		delete(before, key)
	}
	for _, group := range before {
		old := group.Count
		group.Count = 0
		growths = append(growths, Growth{Group: group, Old: old})
	}
	count := map[string]*Growth{}
	for i := range growths {
		count[growths[i].Group.key()] = &growths[i]
	}
	for i := range later.Goroutines {
		g := &later.Goroutines[i]
		key := keyOf(g)
		if ids[g.ID] == key {
			count[key].Stayed++
			if g.Wait >= time.Minute {
				count[key].Stuck++
			}
		}
	}
	for i := range growths {
		g := &growths[i]
		g.Suspect = g.Delta() >= leastGrowth && g.Stayed == g.Old && isWaiting(g.Group.State)
	}
	slices.SortFunc(growths, compareGrowth)
	return growths
}

// isWaiting reports whether a goroutine of that state does nothing by itself:
// one that runs has not leaked, and one that waits for the network or sleeps is
// woken from outside or by the clock.
func isWaiting(state string) bool {
	switch state {
	case "running", "runnable", "syscall", "sleep", "IO wait":
		return false
	}
	return true
}

func compareGrowth(a, b Growth) int {
	if a.Suspect != b.Suspect {
		if a.Suspect {
			return -1
		}
		return 1
	}
	return cmp.Or(cmp.Compare(b.Delta(), a.Delta()), cmp.Compare(b.New, a.New), strings.Compare(a.Group.key(), b.Group.key()))
}

func groupsByKey(d *stackprofile.GoroutineDump) map[string]Group {
	groups := map[string]Group{}
	for _, g := range Groups(d) {
		groups[g.key()] = g
	}
	return groups
}
