package profiles_test

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/profiles"
)

// TestPlansThatCannotBe says what is wrong, without the password of a URL.
func TestPlansThatCannotBe(t *testing.T) {
	t.Parallel()
	good := profiles.Target{URL: "http://127.0.0.1:1"}
	one := func(target profiles.Target) profiles.Plan { return profiles.Plan{Targets: []profiles.Target{target}} }
	for _, row := range []struct {
		want string
		plan profiles.Plan
	}{
		{"no target to take profiles from", profiles.Plan{}},
		{"target 2: the URL is empty", profiles.Plan{Targets: []profiles.Target{good, {}}}},
		{"target 1: the URL must begin with http", one(profiles.Target{URL: "ftp://u:secret@host"})},
		{"target 1: the URL must begin with http:// or https", one(profiles.Target{URL: "127.0.0.1:6060"})},
		{"target 1: the URL must not have a query", one(profiles.Target{URL: "http://host/debug/pprof/heap?token=secret"})},
		{"target 1: the name \"../x\" must", one(profiles.Target{Name: "../x", URL: good.URL})},
		{"targets 1 and 3 have the same address", profiles.Plan{Targets: []profiles.Target{
			{URL: "http://Host:1/admin/debug/pprof/"}, {URL: "http://host:1"}, {Name: "again", URL: "http://host:1/admin"}}}},
		{"two targets are called A", profiles.Plan{Targets: []profiles.Target{{Name: "a", URL: good.URL}, {Name: "A", URL: good.URL}}}},
		{"the duration 1.5s must be whole seconds", profiles.Plan{Targets: []profiles.Target{good}, Duration: 1500 * time.Millisecond}},
		{"the trace's duration 6s must be positive and at most", profiles.Plan{Targets: []profiles.Target{good}, Duration: 5 * time.Second, TraceDuration: 6 * time.Second}},
		{"the timeout -1s must be positive", profiles.Plan{Targets: []profiles.Target{good}, Timeout: -time.Second}},
		{"unknown profile \"wall\"", profiles.Plan{Targets: []profiles.Target{good}, Kinds: []profiles.Kind{"wall"}}},
		{"target 1: the metrics URL must begin with http", one(profiles.Target{URL: good.URL, MetricsURL: "metrics"})},
		{"target 1: the metrics are at http://b and the service is at http:", one(profiles.Target{URL: "http://a", MetricsURL: "http://b/metrics", Header: http.Header{"A": {"b"}}})},
	} {
		err := row.plan.Check()
		if err == nil || !strings.HasPrefix(err.Error(), row.want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("want %q, got %v", row.want, err)
		}
	}
	if err := one(good).Check(); err != nil {
		t.Error(err)
	}
	replica := func(n string) profiles.Target { // of a gateway that tells them by a header
		return profiles.Target{URL: "http://host:1", Header: http.Header{"X-Replica": {n}}}
	}
	if err := (profiles.Plan{Targets: []profiles.Target{replica("1"), replica("2")}}).Check(); err != nil {
		t.Error(err)
	}
}

// TestBundleIsNotOverwritten refuses a folder that holds one.
func TestBundleIsNotOverwritten(t *testing.T) {
	t.Parallel()
	plan := profiles.Plan{Targets: []profiles.Target{{URL: serve(t, canned(t))}}, Kinds: []profiles.Kind{profiles.ThreadCreate}}
	_, dir := capture(t, plan)
	_, err := profiles.Capture(t.Context(), plan, dir)
	if err == nil || !strings.Contains(err.Error(), filepath.Base(dir)+": it holds a bundle already") {
		t.Errorf("got %v", err)
	}
}

// TestZeroOptionsAreDefaults: a plan needs its targets alone.
func TestZeroOptionsAreDefaults(t *testing.T) {
	t.Parallel()
	if err := (profiles.Plan{Targets: []profiles.Target{{URL: "http://127.0.0.1:6060"}}}).Check(); err != nil {
		t.Error(err)
	}
}
