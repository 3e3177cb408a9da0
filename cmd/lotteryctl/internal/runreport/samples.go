package runreport

import (
	"maps"
	"slices"

	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/internal/words"
	"github.com/lotteryctl/lotteryctl/loadgen"
)

// sampleNotes show one real failure for each cause, and where redirects lead.
func sampleNotes(rounds []runfolder.Round) (notes []string) {
	samples := samplesOf(rounds)
	for _, cause := range slices.Sorted(maps.Keys(samples)) {
		if note := words.Sample(cause, samples[cause]); note != "" {
			notes = append(notes, note)
		}
	}
	var answered int64
	redirects, where := map[int]int64{}, map[int]string{}
	for _, round := range rounds {
		answered += round.Load.Answered
		for status, n := range round.Load.Statuses {
			if loadgen.IsRedirect(status) {
				redirects[status] += n
				where[status] = samples[words.StatusCause(status)].Said
			}
		}
	}
	for _, status := range slices.Sorted(maps.Keys(redirects)) {
		notes = append(notes, words.Redirects(status, redirects[status], answered, where[status]))
	}
	return notes
}

// samplesOf are the first of each cause.
func samplesOf(rounds []runfolder.Round) map[string]loadgen.Sample {
	samples := map[string]loadgen.Sample{}
	for _, round := range rounds {
		for cause, sample := range round.Load.Samples {
			if _, ok := samples[cause]; !ok {
				samples[cause] = sample
			}
		}
	}
	return samples
}

// mainCause is what is known of the cause of most failures, behind a colon.
func mainCause(rounds []runfolder.Round) string {
	counts := map[string]int64{}
	for _, round := range rounds {
		for cause, n := range round.Load.Failures {
			counts[cause] += n
		}
	}
	main := ""
	for _, cause := range slices.Sorted(maps.Keys(counts)) {
		if main == "" || counts[cause] > counts[main] {
			main = cause
		}
	}
	if known := words.Cause(samplesOf(rounds)[main].Cause); known != "" {
		return ": " + known
	}
	return ""
}
