package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
)

// summarize prints what the cycles came to.
func summarize(w io.Writer, a *archive) {
	done, answers, odd, kinds := map[string]int{}, map[string]int{}, map[string]int{}, map[string]int{}
	replicas := map[int]int{}
	var recovery, settled []float64
	var draws, won, atOnce, forgotten, singles int
	var seconds float64
	for _, r := range a.done {
		add(done, r.Done)
		add(answers, r.Answers)
		add(odd, r.Odd)
		for _, v := range r.Violations {
			kinds[v.Kind]++
		}
		replicas[r.Replicas]++
		recovery, settled = append(recovery, r.Recovery...), append(settled, r.Settled)
		draws, won, atOnce, forgotten, seconds = draws+r.Draws, won+r.Won, atOnce+r.AtOnce, forgotten+r.Forgotten, seconds+r.Seconds
		if !strings.Contains(r.Faults, " + ") {
			singles++
		}
	}
	var killed, other []string
	kills := 0
	for _, what := range slices.Sorted(maps.Keys(done)) {
		text := fmt.Sprintf("%s %d", what, done[what])
		if strings.HasPrefix(what, "kill -9") {
			kills += done[what]
			killed = append(killed, text)
		} else {
			other = append(other, text)
		}
	}
	fmt.Fprintf(w, "seed %d: %d of %d cycles in %v, %d with one fault and %d with two; replicas: %s\n", a.setup.Seed, len(a.done), a.setup.Cycles,
		time.Duration(seconds*float64(time.Second)).Round(time.Second), singles, len(a.done)-singles, tally(replicas))
	fmt.Fprintf(w, "kills           %d: %s\n", kills, strings.Join(killed, ", "))
	fmt.Fprintf(w, "other faults    %s\n", strings.Join(other, ", "))
	fmt.Fprintf(w, "draws           %d, of which %d won; answers: %s\n", draws, won, tally(answers))
	if len(odd) > 0 {
		fmt.Fprintf(w, "odd answers     %s\n", tally(odd))
	}
	fmt.Fprintf(w, "wins at once    %d answers were looked up in the ledger at once\n", atOnce)
	fmt.Fprintf(w, "losses again    %d losses were drawn again to another end after Redis lost data (I3l; no violations)\n", forgotten)
	fmt.Fprintf(w, "recovery        from healed to the first answer of each activity: %s\n", spread(recovery))
	fmt.Fprintf(w, "all answered    from healed until no request was open: %s\n", spread(settled))
	fmt.Fprintf(w, "violations      %d", sum(kinds))
	if len(kinds) > 0 {
		fmt.Fprintf(w, ": %s", tally(kinds))
	}
	fmt.Fprintln(w)
}

func add(to, more map[string]int) {
	for what, n := range more {
		to[what] += n
	}
}

func sum(m map[string]int) (n int) {
	for _, v := range m {
		n += v
	}
	return n
}

// tally is "a 1, b 2".
func tally[K interface{ ~int | ~string }](m map[K]int) string {
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(m)) {
		parts = append(parts, fmt.Sprintf("%v %d", k, m[k]))
	}
	return strings.Join(parts, ", ")
}

// spread is the distribution of milliseconds.
func spread(ms []float64) string {
	if len(ms) == 0 {
		return "none"
	}
	sorted := slices.Sorted(slices.Values(ms))
	at := func(q float64) float64 { return sorted[min(int(q*float64(len(sorted))), len(sorted)-1)] }
	return fmt.Sprintf("p50 %.0f ms, p95 %.0f ms, p99 %.0f ms, max %.0f ms (n = %d)", at(0.5), at(0.95), at(0.99), sorted[len(sorted)-1], len(sorted))
}
