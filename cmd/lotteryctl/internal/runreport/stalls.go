package runreport

import (
	"cmp"
	"os"
	"time"

	"github.com/lotteryctl/lotteryctl/analyze/stall"
	"github.com/lotteryctl/lotteryctl/internal/experiment"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/loadgen"
)

// Stalls are those of one run.
type Stalls struct {
	Round int    `json:"round"`
	Arm   string `json:"arm"`
	*stall.Finding
}

// longStall is one that no busy machine explains.
const longStall = time.Second

// findStalls looks through the timelines of runs, which read reads, for stalls that
// matter. In an overloaded run everybody waits, and one on a busy machine stands
// still now and then for no fault of the service, but not regularly or for long.
// unread is why the first timeline that cannot be read cannot be.
func findStalls(rounds []runfolder.Round, read func(*runfolder.Round) ([]loadgen.Slice, error)) (all []Stalls, unread error) {
	for i := range rounds {
		round := &rounds[i]
		if round.Repeated || round.Failure != "" || doubtIn(*round, loadgen.Overloaded) != nil {
			continue
		}
		timeline, err := read(round)
		if err != nil {
			unread = cmp.Or(unread, err)
			continue
		}
		found := stall.Find(stallSlices(timeline))
		if found == nil || !found.Matters() || found.Period == 0 && found.Length < longStall && experiment.Busy(round.Noise) {
			continue
		}
		all = append(all, Stalls{round.Round, round.Arm, found})
	}
	return all, unread
}

// timelines reads those of the rounds of a folder.
func timelines(folder string) func(*runfolder.Round) ([]loadgen.Slice, error) {
	return func(r *runfolder.Round) ([]loadgen.Slice, error) { return runfolder.ReadTimeline(os.DirFS(folder), r) }
}

// profiledTimelines reads those of the profiled rounds.
func profiledTimelines(folder string) func(*runfolder.Round) ([]loadgen.Slice, error) {
	return func(r *runfolder.Round) ([]loadgen.Slice, error) {
		return runfolder.ReadProfiledTimeline(os.DirFS(folder), &runfolder.Profiled{Round: *r})
	}
}

// stallSlices is what stall looks at.
func stallSlices(timeline []loadgen.Slice) []stall.Slice {
	slices := make([]stall.Slice, len(timeline))
	for i, s := range timeline {
		slices[i] = stall.Slice{
			At: s.At, Width: s.Width, Due: s.Due, Answered: s.Answered, Backlog: s.Backlog,
			P50: s.P50, Max: s.Max, Late: s.Late, Still: s.Still, StillFrom: s.StillFrom,
		}
	}
	return slices
}
