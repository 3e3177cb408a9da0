// Package runreport says what a run measured: the report of bench and of profile
// as text and JSON, and the page of the tuning steps.
//
//  1. [New] judges the rounds of a run folder into a [Report]; [ProfileReport] is
//     that of a load during which profiles were taken.
//  2. [Report.Print] writes it: a card for one run (report.go), a table of several
//     (runstable.go), arms side by side (armstable.go), what the steps did
//     (findings.go), verdicts (comparison.go), and what a reader should doubt
//     (notes.go, reasons.go).
//  3. [JudgeRounds] turns the rounds into an exit code.
//
// Whatever it needs is in the folder, so a report can be made again at any time.
package runreport

import (
	"fmt"
	"slices"

	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/internal/study"
)

// Format is the version of what bench --json prints.
const Format = 2

// Report is what bench --json prints; docs/run-folder.md describes it.
type Report struct {
	Format  int                           `json:"format"`
	Folder  string                        `json:"folder"`
	Run     runfolder.Manifest            `json:"run"`
	Rounds  []runfolder.Round             `json:"rounds"`
	Summary map[string][]runfolder.Spread `json:"summary"` // by arm
	// Profiled are the runs of --profile.
	Profiled []runfolder.Profiled `json:"profiled,omitempty"`
	// Stalls are the runs in which the service stood still in a way that matters,
	// in the order of Rounds.
	Stalls []Stalls `json:"stalls,omitempty"`
	unread error    // of the first timeline that could not be looked through
	// One of these is there when arms were compared.
	Steps      *study.Result       `json:"steps,omitempty"`      // --steps, --vary
	Comparison *study.Comparison   `json:"comparison,omitempty"` // --arm
	Capacities []study.ArmCapacity `json:"capacities,omitempty"` // --capacity
}

// New judges the rounds of a run. All it needs is in the run folder.
func New(folder string, run runfolder.Manifest, rounds []runfolder.Round) (Report, error) {
	r := Report{Format: Format, Folder: folder, Run: run, Rounds: rounds, Summary: map[string][]runfolder.Spread{}}
	r.Stalls, r.unread = findStalls(rounds, timelines(folder))
	for _, arm := range r.Arms() {
		r.Summary[arm] = runfolder.Summarize(r.of(arm))
	}
	design, err := designOf(run)
	switch {
	case err != nil:
		return r, err
	case run.Rules.CapacityOnly:
		r.Capacities, err = study.Capacities(r.Arms(), rounds)
	case design != nil:
		var result study.Result
		result, err = study.Judge(*design, rounds, study.Rule{})
		r.Steps = &result
	case len(run.Arms) > 1:
		var comparison study.Comparison
		comparison, err = study.Compare(r.Arms(), rounds, study.Rule{})
		r.Comparison = &comparison
	}
	return r, err
}

// designOf is which steps the run compared; nil if none.
func designOf(run runfolder.Manifest) (*study.Design, error) {
	if run.Design == "" {
		return nil, nil
	}
	spec, err := study.Parse(run.Design)
	if err != nil {
		return nil, fmt.Errorf("the run's design: %w", err)
	}
	design, err := study.New(spec)
	if err != nil {
		return nil, fmt.Errorf("the run's design: %w", err)
	}
	return &design, nil
}

// Arms are the names of the arms, in the order of run.json.
func (r Report) Arms() []string {
	names := make([]string, len(r.Run.Arms))
	for i, arm := range r.Run.Arms {
		names[i] = arm.Name
	}
	return names
}

// of are the rounds of one arm.
func (r Report) of(arm string) []runfolder.Round {
	return slices.DeleteFunc(slices.Clone(r.Rounds), func(round runfolder.Round) bool { return round.Arm != arm })
}
