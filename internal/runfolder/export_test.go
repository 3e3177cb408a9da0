package runfolder

import (
	"strings"
)

// BenchText is bench.txt of rounds.
func BenchText(m *Manifest, rounds []Round) string {
	var b strings.Builder
	_ = WriteBench(&b, m, rounds) // a Builder cannot fail
	return b.String()
}
