package steps

// ofEight fills in the names that all eight steps share.
func ofEight(s Switch) Switch {
	s.Before, s.Article, s.Best = "before", "article", bestName
	return s
}

func connPool() Switch {
	return ofEight(Switch{
		Number: 1, Name: "conn-pool", Title: "Keep database connections open",
		Claim:   "20 idle of 50 open connections instead of none idle removes the cost of connecting (4.7 ms blocked)",
		Truth:   Confirmed,
		Finding: "a query on a new connection takes 5.0 ms, on an open one 0.06 ms; with 20 idle of 50, bursts still open new connections (p99 44 ms; with 50 of 50, 16 ms)",
		Metric:  "p95-latency-ns",
		Variants: []Variant{
			{Name: "before", What: "database/sql over pgx, 0 idle of 50 open: each query opens a new connection"},
			{Name: "article", What: "database/sql over pgx, 20 idle of 50 open"},
			{Name: "best", What: "pgxpool with as many idle as open connections, sized for the load"},
			{Name: "default", What: "database/sql over pgx with its default of 2 idle, 50 open"},
		},
	})
}

func objectPool() Switch {
	return ofEight(Switch{
		Number: 2, Name: "object-pool", Title: "Reuse the objects of a request",
		Claim:   "sync.Pool for the result struct saves 128 B per request",
		Truth:   Negligible,
		Finding: "from 52 ns and 128 B to 5.4 ns and 0 B; a request takes 200,000 ns",
		Metric:  "B/op",
		Variants: []Variant{
			{Name: "before", What: "the draw's context and buffers are allocated for each request"},
			{Name: "article", What: "a sync.Pool of contexts that are reset before reuse"},
			{Name: "best", What: "what escapes is pooled (buffers), what does not escape stays on the stack"},
		},
	})
}

func jsonCodec() Switch {
	return ofEight(Switch{
		Number: 3, Name: "json", Title: "Encode without reflection",
		Claim:   "fastjson instead of json.Marshal avoids reflection",
		Truth:   Refuted,
		Finding: "fastjson does not marshal structs; building the JSON by hand takes 493 ns instead of 341 ns, with reused buffers 204 ns; appending to a buffer takes 52-92 ns; decoding gains more: from 1.47 us to 0.37 us",
		Metric:  "cpu-ns/op",
		Variants: []Variant{
			{Name: "before", What: "encoding/json, Marshal and Unmarshal"},
			{Name: "article", What: "valyala/fastjson with pools of parsers and arenas"},
			{Name: "best", What: "an encoder that appends to a buffer, and the decoder that measured best"},
			{Name: "goccy", What: "goccy/go-json, Marshal and Unmarshal"},
			{Name: "jsonv2", What: "encoding/json/v2; only in programs built with GOEXPERIMENT=jsonv2"},
		},
	})
}

func dice() Switch {
	return ofEight(Switch{
		Number: 4, Name: "dice", Title: "Draw without a global lock",
		Claim:   "a rand.New per draw, seeded with the time, avoids the lock of the global source",
		Truth:   Refuted,
		Finding: "from 4.0 ns and 0 B to 5,700 ns and 5,376 B; since Go 1.20 there is no such lock (a locked source takes 157 ns in the worst case); the seeds repeat and can be guessed",
		Metric:  "cpu-ns/op",
		Variants: []Variant{
			{
				Name: "before", What: "one math/rand source behind a mutex, seeded once at start",
				Unsafe: "there are 2^31 seeds, so anyone who sees some draws can compute the others",
			},
			{
				Name: "article", What: "rand.New(rand.NewSource(time.Now().UnixNano())) for each draw",
				Wrong: "I8: seeds from the clock can be guessed, and draws in the same nanosecond, or 2^31-1 of them apart, get the same word; the weights still hold, so counting outcomes does not show it",
			},
			{Name: "best", What: "HMAC-SHA256 of the request under a committed secret; it costs almost nothing extra, because the request's fingerprint is 12 bytes of the same hash"},
			{Name: "v2", What: "the top-level generator of math/rand/v2 (ChaCha8, seeded by the runtime)"},
			{Name: "crypto", What: "crypto/rand, 8 bytes for each draw"},
		},
	})
}

