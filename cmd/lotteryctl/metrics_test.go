package main

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/cli"
	"github.com/lotteryctl/lotteryctl/profiles"
)

// writeMetricsBundle makes a bundle of ten readings, a second apart: the heap rises
// towards its goal, and of 1,000 goroutines that were ready 990 ran within 1 ms.
func writeMetricsBundle(t *testing.T, dir string, metrics profiles.Metrics) {
	t.Helper()
	m := profiles.Manifest{
		Format: profiles.Format, State: profiles.Complete,
		Targets: []profiles.Source{{Name: "web", Metrics: &metrics}},
	}
	text, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	writeText(t, dir, profiles.ManifestFile, string(text))
	var b strings.Builder
	for i := range 11 {
		fmt.Fprintf(&b, `{"t":"2026-01-02T03:04:%02dZ","target":"web","values":{"go_memstats_heap_alloc_bytes":%d,"go_gc_heap_goal_bytes":2097152,"go_goroutines":7,`+
			`"process_cpu_seconds_total":%d,"go_cpu_classes_gc_total_cpu_seconds_total":%g,"go_gc_duration_seconds_count":%d,`+
			`"go_sched_latencies_seconds_bucket{le=\"0.001\"}":%d,"go_sched_latencies_seconds_bucket{le=\"+Inf\"}":%d}}`+"\n",
			i, (i+1)<<17, i, float64(i)/4, 5*i, 99*i, 100*i)
	}
	writeText(t, dir, profiles.MetricsFile, b.String())
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "bundle")
	writeMetricsBundle(t, dir, profiles.Metrics{Status: profiles.OK, File: profiles.MetricsFile, URL: "http://web/metrics"})
	for _, arg := range []string{dir, filepath.Join(dir, profiles.ManifestFile), filepath.Join(dir, profiles.MetricsFile)} {
		stdout, stderr, err := execute(t, "metrics", arg)
		if err != nil || stderr != "" {
			t.Fatalf("%s: got %v, %q", arg, err, stderr)
		}
		for _, want := range []string{
			"web, 10s, 11 readings", "heap  ", "128 KiB", "1.38 MiB  ▁▁", "goroutines           7           7           7           7           7  █", "1 cores",
			"heap: at most 68.8 % of its goal when it was read\n",
			"GC: 50 cycles (5/s), 25 % of the CPU that the service used\n",
			"scheduler latency: p50 at most 1 ms, p99 at most 1 ms, p99.9 above all buckets (1,000 events)\n",
			"not exposed by the service: goroutines by state (Go 1.26 or later)\n",
		} {
			if !strings.Contains(stdout, want) {
				t.Errorf("%s: no %q in\n%s", arg, want, stdout)
			}
		}
	}
	stdout, _, err := execute(t, "metrics", "--json", dir)
	var report struct {
		Format  int
		Targets []struct {
			Target, URL string
			Readings    int
			Growth      map[string]float64
			Latencies   map[string]map[string]float64
			Series      map[string][]struct{ S, V float64 }
			Missing     []string
		}
	}
	if err != nil || json.Unmarshal([]byte(stdout), &report) != nil || report.Format != 1 || len(report.Targets) != 1 {
		t.Fatalf("got %v and\n%s", err, stdout)
	}
	web := report.Targets[0]
	if web.URL != "http://web/metrics" || web.Readings != 11 || web.Growth["gc_cpu_seconds_total"] != 2.5 || len(web.Series["heap_bytes"]) != 11 ||
		web.Series["cpu_seconds_total"][0].V != 1 || web.Latencies["scheduler_latency_seconds"]["p99.9"] != -1 || len(web.Missing) == 0 {
		t.Errorf("got %+v", web)
	}
}

func TestMetricsThatAreNotThere(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writeMetricsBundle(t, filepath.Join(dir, "failed"), profiles.Metrics{Status: profiles.Failed, Failure: &profiles.Failure{Code: profiles.FailNotFound, Page: "/metrics", Status: 404}})
	writeMetricsBundle(t, filepath.Join(dir, "none"), profiles.Metrics{Status: profiles.Skipped})
	writeText(t, dir, "text.txt", "nothing of the kind\n")
	for _, row := range []struct {
		args []string
		want string
	}{
		{nil, "metrics needs one bundle, not 0"},
		{[]string{filepath.Join(dir, "failed")}, "has no runtime metrics: 404 Not Found at /metrics"},
		{[]string{filepath.Join(dir, "none")}, "name their address with profile --metrics-url"},
		{[]string{filepath.Join(dir, "missing")}, "no such file"},
		{[]string{filepath.Join(dir, "text.txt")}, "it has no line with a reading of runtime metrics"},
		{[]string{filepath.Join(dir, "none@arm")}, "is a single bundle and has no arm"},
	} {
		_, stderr, err := execute(t, append([]string{"metrics"}, row.args...)...)
		if cli.ExitCode(err) != cli.CodeUsage || !strings.Contains(stderr, row.want) {
			t.Errorf("%v: got %v, %q, want %q", row.args, err, stderr, row.want)
		}
	}
}
