package recorder_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime/pprof"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/profiles/recorder"
)

// BenchmarkLabels is what the labels of a request cost.
func BenchmarkLabels(b *testing.B) {
	nothing := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
	route := func(*http.Request) string { return "GET /items/{id}" }
	request := httptest.NewRequest("GET", "/items/1", nil)
	set := recorder.NewLabelSet("route", "draw", "result", "loss")
	for _, c := range []struct {
		name string
		f    func()
	}{
		{"how=none", func() { nothing(nil, request) }},
		{"how=middleware", func() { recorder.Labels(nothing, route).ServeHTTP(nil, request) }},
		{"how=set", func() { set.Set(); recorder.LabelSet{}.Set() }},
		{"how=late", func() { recorder.SetLabels(context.Background(), "result", "win", "tier", "gold") }},
	} {
		f := c.f
		if c.name == "how=middleware" {
			handler := recorder.Labels(nothing, route)
			f = func() { handler.ServeHTTP(nil, request) }
		}
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				f()
			}
		})
	}
	pprof.SetGoroutineLabels(context.Background())
}

// BenchmarkObserve is what a request costs that is within the limit.
func BenchmarkObserve(b *testing.B) {
	r, err := recorder.New(recorder.Options{Latency: time.Second})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		r.Observe("draw", time.Millisecond)
	}
}

// BenchmarkSlice is what starting and ending a CPU slice costs, beyond its
// samples: the empty profile is symbolized and compressed too.
func BenchmarkSlice(b *testing.B) {
	for b.Loop() {
		if err := pprof.StartCPUProfile(io.Discard); err != nil {
			b.Fatal(err)
		}
		pprof.StopCPUProfile()
	}
}
