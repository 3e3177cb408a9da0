package comparecmd

import (
	"fmt"
	"time"

	"github.com/lotteryctl/lotteryctl/analyze/units"
	"github.com/lotteryctl/lotteryctl/internal/benchreport"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
)

// doubts are what the manifests of run folders tell and their results do not:
// that a run broke an invariant or was cut short, that arms ran under different conditions, or one
// after the other.
func (m *material) doubts() (doubts []benchreport.Doubt) {
	warn := func(code, format string, args ...any) {
		doubts = append(doubts, benchreport.Doubt{Code: code, Text: fmt.Sprintf(format, args...)})
	}
	for _, f := range m.folders {
		for _, text := range f.broken {
			warn(benchreport.DoubtUnlike, "%s: %s", f.path, text)
		}
		if f.run.State != runfolder.Complete {
			warn(benchreport.DoubtUnlike, "%s is %s: %s", f.path, f.run.State, orNoReason(f.run.Reason))
		}
		for _, arm := range f.run.Arms {
			if !arm.FreshProcess {
				warn(benchreport.DoubtUnlike, "all runs of arm %s in %s used the same process, so they are not independent", arm.Name, f.path)
			}
		}
	}
	if len(m.folders) < 2 {
		return doubts
	}
	old := m.folders[0]
	for _, new := range m.folders[1:] {
		for _, d := range runfolder.Differences(old.run, new.run) {
			warn(benchreport.DoubtUnlike, "%s: %s in %s, %s in %s", conditionText(d), valueText(d.Old), old.path, valueText(d.New), new.path)
		}
		if order := runfolder.Sequence(old.run, new.run); order != 0 {
			first, second := old, new
			if order > 0 {
				first, second = new, old
			}
			warn(benchreport.DoubtSequential, "%s was over before %s began (%s): a drift in between looks like a change, and no test can separate the two; run both as arms of one bench",
				first.path, second.path, second.run.Started.Format(time.RFC3339))
		}
	}
	return doubts
}

func orNoReason(reason string) string {
	if reason == "" {
		return "it was not finished"
	}
	return reason
}

// conditionText names what two runs do not share.
func conditionText(d runfolder.Difference) string {
	text := string(d.Condition)
	switch d.Condition {
	case runfolder.SameGo:
		text = "lotteryctl was built by"
	case runfolder.SameTool:
		text = "lotteryctl's version"
	case runfolder.SameDuration:
		text = "length of a run"
	}
	if d.Arm != "" {
		text += " of arm " + d.Arm
	}
	return text
}

// valueText writes one side of a difference.
func valueText(v any) string {
	switch v := v.(type) {
	case string:
		return orNothing(v)
	case runfolder.ArmLoad:
		if v.Rate == 0 {
			return fmt.Sprintf("%s, %d connections", v.Arrivals, v.Connections)
		}
		return fmt.Sprintf("%s, %s/s", v.Arrivals, units.Fixed(v.Rate, -1))
	}
	return fmt.Sprint(v)
}

func orNothing(s string) string {
	if s == "" {
		return "nothing"
	}
	return s
}
