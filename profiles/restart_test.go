package profiles_test

import (
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/profiles"
)

// TestRestartWithinTheWindow ends the process in the middle of its CPU profile
// and starts another one on the same port.
func TestRestartWithinTheWindow(t *testing.T) {
	t.Parallel()
	address, stop := startService(t, "127.0.0.1:0 rates")
	var once sync.Once
	m, dir := capture(t, profiles.Plan{
		Targets: []profiles.Target{{Name: "web", URL: "http://" + address}}, Duration: 4 * time.Second,
		Progress: func(p profiles.Progress) {
			if p.Phase == profiles.Window && p.Elapsed > 0 { // its profiles have begun
				once.Do(func() {
					stop()
					startService(t, address+" rates")
				})
			}
		},
	})
	if !m.Targets[0].Restarted || len(m.Warnings) != 1 || m.Warnings[0].Code != profiles.WarnRestarted || m.Warnings[0].Target != "web" {
		t.Errorf("restarted %v, warnings %+v", m.Targets[0].Restarted, m.Warnings)
	}
	cpu := entry(t, m, profiles.CPU)
	if cpu.Status != profiles.OK || len(cpu.Notes) == 0 || cpu.Notes[0].Code != profiles.NotePartOfWindow || cpu.Notes[0].PlannedNS != 4*time.Second || cpu.Notes[0].Failure == nil || cpu.DurationNS <= 0 {
		t.Errorf("got %+v", cpu)
	}
	for _, kind := range []profiles.Kind{profiles.Allocs, profiles.Block, profiles.Mutex} {
		p := entry(t, m, kind)
		if p.Status != profiles.OK || len(p.Notes) == 0 || p.Notes[0].Code != profiles.NoteSinceRestart || p.DurationNS <= 0 {
			t.Errorf("got %+v", p)
			continue
		}
		checkFile(t, dir, p)
	}
}

// TestTargetThatDiesForGood ends the process and starts no other: what was taken
// at the start is kept, and nobody waits for the rest of a long window.
func TestTargetThatDiesForGood(t *testing.T) {
	t.Parallel()
	address, stop := startService(t, "127.0.0.1:0 rates")
	var once sync.Once
	began := time.Now()
	m, dir := capture(t, profiles.Plan{
		Targets: []profiles.Target{{Name: "web", URL: "http://" + address}}, Duration: 10 * time.Minute, Timeout: 5 * time.Second, Trace: true,
		Progress: func(p profiles.Progress) {
			if p.Phase == profiles.Window && p.Elapsed > 0 { // its profiles have begun
				once.Do(stop)
			}
		},
	})
	if took := time.Since(began); took > time.Minute {
		t.Errorf("it took %v to give the target up", took)
	}
	if m.State != profiles.Partial || len(m.Reason) != 1 || m.Reason[0].Code != profiles.ReasonStoppedAnswering || m.Reason[0].Target != "web" || m.Reason[0].PlannedNS != 10*time.Minute || m.Targets[0].Gone.IsZero() {
		t.Errorf("state %s, reason %+v, gone %v", m.State, m.Reason, m.Targets[0].Gone)
	}
	heap := entry(t, m, profiles.Heap)
	if heap.Status != profiles.Failed || heap.File != "" || heap.Failure == nil {
		t.Errorf("got %+v", heap)
	}
	readProfile(t, dir, heap.StartFile)
	if d := m.Targets[0].Goroutines; d.Status != profiles.Failed || d.StartFile == "" {
		t.Errorf("got %+v", d)
	}
	if _, err := os.Stat(filepath.Join(dir, profiles.GoroutinesStartFile)); err != nil {
		t.Error(err)
	}
	if s := m.Targets[0].Metrics; s.Status != profiles.OK || s.Samples == 0 {
		t.Errorf("got %+v", s)
	}
}

