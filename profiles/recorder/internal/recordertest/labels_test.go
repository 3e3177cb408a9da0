package recordertest_test

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"runtime"
	rpprof "runtime/pprof"
	"slices"
	"testing"
	"time"

	"github.com/google/pprof/profile"

	"github.com/lotteryctl/lotteryctl/profiles/recorder"
)

// TestLabelsAreInTheProfile serves two routes, of which one learns late how it
// ends, and looks for the CPU time of each.
func TestLabelsAreInTheProfile(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /cheap", func(http.ResponseWriter, *http.Request) { burn(t, 100*time.Millisecond) })
	mux.HandleFunc("GET /dear", func(_ http.ResponseWriter, r *http.Request) {
		burn(t, 200*time.Millisecond)
		recorder.SetLabels(r.Context(), "result", "win", "tier", "gold")
		burn(t, 200*time.Millisecond)
	})
	handler := recorder.Labels(mux, func(r *http.Request) string {
		_, pattern := mux.Handler(r)
		return pattern
	})
	p := profiled(t, func() {
		for range 3 {
			for _, path := range []string{"/cheap", "/dear"} {
				handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", path, nil))
			}
		}
		burn(t, 200*time.Millisecond)
	})
	cheap, dear := cpuOf(p, "route", "GET /cheap"), cpuOf(p, "route", "GET /dear")
	won, gold, none := cpuOf(p, "result", "win"), cpuOf(p, "tier", "gold"), cpuOf(p, "route")
	if cheap == 0 || won == 0 || won != gold || none == 0 {
		t.Errorf("cheap %s, won %s, gold %s, without a route %s", cheap, won, gold, none)
	}
	if dear <= won || dear <= cheap {
		t.Errorf("dear %s is not more than its won part, %s, and than cheap, %s", dear, won, cheap)
	}
	if won != cpuOf(both(p, "route", "GET /dear"), "result", "win") {
		t.Error("a result without its route")
	}
}

// TestLabelSet sets what was made in advance, and takes it away.
func TestLabelSet(t *testing.T) {
	p := profiled(t, func() {
		recorder.NewLabelSet("route", "draw", "result", "loss").Set()
		burn(t, 300*time.Millisecond)
		recorder.LabelSet{}.Set()
		burn(t, 300*time.Millisecond)
	})
	if cpuOf(both(p, "route", "draw"), "result", "loss") == 0 || cpuOf(p, "route") == 0 {
		t.Errorf("with labels %s, without %s", cpuOf(p, "route", "draw"), cpuOf(p, "route"))
	}
}

func profiled(t *testing.T, f func()) *profile.Profile {
	t.Helper()
	var out bytes.Buffer
	if err := rpprof.StartCPUProfile(&out); err != nil {
		t.Fatal(err)
	}
	rpprof.Do(context.Background(), rpprof.Labels(), func(context.Context) { f() })
	rpprof.StopCPUProfile()
	return parse(t, out.Bytes())
}

// burn uses so much CPU time, however long that takes: a core that others use too
// must not make one route seem cheaper than another.
func burn(t *testing.T, d time.Duration) {
	t.Helper()
	sum := 0
	for end := processorTime(t) + d; processorTime(t) < end; {
		for i := range 100_000 {
			sum += i * sum
		}
	}
	runtime.KeepAlive(sum)
}

// cpuOf is the CPU time of samples with that value of a label; without a value,
// of those that lack the label.
func cpuOf(p *profile.Profile, label string, value ...string) (sum time.Duration) {
	for _, s := range p.Sample {
		if slices.Equal(s.Label[label], value) {
			sum += time.Duration(s.Value[1])
		}
	}
	return sum
}

// both keeps the samples with that value of a label.
func both(p *profile.Profile, label, value string) *profile.Profile {
	kept := &profile.Profile{}
	for _, s := range p.Sample {
		if slices.Equal(s.Label[label], []string{value}) {
			kept.Sample = append(kept.Sample, s)
		}
	}
	return kept
}
