package reference

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/audit"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/internal/runtimemetrics"
	"github.com/lotteryctl/lotteryctl/loadgen"
)

// Bounds of the audit after a run.
const (
	checkTimeout = 30 * time.Second
	checkSettle  = 5 * time.Second // for wins that are still in flight
	checkShow    = 1               // offenders of each invariant
	// mostWitnessed bounds the memory for answers: about 50 MB. They are the
	// first ones and not a choice among all: an audit of wins alone would find
	// that too many win.
	mostWitnessed = 100_000
)

// violationsMetric is what lotteryd counts when it sees the impossible itself.
const violationsMetric = "lotteryd_invariant_violations_total"

// witness remembers what one run was answered, and asks afterwards whether it
// was kept.
type witness struct {
	activity   string
	stores     stores
	metricsURL string
	answers    []audit.Exchange
}

// outcome names an answer and remembers it. It runs on the sending thread and
// copies some 200 bytes.
func (w *witness) outcome(x *loadgen.Exchange) string {
	if len(w.answers) < mostWitnessed && x.Err == nil {
		w.answers = append(w.answers, audit.Exchange{
			Path: "/v1/activities/" + w.activity + "/draws", Status: x.Status,
			Sent: x.Start.Add(x.Sent), Done: x.Start.Add(x.Done),
			Request: bytes.Clone(x.RequestBody), Response: bytes.Clone(x.ResponseBody),
		})
	}
	return drawOutcome(x)
}

// check audits the run's stores, and returns each broken invariant.
func (w *witness) check(ctx context.Context) ([]runfolder.Broken, error) {
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	seen, err := violations(ctx, w.metricsURL)
	if err != nil {
		return nil, err
	}
	var log audit.Recorder
	for _, answer := range w.answers {
		log.RecordExchange(answer)
	}
	report, err := audit.Run(ctx, audit.Sources{
		Postgres: w.stores.postgres, Redis: w.stores.redis, Activity: w.activity, Wait: checkSettle,
	}, log.Log(), audit.Options{Show: checkShow})
	if err != nil {
		return nil, fmt.Errorf("cannot audit the run: %w", err)
	}
	return append(brokenIn(report), seen...), nil
}

func brokenIn(report *audit.Report) (broken []runfolder.Broken) {
	for _, v := range report.Invariants {
		if v.Status == audit.Broken {
			broken = append(broken, runfolder.Broken{ID: v.ID, Name: v.Name, Times: int64(v.Breaks), Example: strings.Join(v.Offenders, "; ")})
		}
	}
	return broken
}

// violations reads lotteryd's own count, which began at 0 with the process.
func violations(ctx context.Context, metricsURL string) ([]runfolder.Broken, error) {
	text, err := runtimemetrics.NewSource(metricsURL, nil).ReadText(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading lotteryd's metrics: %w", err)
	}
	return countedViolations(text)
}

// countedViolations finds the counters in lotteryd's metrics; the label "what"
// says which kind each counts. They come back by that name, such as "told sold
// out while units were left", without an ID.
func countedViolations(metrics []byte) (counted []runfolder.Broken, err error) {
	for sample, broken := range runtimemetrics.Samples(metrics) {
		switch {
		case broken != nil && broken.Name == violationsMetric:
			return nil, fmt.Errorf("lotteryd's metric %s: %w", violationsMetric, broken)
		case broken != nil || sample.Name != violationsMetric || !(sample.Value > 0):
			continue
		}
		what := sample.Label("what")
		if what == "" {
			what = "impossible events were counted"
		}
		counted = append(counted, runfolder.Broken{Name: what, Times: int64(min(sample.Value, 1e18))})
	}
	return counted, nil
}

// drawOutcome tells a win from a loss by the first field of the answer.
func drawOutcome(x *loadgen.Exchange) string {
	for _, outcome := range []string{"loss", "win", "pending"} {
		if bytes.HasPrefix(x.ResponseBody, []byte(`{"result":"`+outcome+`"`)) {
			return outcome
		}
	}
	return ""
}
