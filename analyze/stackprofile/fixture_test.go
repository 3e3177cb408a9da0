package stackprofile_test

import (
	"bytes"
	"testing"

	"github.com/google/pprof/profile"

	"github.com/lotteryctl/lotteryctl/analyze/stackprofile"
	"github.com/lotteryctl/lotteryctl/internal/flametest"
	"github.com/lotteryctl/lotteryctl/internal/golden"
)

// fixture is a profile with two types, labels, an inlined frame, recursion, and
// names that formats must not be broken by.
func fixture() *profile.Profile {
	binary := &profile.Mapping{ID: 1, Start: 1, Limit: 1 << 40, File: "/srv/web", HasFunctions: true}
	function := func(id uint64, name, file string) *profile.Function {
		return &profile.Function{ID: id, Name: name, SystemName: name, Filename: file}
	}
	main, serve := function(1, "main.main", "/src/main.go"), function(2, "net/http.(*conn).serve", "/go/src/net/http/server.go")
	inlined, odd := function(3, "main.parse", "/src/parse.go"), function(4, "main.f[go.shape.struct { A int; B string }]<&\"名", "/src/odd.go")
	malloc, gc := function(5, "runtime.mallocgc", "/go/src/runtime/malloc.go"), function(6, "runtime.gcBgMarkWorker", "/go/src/runtime/mgc.go")
	location := func(id uint64, lines ...profile.Line) *profile.Location {
		return &profile.Location{ID: id, Address: 100 * id, Mapping: binary, Line: lines}
	}
	lMain, lServe := location(1, profile.Line{Function: main, Line: 10}), location(2, profile.Line{Function: serve, Line: 20})
	lParse := location(3, profile.Line{Function: inlined, Line: 31}, profile.Line{Function: serve, Line: 30})
	lOdd, lMalloc, lGC := location(4, profile.Line{Function: odd, Line: 40}), location(5, profile.Line{Function: malloc, Line: 50}), location(6, profile.Line{Function: gc, Line: 60})
	lUnknown := &profile.Location{ID: 7, Address: 700, Mapping: binary}
	sample := func(route string, value int64, leafFirst ...*profile.Location) *profile.Sample {
		s := &profile.Sample{Location: leafFirst, Value: []int64{value, value * 10_000_000}}
		if route != "" {
			s.Label = map[string][]string{"route": {route}}
		}
		return s
	}
	return &profile.Profile{
		SampleType: []*profile.ValueType{{Type: "samples", Unit: "count"}, {Type: "cpu", Unit: "nanoseconds"}},
		PeriodType: &profile.ValueType{Type: "cpu", Unit: "nanoseconds"}, Period: 10_000_000, DurationNanos: 2_000_000_000, TimeNanos: 1_700_000_000_000_000_000,
		Sample: []*profile.Sample{
			sample("/draw", 30, lParse, lMain), sample("/draw", 5, lMalloc, lParse, lMain), sample("/admin", 20, lOdd, lServe, lMain),
			sample("/admin", 10, lOdd, lOdd, lServe, lMain), sample("", 25, lGC), sample("", 9, lUnknown), sample("", 1),
		},
		Location: []*profile.Location{lMain, lServe, lParse, lOdd, lMalloc, lGC, lUnknown},
		Function: []*profile.Function{main, serve, inlined, odd, malloc, gc},
		Mapping:  []*profile.Mapping{binary},
	}
}

func fixtureProfile(t *testing.T) *stackprofile.Profile { return flametest.Read(t, fixture()) }

// TestFixture keeps the file that the tests of other packages read.
func TestFixture(t *testing.T) {
	t.Parallel()
	var raw bytes.Buffer
	if err := fixture().WriteUncompressed(&raw); err != nil {
		t.Fatal(err)
	}
	golden.Check(t, "fixture.pb", raw.String())
}