func claim() Switch {
	return ofEight(Switch{
		Number: 5, Name: "claim", Title: "Claim a unit without waiting for locks",
		Claim:   "FOR UPDATE SKIP LOCKED avoids waiting for row locks",
		Truth:   Partial,
		Finding: "one row per unit: from 2,200 to 7,400 claims/s at 16 clients (11,900 as one statement); one stock row: 96-99 % of calls wrongly get \"sold out\"",
		Metric:  "p99-latency-ns",
		Variants: []Variant{
			{Name: "before", What: "a row for each unit: ordered SELECT ... FOR UPDATE, update, insert, commit"},
			{Name: "article", What: "the same with SKIP LOCKED"},
			{Name: "best", What: "numbered units, an insert-only ledger and group commit: no row is contended"},
			{Name: "single", What: "one statement: UPDATE ... (SELECT ... SKIP LOCKED) RETURNING"},
			{Name: "random-start", What: "SKIP LOCKED, starting at a random unit, so that claims do not all meet at the first one"},
			{
				Name: "stock-row", What: "one row with the stock of a prize, SELECT ... FOR UPDATE SKIP LOCKED",
				Wrong: "I8: a draw that finds the row locked gets \"sold out\" while units are left (96-99 % of calls at 16 and 64 clients)",
			},
		},
	})
}

func logging() Switch {
	return ofEight(Switch{
		Number: 6, Name: "log", Title: "Log fields instead of formatted text",
		Claim:   "structured fields instead of fmt.Sprintf make logging cheaper",
		Truth:   Partial,
		Finding: "from 6 allocations to 1 (slog) or 0 (zerolog), but from 569 ns to 780 ns (slog) or 238 ns (zerolog); a level that is off costs 19 ns",
		Metric:  "allocs/op",
		Variants: []Variant{
			{Name: "before", What: "log.Print(fmt.Sprintf(...)) for each draw"},
			{Name: "article", What: "slog.Info with keys and values for each draw"},
			{Name: "best", What: "slog.LogAttrs behind a level guard: wins always, losses sampled"},
			{Name: "zerolog", What: "zerolog, a line for each draw"},
		},
	})
}

func garbage() Switch {
	return ofEight(Switch{
		Number: 7, Name: "gc", Title: "Set the pace of the garbage collector",
		Claim:   "GOGC=50 makes collections rarer (pauses 1.2 ms to 0.07 ms)",
		Truth:   Refuted,
		Finding: "the opposite is true: 1.44 times the cycles and 21 % less throughput; GOGC=200 gives 19 % more throughput, 400 gives 36 % more; pauses do not depend on GOGC",
		Metric:  "cpu-ns/op",
		Variants: []Variant{
			{Name: "before", What: "GOGC=100, Go's default, and no memory limit"},
			{Name: "article", What: "GOGC=50 (its chapter 1)"},
			{Name: "best", What: "GOGC and GOMEMLIMIT derived from the container's memory"},
			{Name: "30", What: "GOGC=30 (its chapter 4.4)"},
			{Name: "200", What: "GOGC=200"},
			{Name: "400", What: "GOGC=400"},
		},
	})
}

func userState() Switch {
	return ofEight(Switch{
		Number: 8, Name: "user-state", Title: "Read the user's state in one round trip",
		Claim:   "a pipeline turns three round trips to Redis into one",
		Truth:   Confirmed,
		Finding: "2.5 times the operations at 64 clients on loopback; from 6.95 ms to 2.32 ms at 2.3 ms per round trip; MGET gives the same",
		Metric:  "p95-latency-ns",
		Variants: []Variant{
			{Name: "before", What: "three GETs, one after another, before the draw script"},
			{Name: "article", What: "one pipeline of three GETs before the draw script"},
			{Name: "best", What: "the draw script reads it: no round trip of its own"},
			{Name: "mget", What: "one MGET before the draw script"},
		},
	})
}
