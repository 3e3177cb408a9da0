package flamepage

import (
	"strings"
	"testing"

	"github.com/lotteryctl/lotteryctl/analyze/flame"
)

// TestEvidenceFitsItsNotes: where the counts vary more than by chance, that is the
// noise, and the head line does not say that it is the sampling error alone.
func TestEvidenceFitsItsNotes(t *testing.T) {
	d := &flame.Diff{Evidence: flame.FromSamples}
	if got := evidenceWords(d); !strings.Contains(got, "only the sampling error counts as noise") {
		t.Errorf("of counts that scatter by chance: %q", got)
	}
	d.Notes = []flame.Note{{Code: flame.CountsScatter, Inflation: 24.8}}
	if got := evidenceWords(d); strings.Contains(got, "only the sampling error") || !strings.Contains(got, "the noise is how much the counts of most functions vary") {
		t.Errorf("of counts that scatter more: %q", got)
	}
}
