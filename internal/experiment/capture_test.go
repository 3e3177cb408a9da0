package experiment

import (
	"testing"

	"github.com/lotteryctl/lotteryctl/internal/runfolder"
)

// TestWhyThereAreNoProfiles: of a target of which it is not known where they are,
// and of a run that ended before any could be taken.
func TestWhyThereAreNoProfiles(t *testing.T) {
	nowhere := &capture{options: &ProfileOptions{}, dir: t.TempDir()}
	nowhere.take(t.Context(), &Target{}, 0, func() int64 { return 0 }, func() {})
	for _, row := range []struct {
		name  string
		taken *capture
		want  runfolder.ReasonCode
	}{
		{"nowhere", nowhere, runfolder.NoPprof},
		{"ended before", &capture{dir: t.TempDir()}, runfolder.EndedBefore},
	} {
		var record runfolder.Profiled
		row.taken.describe(&record)
		if record.Bundle != "" || record.Missing == nil || record.Missing.Code != row.want {
			t.Errorf("%s: got %+v, want %q", row.name, record.Missing, row.want)
		}
	}
}
