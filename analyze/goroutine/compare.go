package goroutine

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/lotteryctl/lotteryctl/analyze/stackprofile"
)

// Options are what is known of two dumps apart from their text.
type Options struct {
	// Between is the time from the earlier dump to the later; 0: not known. If it
	// is known, the process collected garbage shortly before the earlier dump:
	// Go's runtime counts waiting times from a collection on.
	Between time.Duration
	// Own says which frames are code of the program itself. nil: all are.
	Own func(stackprofile.Frame) bool
}

// Compare is [CompareWith] where nothing is known of the dumps.
func Compare(earlier, later *stackprofile.GoroutineDump) []Growth {
	return CompareWith(earlier, later, Options{})
}

// CompareWith says how the groups of goroutines changed from an earlier
// dump of a process to a later one: suspects first, then groups with code of the
// program, then the most growth. Two dumps of different processes can be compared
// too, but goroutines then have the same number by chance: Stayed, Stuck and Moved
// mean nothing.
func CompareWith(earlier, later *stackprofile.GoroutineDump, o Options) []Growth {
	before := groupsByKey(earlier)
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
	at := map[string]*Growth{}
	for i := range growths {
		growths[i].Group.Own = growths[i].Group.hasOwn(o.Own)
		at[growths[i].Group.key()] = &growths[i]
	}
	follow(earlier, later, o.Between, at)
	connected := onConnections(later)
	for i := range growths {
		g := &growths[i]
		if g.Delta() >= leastGrowth {
			g.Calm = g.calm(connected[g.Group.key()])
			g.Suspect = g.Calm == ""
		}
	}
	slices.SortFunc(growths, compareGrowth)
	return growths
}

// follow counts for each group what its goroutines of the earlier dump do in the
// later one.
func follow(earlier, later *stackprofile.GoroutineDump, between time.Duration, at map[string]*Growth) {
	known := map[int64]*stackprofile.Goroutine{}
	for i := range earlier.Goroutines {
		known[earlier.Goroutines[i].ID] = &earlier.Goroutines[i]
	}
	for i := range later.Goroutines {
		now := &later.Goroutines[i]
		was, key := known[now.ID], keyOf(now)
		if was == nil || keyOf(was) != key {
			continue
		}
		g := at[key]
		g.Stayed++
		switch {
		case hasMoved(was, now, between):
			g.Moved++
		case now.Wait >= time.Minute:
			g.Stuck++
		}
	}
}

func compareGrowth(a, b Growth) int {
	return cmp.Or(
		first(a.Suspect, b.Suspect), first(a.Group.Own, b.Group.Own),
		cmp.Compare(b.Delta(), a.Delta()), cmp.Compare(b.New, a.New), strings.Compare(a.Group.key(), b.Group.key()),
	)
}

func groupsByKey(d *stackprofile.GoroutineDump) map[string]Group {
	groups := map[string]Group{}
	for _, g := range Groups(d) {
		groups[g.key()] = g
	}
	return groups
}
