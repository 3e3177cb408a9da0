package main

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
)

// shape is how much of everything an input has.
type shape struct{ benchmarks, samples int }

// writeInput writes results as a benchmark run of a real program has them, in
// five metrics: two times that never repeat, a rate that follows from one of
// them, bytes that wobble by a few and so are full of ties, and allocations
// that are the same in every run. Change multiplies the times of every fourth
// benchmark. The same seed writes the same bytes.
func writeInput(to io.Writer, s shape, seed uint64, change float64) error {
	w := bufio.NewWriter(to)
	r := rand.New(rand.NewPCG(seed, 1))
	fmt.Fprint(w, "goos: linux\ngoarch: amd64\npkg: example.org/service\ncpu: synthetic\n")
	fmt.Fprint(w, "Unit p95-latency-ns better=lower\nUnit ops/s better=higher\n")
	for range s.samples {
		for b := range s.benchmarks {
			ns := 1000 * float64(b+1) * (1 + 0.04*r.NormFloat64())
			if b%4 == 0 {
				ns *= change
			}
			p95 := ns * (3 + 0.2*r.NormFloat64())
			fmt.Fprintf(w, "BenchmarkHandler/route=r%03d-8\t%8d\t%.1f ns/op\t%.1f p95-latency-ns\t%.2f ops/s\t%d B/op\t%d allocs/op\n",
				b, 1+int(1e9/ns), ns, p95, 1e9/ns, 512+8*b+r.IntN(6), 3+b%17)
		}
	}
	return w.Flush()
}
