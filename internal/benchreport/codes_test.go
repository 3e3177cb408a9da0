package benchreport_test

import (
	"slices"
	"testing"

	"github.com/lotteryctl/lotteryctl/analyze/bench"
	"github.com/lotteryctl/lotteryctl/analyze/stat"
	"github.com/lotteryctl/lotteryctl/internal/typedcodes"
)

// TestListsOfCodesAreComplete: TestEveryCodeHasASentence asks for a sentence of
// each code in these lists, so a code that is on none would never be worded.
func TestListsOfCodesAreComplete(t *testing.T) {
	for _, row := range []struct {
		folder, typeName string
		listed           []string
	}{
		{"../../analyze/bench", "GateReason", texts(bench.GateReasons())},
		{"../../analyze/bench", "CauseCode", texts(bench.CauseCodes())},
		{"../../analyze/bench", "NoteCode", texts(bench.NoteCodes())},
		{"../../analyze/stat", "Oddity", texts(stat.Oddities())},
	} {
		for _, code := range typedcodes.Of(t, row.folder, row.typeName) {
			if !slices.Contains(row.listed, code) {
				t.Errorf("the %s %q is not listed, so no test asks for its sentence", row.typeName, code)
			}
		}
	}
}

func texts[T ~string](codes []T) (out []string) {
	for _, code := range codes {
		out = append(out, string(code))
	}
	return out
}
