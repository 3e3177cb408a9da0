package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/audit"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
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
		return nil, fmt.Errorf("the audit could not be done: %w", err)
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
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, metricsURL, nil)
	if err != nil {
		return nil, err
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(request)
	if err != nil {
		return nil, fmt.Errorf("reading lotteryd's metrics: %w", err)
	}
	defer response.Body.Close()
	return countedViolations(response.Body)
}

// countedViolations finds the counters in Prometheus' text format; the label
// "what" says which kind each counts. They come back by
// name, such as "told sold out while units were left", without an id.
func countedViolations(metrics io.Reader) (counted []runfolder.Broken, err error) {
	lines := bufio.NewScanner(metrics)
	for lines.Scan() {
		labels, ok := strings.CutPrefix(lines.Text(), violationsMetric)
		end := strings.LastIndexByte(labels, ' ')
		if !ok || end < 0 {
			continue
		}
		n, err := strconv.ParseFloat(labels[end+1:], 64)
		if err != nil {
			return nil, fmt.Errorf("lotteryd's metric %s is %q, not a number", violationsMetric, labels[end+1:])
		}
		what := "the impossible was seen"
		if _, rest, ok := strings.Cut(labels[:end], `what="`); ok {
			what, _, _ = strings.Cut(rest, `"`)
		}
		if n > 0 {
			counted = append(counted, runfolder.Broken{Name: what, Times: int64(min(n, 1e18))})
		}
	}
	return counted, lines.Err()
}
