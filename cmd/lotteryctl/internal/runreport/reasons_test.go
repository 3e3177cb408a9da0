package runreport

import (
	"testing"

	"github.com/lotteryctl/lotteryctl/internal/runfolder"
)

// TestFailureText: only that a service did not start is not within its error.
// Folders of formats 1 and 2 have it in their text.
func TestFailureText(t *testing.T) {
	for _, row := range []struct {
		name  string
		round runfolder.Round
		want  string
	}{
		{"none", runfolder.Round{}, ""},
		{"not started", runfolder.Round{Failure: "no such table", FailureKind: runfolder.NotStarted}, "it did not start: no such table"},
		{"not started, of before", runfolder.Round{Failure: "it did not start: no such table"}, "it did not start: no such table"},
		{"ended early", runfolder.Round{Failure: "demo ended early", FailureKind: runfolder.EndedEarly}, "demo ended early"},
		{"not stopped", runfolder.Round{Failure: "demo was killed", FailureKind: runfolder.NotStopped}, "demo was killed"},
	} {
		if got := failureText(row.round); got != row.want {
			t.Errorf("%s: got %q, want %q", row.name, got, row.want)
		}
	}
}
