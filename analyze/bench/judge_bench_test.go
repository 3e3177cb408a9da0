package bench_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/lotteryctl/lotteryctl/analyze/bench"
)

// bigFile has 200 benchmarks × 20 runs × 5 metrics, as the figure that
// docs/performance.md states for compare.
func bigFile(seed uint64, factor float64) string {
	random := rand.New(rand.NewPCG(seed, 1))
	var b strings.Builder
	for s := range 200 {
		for range 20 {
			v := 6e6 * factor * math.Exp(.05*random.NormFloat64())
			fmt.Fprintf(&b, "BenchmarkDraw/case=s%d 12000 %.0f ns/op %.0f p95-latency-ns %.2f ops/s %d allocs/op %d B/op\n",
				s, v, 1.3*v, 1500*math.Exp(.001*random.NormFloat64()), 100+s+random.IntN(4), 4000+random.IntN(100))
		}
	}
	return b.String()
}

// BenchmarkCompare200x20x5 times each stage of a big comparison.
func BenchmarkCompare200x20x5(b *testing.B) {
	old, new := bigFile(1, 1), bigFile(2, 1.02)
	read := func() *bench.Set {
		set, err := bench.Read(bench.Input{Label: "old", Reader: strings.NewReader(old)}, bench.Input{Label: "new", Reader: strings.NewReader(new)})
		if err != nil {
			b.Fatal(err)
		}
		return set
	}
	set := read()
	tables, err := bench.DefaultQuery().Tables(set)
	if err != nil {
		b.Fatal(err)
	}
	judge := func() {
		if _, err := bench.Judge(tables, bench.Policy{}); err != nil {
			b.Fatal(err)
		}
	}
	for _, stage := range []struct {
		name string
		work func()
	}{
		{"read", func() { read() }},
		{"tables", func() { _, _ = bench.DefaultQuery().Tables(set) }},
		{"judge", func() { judge() }},
	} {
		b.Run(stage.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				stage.work()
			}
		})
	}
}
