package runreport

import (
	"slices"
	"strings"
	"testing"

	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/loadgen"
)

// TestSampleNotesAppearOnce has two runs with the same causes: each is shown once,
// by the first, and redirects are counted over both.
func TestSampleNotesAppearOnce(t *testing.T) {
	round := func(said string) runfolder.Round {
		return runfolder.Round{Arm: "service", Load: runfolder.Load{
			Requests: 20, Answered: 10, Errors: 10,
			Failures: map[string]int64{"connect": 7, "timeout": 3},
			Statuses: map[int]int64{200: 6, 302: 4},
			Samples: map[string]loadgen.Sample{
				"connect":    {Cause: loadgen.CauseHost, Said: said},
				"timeout":    {Said: "no answer in time"},
				"status 302": {Cause: loadgen.CauseRedirect, Said: "http://h/login"},
			},
		}}
	}
	rounds := []runfolder.Round{round("first"), round("second")}
	want := []string{
		`connect: the certificate is for another host; use --insecure to skip this check (first error: "first")`,
		"8 of 20 answers were redirects (status 302) to http://h/login; redirects are not followed, so set --url to the address to measure",
	}
	if got := sampleNotes(rounds); !slices.Equal(got, want) {
		t.Errorf("notes are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if got := mainCause(rounds); !strings.HasPrefix(got, ": the certificate is for another host") {
		t.Errorf("the main cause is %q", got)
	}
}

func TestSampleNotesOfAHealthyRun(t *testing.T) {
	rounds := []runfolder.Round{{Load: runfolder.Load{Requests: 20, Answered: 20, Statuses: map[int]int64{200: 16, 304: 4}}}}
	if got := sampleNotes(rounds); len(got) != 0 {
		t.Errorf("notes of a healthy run: %q", got)
	}
	if got := mainCause(rounds); got != "" {
		t.Errorf("the main cause of a healthy run is %q", got)
	}
}
