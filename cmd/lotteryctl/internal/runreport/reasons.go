package runreport

import (
	"fmt"

	"github.com/lotteryctl/lotteryctl/internal/runfolder"
)

// BrokenText words a promise that was not kept.
func BrokenText(b runfolder.Broken) string {
	text := b.Name
	if b.ID != "" {
		text = b.ID + ": " + text
	}
	switch {
	case b.Times > 0 && b.ID == "":
		return fmt.Sprintf("%s: counted %d times by lotteryd", text, b.Times)
	case b.Times > 0:
		return fmt.Sprintf("%s: %d times, such as: %s", text, b.Times, b.Example)
	case b.Example != "":
		return text + ": " + b.Example
	}
	return text
}

// reasonText words why something is missing; of an old folder it is the text there.
func reasonText(r *runfolder.Reason) string {
	if r == nil {
		return ""
	}
	switch r.Code {
	case runfolder.CutShort:
		return "the run was cut short"
	case runfolder.NoMetrics:
		return "no /metrics or /debug/vars with the Go runtime's figures was found"
	case runfolder.CutInWarmup:
		return "the run was cut short before the warm-up had ended"
	case runfolder.NoCounters:
		return "the metrics lack the Go runtime's allocation counters, or these went backwards or grew by less than reading them costs"
	case runfolder.NoPprof:
		return "it is not known where the service has its profiles (net/http/pprof)"
	case runfolder.EndedBefore:
		return "the run ended before profiles could be taken"
	}
	return r.Detail
}

// failureText words how a run's target failed. The texts of the errors say all
// but that it did not start.
func failureText(r runfolder.Round) string {
	if r.FailureKind == runfolder.NotStarted {
		return "it did not start: " + r.Failure
	}
	return r.Failure
}
