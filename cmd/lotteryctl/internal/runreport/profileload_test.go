package runreport

import (
	"testing"

	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/profiles"
)

// TestCPUProfileWithLessThanWasUsed is told, since both figures are on one page;
// one with nearly all, and one of a service whose CPU is not known, are not.
func TestCPUProfileWithLessThanWasUsed(t *testing.T) {
	t.Parallel()
	report := func(used *float64, total int64) *ProfileReport {
		requests := int64(1000)
		run := runfolder.Profiled{Bundle: "a"}
		run.Round.Cost.ServerCPU = used
		return &ProfileReport{Profiled: []runfolder.Profiled{{}, run}, Bundles: []*profiles.Manifest{{
			Targets: []profiles.Source{{}},
			Profiles: []profiles.Profile{{
				Kind: profiles.CPU, Status: profiles.OK, Requests: &requests,
				SampleTypes: []profiles.SampleType{{Type: "samples", Unit: "count", Total: 17}, {Type: "cpu", Unit: "nanoseconds", Total: total}},
			}},
		}}}
	}
	used := 273_200.0 // ns a request
	got := report(&used, 174_000_000).cpuNotes()
	want := "the CPU profile has 64 % of the CPU time that the system counts for the service (174.0 of 273.2 µs per request): compare shares within it, not its absolute values"
	if len(got) != 1 || got[0] != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	for name, r := range map[string]*ProfileReport{"nearly all": report(&used, 240_000_000), "not known": report(nil, 174_000_000)} {
		if got := r.cpuNotes(); got != nil {
			t.Errorf("%s: got %q", name, got)
		}
	}
}
