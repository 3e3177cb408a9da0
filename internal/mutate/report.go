package main

import (
	"fmt"
	"io"
	"path"
	"strings"
)

// mostTimedOut is the share of covered mutants above which a room is not
// judged, in %: that many do not loop, the machine is too slow.
const mostTimedOut = 15

// result is what the mutants of a room came to.
type result struct {
	room   room
	counts map[outcome]int
	listed int      // lived, and change nothing
	lived  []mutant // and are not listed
	other  []mutant // did not end, or are not covered
	stale  []string // listed, and wrong
}

// judge compares the outcomes with the list.
func judge(r room, mutants []mutant, list []survivor) result {
	res := result{room: r, counts: make(map[outcome]int)}
	found := make(map[string]outcome) // of listed ones; lived if any of that name did
	listed := make(map[string]bool)
	for _, s := range list {
		listed[s.mutant] = true
	}
	for _, m := range mutants {
		name := m.String()
		switch {
		case listed[name]:
			if found[name] != lived {
				found[name] = m.outcome
			}
			if m.outcome == lived {
				res.listed++
				continue
			}
		case m.outcome == lived:
			res.lived = append(res.lived, m)
		}
		if m.outcome == timedOut || m.outcome == notCovered {
			res.other = append(res.other, m)
		}
		res.counts[m.outcome]++
	}
	for _, s := range list {
		if file, _, _ := strings.Cut(s.mutant, " "); path.Dir(file) != r.dir {
			continue
		}
		switch o := found[s.mutant]; o {
		case lived, timedOut:
		case "":
			res.stale = append(res.stale, "is not in the code: "+s.mutant)
		default:
			res.stale = append(res.stale, string(o)+": "+s.mutant)
		}
	}
	return res
}

// rate is the share of killed mutants among those that end and change
// something, in %.
func (r result) rate() float64 {
	all := r.counts[killed] + r.counts[lived]
	if all == 0 {
		return 0
	}
	return 100 * float64(r.counts[killed]) / float64(all)
}

// judged reports whether so few timed out that the rate says something.
func (r result) judged() bool {
	all := r.counts[killed] + r.counts[lived] + r.counts[timedOut]
	return 100*r.counts[timedOut] <= mostTimedOut*all
}

func (r result) held() bool {
	return r.judged() && r.rate() >= r.room.bar && len(r.stale) == 0
}

func (r result) write(w io.Writer) {
	verdict := "held"
	if !r.held() {
		verdict = "FAILED"
	}
	fmt.Fprintf(w, "%-17s %.1f %% of %d mutants killed, the bar is %g %%: %s (in addition %d listed, %d timed out, %d not covered, %d not viable)\n",
		r.room.dir, r.rate(), r.counts[killed]+r.counts[lived], r.room.bar, verdict,
		r.listed, r.counts[timedOut], r.counts[notCovered], r.counts[notViable])
	if !r.judged() {
		fmt.Fprintf(w, "  more than %d %% timed out: run it again when the machine is less busy\n", mostTimedOut)
	}
	for _, m := range r.lived {
		fmt.Fprintf(w, "  lived: %s (line %d)\n", m, m.line)
	}
	for _, m := range r.other {
		fmt.Fprintf(w, "  %s: %s (line %d)\n", m.outcome, m, m.line)
	}
	for _, s := range r.stale {
		fmt.Fprintf(w, "  listed in internal/mutate/survivors.txt, but %s\n", s)
	}
}
