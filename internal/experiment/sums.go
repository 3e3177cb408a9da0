package experiment

import (
	"fmt"

	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/loadgen"
)

func quantiles(h *loadgen.Histogram) *runfolder.Quantiles {
	if h == nil || h.Count() == 0 {
		return nil
	}
	return &runfolder.Quantiles{
		Mean: h.Mean(), P50: h.Quantile(0.50), P95: h.Quantile(0.95), P99: h.Quantile(0.99), Max: h.Max(),
	}
}

// newLoad sums a result up.
func newLoad(r *loadgen.Result, good StatusSet) runfolder.Load {
	l := runfolder.Load{
		WindowNS: r.Window, AskedRate: r.AskedRate, SentRate: r.SentRate, AnsweredRate: r.AnsweredRate,
		Requests: r.Counts.Intended, Sent: r.Counts.Sent, NotSent: r.Counts.NotSent,
		Answered: r.Counts.Answered, Errors: r.Counts.ErrorCount(),
		Failures: map[string]int64{}, Samples: map[string]loadgen.Sample{}, Statuses: r.Counts.Statuses,
		Response: quantiles(r.Response), Service: quantiles(r.Service), Lateness: quantiles(r.Lateness),
		GapCV: r.GapCV, Connections: r.Connections,
	}
	for kind, n := range r.Counts.Errors {
		l.Failures[string(kind)] = n
	}
	for kind, sample := range r.Counts.Samples {
		l.Samples[string(kind)] = sample
	}
	for code, sample := range r.Counts.StatusSamples {
		l.Samples[fmt.Sprintf("status %d", code)] = sample
	}
	for code, n := range l.Statuses {
		if !good.Good(code) {
			l.Errors += n
			l.Failures[fmt.Sprintf("status %d", code)] = n
		}
	}
	return l
}
