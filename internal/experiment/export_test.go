package experiment

import "strings"

// BenchText is bench.txt of rounds.
func BenchText(m *Manifest, rounds []Round) string {
	var b strings.Builder
	_ = writeBenchHeader(&b, m) // a Builder cannot fail
	for i := range rounds {
		_ = writeBenchLine(&b, m.Benchmark, &rounds[i])
	}
	return b.String()
}
