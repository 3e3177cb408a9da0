package goroutine

import (
	"strconv"
	"strings"
	"time"

	"github.com/lotteryctl/lotteryctl/analyze/stackprofile"
)

// dumpSlack is by how much two dumps may be nearer to each other than the
// questions for them were.
const dumpSlack = 10 * time.Second

// hasMoved reports whether a goroutine did something between two dumps that show
// it at the same place: its wait began anew, or its calls have other arguments.
// The memory of a stack does not change while its goroutine waits, so a request
// with another address is another request. That nothing differs proves nothing.
func hasMoved(was, now *stackprofile.Goroutine, between time.Duration) bool {
	if now.Wait < was.Wait || between > 0 && now.Wait+time.Minute+dumpSlack < was.Wait+between {
		return true
	}
	shift, differ := uint64(0), 0
	for i := range min(len(was.Args), len(now.Args)) {
		a, b := values(was.Args[i]), values(now.Args[i])
		if len(a) != len(b) {
			return true
		}
		for k := range a {
			if a[k] == b[k] {
				continue
			}
			x, errX := strconv.ParseUint(a[k], 0, 64)
			y, errY := strconv.ParseUint(b[k], 0, 64)
			if errX != nil || errY != nil || differ > 0 && y-x != shift {
				return true
			}
			shift = y - x
			differ++
		}
	}
	// The collector halves stacks that are mostly empty. All addresses of a stack
	// in itself then move by the same distance; of a single one that cannot be
	// told.
	return differ == 1
}

// values are the numbers in the arguments of a call.
func values(args string) []string {
	return strings.FieldsFunc(args, func(c rune) bool { return strings.ContainsRune(", {}?", c) })
}

// isHeapAddress guesses by the form in which Go's runtime prints addresses of its
// heap on 64-bit systems.
func isHeapAddress(value string) bool {
	return strings.HasPrefix(value, "0xc0") && len(value) >= len("0xc000000000")
}

// onConnections counts for each group of a dump the goroutines that belong to an
// open connection: they have a value that no other goroutine of the group has and
// that is also held by one that waits for the network. The two ends of a
// websocket are such a pair.
func onConnections(d *stackprofile.GoroutineDump) map[string]int {
	network := map[string]bool{}  // addresses held by goroutines that wait for it
	holders := map[string]int64{} // group and address: its only holder, or shared
	const shared = -1
	for i := range d.Goroutines {
		g := &d.Goroutines[i]
		for _, address := range heapAddresses(g) {
			if g.State == "IO wait" {
				network[address] = true
			}
		}
	}
	if len(network) == 0 {
		return nil
	}
	type member struct {
		id        int64
		key       string
		addresses []string
	}
	var members []member
	for i := range d.Goroutines {
		g := &d.Goroutines[i]
		if !isWaiting(g.State) {
			continue
		}
		m := member{id: g.ID, key: keyOf(g)}
		for _, address := range heapAddresses(g) {
			if !network[address] {
				continue
			}
			m.addresses = append(m.addresses, address)
			if by, held := holders[m.key+address]; held && by != g.ID {
				holders[m.key+address] = shared
			} else if !held {
				holders[m.key+address] = g.ID
			}
		}
		members = append(members, m)
	}
	counts := map[string]int{}
	for _, m := range members {
		for _, address := range m.addresses {
			if holders[m.key+address] == m.id {
				counts[m.key]++
				break
			}
		}
	}
	return counts
}

// heapAddresses are those in the arguments of a goroutine's calls.
func heapAddresses(g *stackprofile.Goroutine) (all []string) {
	for _, args := range g.Args {
		for _, v := range values(args) {
			if isHeapAddress(v) {
				all = append(all, v)
			}
		}
	}
	return all
}
