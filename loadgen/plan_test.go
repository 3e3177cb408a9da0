package loadgen

import (
	"reflect"
	"testing"
	"time"
)

// TestZeroOptionsAreDefaults: a plan needs its URL and rate alone; what has a
// default has it after that.
func TestZeroOptionsAreDefaults(t *testing.T) {
	plan := Plan{URL: "http://127.0.0.1/", Rate: 1}
	if err := plan.Check(); err != nil {
		t.Fatal(err)
	}
	got := plan.withDefaults()
	want := Plan{
		URL: plan.URL, Rate: 1, Method: "GET", Users: DefaultUsers, Arrivals: Constant, Duration: 10 * time.Second,
		Timeout: DefaultTimeout, MaxBody: DefaultMaxBody, ProgressEvery: time.Second,
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if closed := (Plan{Arrivals: Closed}).withDefaults(); closed.Connections != DefaultConnections {
		t.Errorf("a closed loop has %d connections", closed.Connections)
	}
}
