package runreport

import (
	"slices"
	"testing"

	"github.com/lotteryctl/lotteryctl/internal/runfolder"
)

func TestDesignIsReadFromRunJSON(t *testing.T) {
	for text, want := range map[string][]string{
		"ladder article only before,best": {"before", "best"},
		"vary json=before,best":           {"json.before", "json.best"},
		"":                                nil,
	} {
		design, err := designOf(runfolder.Manifest{Design: text})
		var got []string
		if design != nil {
			got = design.ArmNames()
		}
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: got arms %v, %v, want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"stairs", "drop only nothing,best"} {
		if _, err := designOf(runfolder.Manifest{Design: text}); err == nil {
			t.Errorf("%q was read", text)
		}
	}
}
