package steps

func stock() Switch {
	return Switch{
		Name: "stock", Title: "Take a unit from the stock in Redis",
		Claim:   "INCRBY is atomic but not idempotent, a client's compare-and-set loop is not atomic, a Lua script is both atomic and idempotent",
		Truth:   Partial,
		Finding: "a WATCH loop is atomic too, it only repeats under contention; a script is one round trip (102,000/s with 50 connections); the script in the tuning article accepts -5 units and uses a key that it does not declare",
		Metric:  "p95-latency-ns",
		Before:  "incrby", Article: "lua", Best: "lua",
		Variants: []Variant{
			{Name: "incrby", What: "INCRBY, and a correction if it went too far"},
			{Name: "watch", What: "WATCH, read, MULTI, write, EXEC, repeated until nobody interfered"},
			{Name: "lua", What: "one script: all checks, then the writes"},
		},
	}
}

func sampler() Switch {
	return Switch{
		Name: "sampler", Title: "Pick a prize by its weight",
		Claim:   "the alias method needs O(1) for a draw where reservoir sampling needs O(n)",
		Truth:   Partial,
		Finding: "it is O(1), but reservoir sampling is not the alternative if weights do not change: alias 9.4 ns for any number of prizes, linear scan 18, 32, 236 ns and binary search 22, 37, 63 ns for 8, 64, 1,024; the table in the tuning article, as printed, always picks the first prize",
		Metric:  "cpu-ns/op",
		Before:  "reservoir", Article: "alias", Best: "alias",
		Variants: []Variant{
			{Name: "linear", What: "a scan over the sorted ranges of numbers that each prize owns"},
			{Name: "binary", What: "a binary search over the same ranges"},
			{Name: "reservoir", What: "weighted reservoir sampling, a random number for each prize; activities with committed dice use the alias table, because one random word must determine their prize"},
			{Name: "alias", What: "Walker's alias table in integers: one division, one comparison"},
		},
	}
}

func snapshot() Switch {
	return Switch{
		Name: "snapshot", Title: "Read the activities without a lock",
		Claim:   "atomic.Value instead of a RWMutex makes reads of read-mostly data free",
		Truth:   Negligible,
		Finding: "with two readers, from 42 ns (RWMutex) to 1.35 ns (atomic.Value) or 1.0 ns (atomic.Pointer, since Go 1.19); a request takes 200,000 ns",
		Metric:  "cpu-ns/op",
		Before:  "rwmutex", Article: "value", Best: "pointer",
		Variants: []Variant{
			{Name: "rwmutex", What: "the current snapshot behind a sync.RWMutex"},
			{Name: "value", What: "in an atomic.Value"},
			{Name: "pointer", What: "in an atomic.Pointer"},
		},
	}
}

func layout() Switch {
	return Switch{
		Name: "layout", Title: "Order the fields of the draw's context",
		Claim:   "reordering three fields shrinks the context from 24 to 16 bytes, and atomic updates get 37 % faster on 16 cores",
		Truth:   Partial,
		Finding: "the sizes are right; an atomic update takes 20.1 ns with 24 bytes and 21.8 ns with 16 (2 cores), which is no gain; and the context of a request has only one writer",
		Metric:  "B/op",
		Before:  "wide", Article: "narrow", Best: "narrow",
		Variants: []Variant{
			{Name: "wide", What: "int32, int64, bool: 24 bytes, 11 of them padding"},
			{Name: "narrow", What: "int64, int32, bool: 16 bytes, 3 of them padding"},
		},
	}
}

func metadata() Switch {
	return Switch{
		Name: "metadata", Title: "Keep the activities in memory",
		Claim:   "a local cache with single flight and expiry, which gets changes by message, is at most 30 s behind",
		Truth:   Partial,
		Finding: "single flight works, but a load that overlaps a change keeps the old version until it expires, unless versions are compared; a query takes 0.06 ms at best, a snapshot 1 ns",
		Metric:  "p95-latency-ns",
		Before:  "per-draw", Article: "cache", Best: "snapshot",
		Variants: []Variant{
			{Name: "per-draw", What: "the activity is read from Postgres and prepared for each draw"},
			{Name: "cache", What: "a local cache with single flight, expiry and invalidation by message; fills compare versions"},
			{Name: "snapshot", What: "all activities in one immutable snapshot, swapped when the ledger changes"},
		},
	}
}

func redisBatch() Switch {
	return Switch{
		Name: "redis-batch", Title: "Let draws share round trips to Redis",
		Claim:   "batches of 128 instead of 8 lower the latency from 12.3 to 3.9 ms and raise the throughput from 8,200/s to 25,100/s; halve the batch above 10 ms p99, double it below 3 ms",
		Truth:   Refuted,
		Finding: "a larger batch takes longer: 0.53, 1.15, 4.60 ms for 8, 32, 128 keys with 64 clients, and 0.73, 1.38, 1.67 million keys/s; the rule works, but draws wait for others",
		Metric:  "p95-latency-ns",
		Before:  "single", Article: "adaptive", Best: "natural",
		Variants: []Variant{
			{Name: "single", What: "a round trip for each draw"},
			{Name: "fixed", What: "batches of a fixed size; a short linger time limits the wait for others"},
			{Name: "adaptive", What: "the rule of the tuning article: the size halves above 10 ms p99 and doubles below 3 ms"},
			{Name: "natural", What: "draws that arrive while a connection is busy share its next round trip; no draw waits for others"},
		},
	}
}
