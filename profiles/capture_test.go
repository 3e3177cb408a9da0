package profiles_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/pprof/profile"

	"github.com/lotteryctl/lotteryctl/profiles"
)

// capture takes a bundle, by default of one second.
func capture(t *testing.T, plan profiles.Plan) (*profiles.Manifest, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "bundle")
	if plan.Duration == 0 {
		plan.Duration = time.Second
	}
	m, err := profiles.Capture(t.Context(), plan, dir)
	if err != nil {
		t.Fatal(err)
	}
	return m, dir
}

func readProfile(t *testing.T, dir, file string) *profile.Profile {
	t.Helper()
	f, err := os.Open(filepath.Join(dir, file))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	p, err := profile.Parse(f)
	if err != nil {
		t.Fatal(file, err)
	}
	return p
}

// entry is the manifest's part on a kind.
func entry(t *testing.T, m *profiles.Manifest, kind profiles.Kind) profiles.Profile {
	t.Helper()
	p, ok := m.Profile(kind)
	if !ok {
		t.Fatalf("the manifest has no %s", kind)
	}
	return p
}

// TestCaptureTakesEverything finds every part of the bundle of a healthy service
// in its file, and no warning.
func TestCaptureTakesEverything(t *testing.T) {
	t.Parallel()
	address, _ := startService(t, "127.0.0.1:0 rates")
	var served atomic.Int64
	m, dir := capture(t, profiles.Plan{
		Targets: []profiles.Target{{Name: "web", URL: "http://" + address + "/debug/pprof/", Process: profiles.Process{Revision: "abc"}}},
		Trace:   true, Tool: "test", Requests: func() int64 { return served.Add(10) },
	})
	for _, kind := range profiles.Kinds() {
		p := entry(t, m, kind)
		// The handlers that take the profiles wait for their end.
		own := len(p.Notes) == 1 && p.Notes[0].Code == profiles.NoteOwnShare && p.Notes[0].Share > 0 && strings.HasPrefix(p.Notes[0].Functions, `^net/http/pprof\.|`)
		if p.Status != profiles.OK || len(p.Notes) > 0 && !own || kind == profiles.Block && !own {
			t.Errorf("%s: %+v", kind, p)
			continue
		}
		checkFile(t, dir, p)
		if known := p.Requests != nil && *p.Requests > 0; known != kind.IsDelta() {
			t.Errorf("%s: requests known %v", kind, known)
		}
		if p.Delta != kind.IsDelta() || p.Delta && p.DurationNS < 900*time.Millisecond {
			t.Errorf("%s: delta %v over %v", kind, p.Delta, p.DurationNS)
		}
	}
	if len(m.Warnings) > 0 || m.State != profiles.Complete || m.Tool != "test" {
		t.Errorf("got %v %v", m.State, m.Warnings)
	}
	source := m.Targets[0]
	process := source.Process
	if source.Name != "web" || process.Revision != "abc" || process.Binary != "profiles.test" || process.GoVersion != runtime.Version() || process.Started.IsZero() {
		t.Errorf("got %+v", source)
	}
	for _, row := range []struct {
		kind   profiles.Kind
		period int64
	}{{profiles.CPU, 10_000_000}, {profiles.Heap, 512 << 10}, {profiles.Mutex, 1}} {
		if p := entry(t, m, row.kind).Period; p == nil || p.Value != row.period {
			t.Errorf("%s: period %+v, want %d", row.kind, p, row.period)
		}
	}
	checkFile(t, dir, profiles.Profile{File: entry(t, m, profiles.Heap).StartFile})
	for _, row := range []struct{ file, begin string }{
		{source.Goroutines.File, "goroutine "}, {source.Goroutines.StartFile, "goroutine "}, {source.Trace.File, "go 1."},
	} {
		text, err := os.ReadFile(filepath.Join(dir, row.file))
		if err != nil || !strings.HasPrefix(string(text), row.begin) {
			t.Errorf("%s: %v %.20q", row.file, err, text)
		}
	}
	read, err := profiles.ReadManifest(os.DirFS(dir))
	if err != nil || !reflect.DeepEqual(read, m) {
		t.Errorf("read %+v, %v\nwrote %+v", read, err, m)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".new-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// checkFile compares a file with its entry. Of an entry without sample types it
// only parses the file.
func checkFile(t *testing.T, dir string, p profiles.Profile) {
	t.Helper()
	got := readProfile(t, dir, p.File)
	if p.SampleTypes == nil {
		return
	}
	if len(got.Sample) != p.Samples || len(got.SampleType) != len(p.SampleTypes) {
		t.Errorf("%s: %d samples of %d types, the manifest has %+v", p.File, len(got.Sample), len(got.SampleType), p)
		return
	}
	for i, total := range totals(got) {
		if want := p.SampleTypes[i].Total; total != want {
			t.Errorf("%s: %s is %d, the manifest says %d", p.File, p.SampleTypes[i].Type, total, want)
		}
	}
}

func totals(p *profile.Profile) []int64 {
	sums := make([]int64, len(p.SampleType))
	for _, sample := range p.Sample {
		for i, v := range sample.Value {
			sums[i] += v
		}
	}
	return sums
}

// TestRatesThatAreOff warns, and says how to switch them on.
func TestRatesThatAreOff(t *testing.T) {
	t.Parallel()
	address, _ := startService(t, "127.0.0.1:0 expvar")
	m, dir := capture(t, profiles.Plan{
		Targets: []profiles.Target{{Name: "web", URL: "http://" + address}},
		Kinds:   []profiles.Kind{profiles.Block, profiles.Mutex}, SampleEvery: 100 * time.Millisecond,
	})
	want := []profiles.Warning{
		{Code: profiles.WarnProfilingOff, Target: "web", Kind: profiles.Block},
		{Code: profiles.WarnProfilingOff, Target: "web", Kind: profiles.Mutex, Certain: true},
	}
	if !reflect.DeepEqual(m.Warnings, want) {
		t.Errorf("got %+v", m.Warnings)
	}
	if p := entry(t, m, profiles.Block); p.Status != profiles.Empty {
		t.Errorf("got %+v", p)
	}
	if p := entry(t, m, profiles.CPU); p.Status != profiles.Skipped || p.File != "" {
		t.Errorf("got %+v", p)
	}
	checkMetrics(t, filepath.Join(dir, m.Targets[0].Metrics.File), m.Targets[0].Metrics)
}

// checkMetrics reads the samples of expvar.
func checkMetrics(t *testing.T, path string, m *profiles.Metrics) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var last time.Time
	var n int
	for lines := bufio.NewScanner(file); lines.Scan(); n++ {
		var line struct {
			T      time.Time
			Target string
			Values map[string]float64
		}
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			t.Fatal(err)
		}
		if line.Target != "web" || line.Values["memstats.HeapAlloc"] <= 0 || !line.T.After(last) {
			t.Errorf("got %+v", line)
		}
		last = line.T
	}
	if n != m.Samples || n < 3 || m.Format != "expvar" {
		t.Errorf("%d lines, the manifest says %+v", n, m)
	}
}