// TestAllTargetsDie: the sum of what they had at the start is at the top.
func TestAllTargetsDie(t *testing.T) {
	t.Parallel()
	first, stopFirst := startService(t, "127.0.0.1:0")
	second, stopSecond := startService(t, "127.0.0.1:0")
	m, dir := capture(t, profiles.Plan{
		Targets: []profiles.Target{{Name: "a", URL: "http://" + first}, {Name: "b", URL: "http://" + second}},
		Kinds:   []profiles.Kind{profiles.Heap}, Timeout: 4 * time.Second,
		Progress: func(p profiles.Progress) {
			if p.Phase == profiles.Ending {
				stopFirst()
				stopSecond()
			}
		},
	})
	if m.State != profiles.Partial || len(m.Reason) != 2 || m.Reason[0].Target != "a" || m.Reason[1].Target != "b" || m.Reason[1].Code != profiles.ReasonStoppedAnswering {
		t.Errorf("state %s, reason %+v", m.State, m.Reason)
	}
	readProfile(t, dir, entry(t, m, profiles.Heap).StartFile)
}

// TestCountersThatGoBack reveal a restart where nothing else does.
func TestCountersThatGoBack(t *testing.T) {
	t.Parallel()
	rows := map[string]struct {
		end       int64
		restarted bool
		total     int64
	}{
		"grown":     {150, false, 50},
		"same":      {100, false, 0},
		"rounded":   {99, false, 0},
		"restarted": {40, true, 40},
	}
	plan := profiles.Plan{Kinds: []profiles.Kind{profiles.Block}}
	for name, row := range rows {
		first, second := encoded(t, "contentions,delay", 100, 100), encoded(t, "contentions,delay", row.end, row.end)
		var asked atomic.Int64
		plan.Targets = append(plan.Targets, profiles.Target{Name: name, URL: serve(t, canned(t).but("block", func(w http.ResponseWriter, _ *http.Request) {
			if asked.Add(1) == 1 {
				w.Write(first)
				return
			}
			w.Write(second)
		}))})
	}
	m, _ := capture(t, plan)
	for _, source := range m.Targets {
		row := rows[source.Name]
		p, _ := source.Profile(profiles.Block)
		if source.Restarted != row.restarted || p.SampleTypes[0].Total != row.total {
			t.Errorf("%s: restarted %v, %+v", source.Name, source.Restarted, p)
		}
	}
}

// notedFailure says whether a profile is a part of the window because of a code.
func notedFailure(p profiles.Profile, code profiles.FailureCode) bool {
	return len(p.Notes) > 0 && p.Notes[0].Code == profiles.NotePartOfWindow && p.Notes[0].Failure.Code == code
}

// TestCPUProfileInUseForAWhile is waited out.
func TestCPUProfileInUseForAWhile(t *testing.T) {
	t.Parallel()
	var asked atomic.Int64
	cpu := encoded(t, "samples,cpu", 3, 30_000_000)
	mux := canned(t).but("profile", func(w http.ResponseWriter, r *http.Request) {
		if asked.Add(1) == 1 {
			http.Error(w, "Could not enable CPU profiling: cpu profiling already in use", 500)
			return
		}
		time.Sleep(time.Second)
		w.Write(cpu)
	})
	m, _ := capture(t, profiles.Plan{Targets: []profiles.Target{{URL: serve(t, mux)}}, Kinds: []profiles.Kind{profiles.CPU}})
	if p := entry(t, m, profiles.CPU); p.Status != profiles.OK || !notedFailure(p, profiles.FailBusy) {
		t.Errorf("got %+v", p)
	}
}

// TestCPUProfileThatComesAtOnce is taken once and not until the window ends.
func TestCPUProfileThatComesAtOnce(t *testing.T) {
	t.Parallel()
	var asked atomic.Int64
	cpu := encoded(t, "samples,cpu", 3, 30_000_000)
	m, _ := capture(t, profiles.Plan{
		Targets: []profiles.Target{{URL: serve(t, canned(t).but("profile", func(w http.ResponseWriter, _ *http.Request) {
			asked.Add(1)
			w.Write(cpu)
		}))}},
		Kinds: []profiles.Kind{profiles.CPU},
	})
	if p := entry(t, m, profiles.CPU); p.Status != profiles.OK || asked.Load() != 1 || !notedFailure(p, profiles.FailEarlyAnswer) || p.Notes[0].Failure.LimitNS != time.Second {
		t.Errorf("asked %d times: %+v", asked.Load(), p)
	}
}
