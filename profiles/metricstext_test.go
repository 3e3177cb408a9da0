package profiles

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"
)

const prometheusText = `# HELP go_goroutines Number of goroutines.
# TYPE go_goroutines gauge
go_goroutines 42
go_gc_duration_seconds{quantile="0.5"} 0.001
go_gc_duration_seconds_sum 1.5e-03 1700000000000
go_info{version="go1.26.1"} 1
go_build_info{checksum="h1:x=",path="example.com/shop",version="v1.2.3"} 1
go_nothing
go_broken x
go_infinite +Inf
process_start_time_seconds 1.7e+09
http_requests_total 9
`

func TestParseMetrics(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		text string
		want metricsReading
		err  string
	}{
		"prometheus": {prometheusText, metricsReading{"prometheus",
			map[string]float64{"go_goroutines": 42, "go_gc_duration_seconds_sum": 0.0015, "process_start_time_seconds": 1.7e9},
			Process{GoVersion: "go1.26.1", Module: "example.com/shop", Version: "v1.2.3", Started: time.Unix(1_700_000_000, 0).UTC()}}, ""},
		"expvar": {` {"cmdline":["x","-password=y"],"memstats":{"HeapAlloc":7,"BySize":[{"Size":0}],"EnableGC":true}}`,
			metricsReading{"expvar", map[string]float64{"memstats.HeapAlloc": 7}, Process{}}, ""},
		"others' metrics": {"http_requests_total 9\n", metricsReading{}, "the answer has no metrics of the Go runtime"},
		"HTML":            {"<html>", metricsReading{}, "the answer has no metrics of the Go runtime"},
		"cut JSON":        {`{"memstats":{"HeapAlloc":7`, metricsReading{}, "the answer has no metrics of the Go runtime"},
		"empty":           {"", metricsReading{}, "the answer has no metrics of the Go runtime"},
	} {
		got, err := parseMetrics([]byte(row.text))
		switch {
		case row.err == "" && (err != nil || !reflect.DeepEqual(got, row.want)):
			t.Errorf("%s: got %+v, %v, want %+v", name, got, err, row.want)
		case row.err != "" && (err == nil || err.Error() != row.err):
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestParseMutexFraction(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{
		"--- mutex:\ncycles/second=2000000\nsampling period=100\n1 2 @ 0x1": 100,
		"--- mutex:\ncycles/second=2000000\nsampling period=0\n":            0,
		"--- mutex:\ncycles/second=2000000\n":                               -1,
		"sampling period=x":                                                 -1,
		"sampling period=-3":                                                -1,
		"1\n2\n3\n4\n5\nsampling period=7":                                  -1,
		"":                                                                  -1,
	} {
		got, ok := parseMutexFraction(strings.NewReader(text))
		if !ok {
			got = -1
		}
		if got != want {
			t.Errorf("%q: got %d, want %d", text, got, want)
		}
	}
}

// FuzzParseMetrics finds that whatever is kept can be written as JSON, and is
// the Go runtime's.
func FuzzParseMetrics(f *testing.F) {
	f.Add([]byte(prometheusText))
	f.Add([]byte(`{"memstats":{"HeapAlloc":7}}`))
	f.Add([]byte(`go_info{version="`))
	f.Add([]byte("process_start_time_seconds 1e300\ngo_x{a=\"}\" 1"))
	f.Fuzz(func(t *testing.T, text []byte) {
		got, err := parseMetrics(text)
		if (err == nil) != (len(got.values) > 0) {
			t.Fatalf("got %d values and %v", len(got.values), err)
		}
		if _, err := json.Marshal(sample{Values: got.values}); err != nil {
			t.Fatal(err)
		}
		if _, err := json.Marshal(got.process); err != nil {
			t.Fatal(err)
		}
		for name := range got.values {
			if !strings.HasPrefix(name, "go_") && !strings.HasPrefix(name, "process_") && !strings.HasPrefix(name, "memstats.") {
				t.Fatalf("kept %q", name)
			}
		}
	})
}
