package profiles

import (
	"testing"

	"github.com/google/pprof/profile"
)

// TestOwnShare: what runs below pprof.Do and trace.WithRegion is the program's
// work, however much of it there is.
func TestOwnShare(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		function string
		own      bool
	}{
		{"net/http/pprof.Profile", true}, {"net/http/pprof.handler.ServeHTTP", true}, {"runtime/pprof.profileWriter", true},
		{"runtime/pprof.(*Profile).WriteTo", true}, {"runtime/trace.Start.func1", true}, {"runtime/trace.(*traceMultiplexer).startLocked.func1", true},
		{"runtime/pprof.Do", false}, {"runtime/trace.WithRegion", false}, {"runtime/pprof.SetGoroutineLabels", false}, {"example.com/net/http/pprof.Profile", false}, {"main.main", false},
	} {
		p := &profile.Profile{SampleType: []*profile.ValueType{{Type: "delay", Unit: "nanoseconds"}}}
		for i, name := range []string{"main.work", row.function} {
			f := &profile.Function{ID: uint64(i + 1), Name: name}
			p.Function, p.Location = append(p.Function, f), append(p.Location, &profile.Location{ID: uint64(i + 1), Line: []profile.Line{{Function: f}}})
		}
		p.Sample = []*profile.Sample{{Location: p.Location, Value: []int64{3}}, {Location: p.Location[:1], Value: []int64{1}}}
		if got, want := ownShare(p), map[bool]float64{true: 0.75}[row.own]; got != want {
			t.Errorf("%s: got %v, want %v", row.function, got, want)
		}
	}
}