// TestTargetsAreMerged adds up what each target has.
func TestTargetsAreMerged(t *testing.T) {
	t.Parallel()
	first, _ := startService(t, "127.0.0.1:0 rates")
	second, _ := startService(t, "127.0.0.1:0 rates")
	m, dir := capture(t, profiles.Plan{Targets: []profiles.Target{{Name: "a", URL: "http://" + first}, {URL: "http://" + second}}, Trace: true})
	for _, kind := range profiles.Kinds() {
		sum := entry(t, m, kind)
		checkFile(t, dir, sum)
		for i, total := range sum.SampleTypes {
			for j := range m.Targets {
				part, _ := m.Targets[j].Profile(kind)
				if i == 0 {
					checkFile(t, dir, part)
				}
				total.Total -= part.SampleTypes[i].Total
			}
			if total.Total != 0 {
				t.Errorf("%s: the sum of %s is %d more than its parts", kind, total.Type, total.Total)
			}
		}
	}
	readProfile(t, dir, entry(t, m, profiles.Heap).StartFile)
	for _, file := range []string{"metrics.jsonl", "targets/a/metrics.jsonl", "targets/a/trace.out", "targets/a/goroutines.txt"} {
		if _, err := os.Stat(filepath.Join(dir, file)); err != nil {
			t.Error(err)
		}
	}
	if name := m.Targets[1].Name; name != strings.ReplaceAll(second, ":", "-") {
		t.Errorf("the second is called %s", name)
	}
}

// TestInterruptionKeepsWhatIsThere ends the window early.
func TestInterruptionKeepsWhatIsThere(t *testing.T) {
	t.Parallel()
	address, _ := startService(t, "127.0.0.1:0 rates")
	ctx, cancel := context.WithCancel(t.Context())
	dir := filepath.Join(t.TempDir(), "bundle")
	m, err := profiles.Capture(ctx, profiles.Plan{
		Targets: []profiles.Target{{URL: "http://" + address}}, Duration: time.Minute,
		Progress: func(p profiles.Progress) {
			if p.Phase == profiles.Window {
				cancel()
			}
		},
	}, dir)
	if !errors.Is(err, context.Canceled) || m == nil {
		t.Fatalf("got %v, %v", m, err)
	}
	if m.State != profiles.Partial || len(m.Reason) != 1 || m.Reason[0].Code != profiles.ReasonInterrupted || m.Reason[0].PlannedNS != time.Minute {
		t.Errorf("got %s, %+v", m.State, m.Reason)
	}
	if p := entry(t, m, profiles.CPU); p.Status != profiles.Failed || p.Failure.Code != profiles.FailInterrupted {
		t.Errorf("got %+v", p)
	}
	checkFile(t, dir, entry(t, m, profiles.Allocs))
	if read, err := profiles.ReadManifest(os.DirFS(dir)); err != nil || read.State != profiles.Partial {
		t.Errorf("got %+v, %v", read, err)
	}
}

// TestInterruptionBeforeTheWindow leaves nothing.
func TestInterruptionBeforeTheWindow(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	dir := filepath.Join(t.TempDir(), "bundle")
	m, err := profiles.Capture(ctx, profiles.Plan{Targets: []profiles.Target{{URL: "http://127.0.0.1:1"}}}, dir)
	if _, statErr := os.Stat(dir); m != nil || !errors.Is(err, context.Canceled) || !errors.Is(statErr, os.ErrNotExist) {
		t.Errorf("got %v, %v, %v", m, err, statErr)
	}
}
