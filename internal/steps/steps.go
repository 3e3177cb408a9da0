// Package steps is the catalogue of the eight tuning steps: what an article
// about a prize-draw service claimed for each, what this project found when it
// checked the claim, and what lotteryd does about it.
//
// It is data and nothing else. Commands print it, documentation quotes it, and
// the two programs agree on numbers and names through it. The article claims a
// 95th percentile of 12.3 ms before and 0.8 ms after all eight steps together,
// at 1,200 requests per second; it measured no step alone.
//
// Today lotteryd has the variant of [Step.Built] built in. Switches that turn
// a step off come with the experiment that measures each step alone.
package steps

import "slices"

// Verdict is the outcome of checking the article's claim.
type Verdict string

// The verdicts, from best to worst.
const (
	Confirmed  Verdict = "true"
	Negligible Verdict = "true, too small to see"
	Partial    Verdict = "half true"
	Refuted    Verdict = "false"
)

// Step is one tuning step.
type Step struct {
	// Number is the article's number, 1 to 8.
	Number int
	// Name is the short name used in flags and file names.
	Name string
	// Title is the step as a headline.
	Title string
	// Claim is what the article says, with its figure where it gives one.
	Claim string
	// Verdict is the outcome of checking the claim, Finding what was measured.
	Verdict Verdict
	Finding string
	// Built is what lotteryd does.
	Built string
	// Metric is what should move if the step works, in the units of bench.txt.
	Metric string
}

// All returns the eight steps in order. The slice is the caller's.
//
// The findings were measured once, on 2 virtual cores (Go 1.26.8, Redis 7.0,
// PostgreSQL 15, everything on one machine): use them as orders of magnitude.
func All() []Step {
	return []Step{
		{
			Number: 1, Name: "conn-pool", Title: "Keep database connections open",
			Claim:   "20 idle of 50 open connections instead of none idle removes the cost of connecting (4.7 ms blocked)",
			Verdict: Confirmed,
			Finding: "a new connection and query takes 5.0 ms, a kept one 0.06 ms; with 20 idle of 50 bursts still reconnect",
			Built:   "pgxpool with as many idle as open connections",
			Metric:  "p95-latency-ns",
		},
		{
			Number: 2, Name: "object-pool", Title: "Reuse the objects of a request",
			Claim:   "sync.Pool for the result struct saves 128 B per request",
			Verdict: Negligible,
			Finding: "52 ns and 128 B become 5.4 ns and 0 B; a request takes 200,000 ns",
			Built:   "what escapes is pooled (buffers), what does not escape stays on the stack",
			Metric:  "B/op",
		},
		{
			Number: 3, Name: "json", Title: "Encode without reflection",
			Claim:   "fastjson instead of json.Marshal avoids reflection",
			Verdict: Refuted,
			Finding: "fastjson marshals no structs; built by hand 493 ns against 341 ns, with reused buffers 204 ns; plain append 52-92 ns",
			Built:   "an encoder that appends to a buffer",
			Metric:  "cpu-ns/op",
		},
		{
			Number: 4, Name: "dice", Title: "Draw without a global lock",
			Claim:   "a rand.New per draw, seeded with the time, avoids the lock of the global source",
			Verdict: Refuted,
			Finding: "4.0 ns and 0 B become 5,700 ns and 5,376 B; since Go 1.20 there is no such lock; the seeds repeat and can be guessed",
			Built:   "keyed hash of the request with a published commitment, or crypto/rand",
			Metric:  "cpu-ns/op",
		},
		{
			Number: 5, Name: "claim", Title: "Claim a unit without waiting for locks",
			Claim:   "FOR UPDATE SKIP LOCKED avoids waiting for row locks",
			Verdict: Partial,
			Finding: "one row per unit: 2,200 become 7,400 claims/s at 16 clients; one stock row: 96-99 % wrongly told \"sold out\"",
			Built:   "numbered units, an insert-only ledger and group commit: no row is contended",
			Metric:  "p99-latency-ns",
		},
		{
			Number: 6, Name: "log", Title: "Log fields instead of formatted text",
			Claim:   "structured fields instead of fmt.Sprintf make logging cheaper",
			Verdict: Partial,
			Finding: "6 allocations become 1 (slog), but 569 ns become 780 ns; a level that is off costs 19 ns",
			Built:   "slog with attributes behind a level guard",
			Metric:  "allocs/op",
		},
		{
			Number: 7, Name: "gc", Title: "Set the pace of the garbage collector",
			Claim:   "GOGC=50 makes collections rarer (pauses 1.2 ms to 0.07 ms)",
			Verdict: Refuted,
			Finding: "it is the other way round: 1.44 times the cycles, 21 % less throughput; GOGC=200 gives 19 % more",
			Built:   "memory limit taken from the container, GOGC left at its default",
			Metric:  "cpu-ns/op",
		},
		{
			Number: 8, Name: "user-state", Title: "Read the user's state in one round trip",
			Claim:   "a pipeline turns three round trips to Redis into one",
			Verdict: Confirmed,
			Finding: "2.5 times the operations at 64 clients on loopback; 6.95 ms become 2.32 ms at 2.3 ms per round trip",
			Built:   "the draw script reads it: no round trip of its own",
			Metric:  "p95-latency-ns",
		},
	}
}

// Find returns the step with this short name.
func Find(name string) (Step, bool) {
	all := All()
	i := slices.IndexFunc(all, func(s Step) bool { return s.Name == name })
	if i < 0 {
		return Step{}, false
	}
	return all[i], true
}
