package runtimemetrics_test

import (
	"math"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"github.com/lotteryctl/lotteryctl/internal/endpoint"
	"github.com/lotteryctl/lotteryctl/internal/runtimemetrics"
)

const prometheusText = `# HELP go_gc_duration_seconds Pauses.
# TYPE go_gc_duration_seconds summary
go_gc_duration_seconds{quantile="0"} 1e-05
go_gc_duration_seconds{quantile="1"} 0.002
go_gc_duration_seconds_sum 0.25
go_gc_duration_seconds_count 12
# TYPE go_memstats_alloc_bytes_total counter
go_memstats_alloc_bytes_total 5000
# TYPE go_memstats_mallocs_total counter
go_memstats_mallocs_total 70
# TYPE process_cpu_seconds_total counter
process_cpu_seconds_total 1.5
# TYPE process_resident_memory_bytes gauge
process_resident_memory_bytes 4096
`

const expvarText = `{"cmdline": ["x"], "memstats": {"TotalAlloc": 5000, "Mallocs": 70, "NumGC": 12, "PauseTotalNs": 250000000}}`

func TestParseReading(t *testing.T) {
	for _, row := range []struct {
		name   string
		text   string
		format runtimemetrics.Format
		want   runtimemetrics.Reading
	}{
		{"prometheus", prometheusText, "prometheus", runtimemetrics.Reading{
			runtimemetrics.AllocBytes: 5000, runtimemetrics.Mallocs: 70, runtimemetrics.GCCycles: 12,
			runtimemetrics.GCPause: 0.25, runtimemetrics.CPUSeconds: 1.5, runtimemetrics.RSS: 4096,
		}},
		{"runtime/metrics names",
			"# TYPE go_gc_heap_allocs_bytes_total counter\ngo_gc_heap_allocs_bytes_total 9\n" +
				"# TYPE go_gc_cycles_total_gc_cycles_total counter\ngo_gc_cycles_total_gc_cycles_total 3\n",
			"prometheus", runtimemetrics.Reading{runtimemetrics.AllocBytes: 9, runtimemetrics.GCCycles: 3},
		},
		{"untyped, and a labelled sample that is not ours",
			"go_memstats_mallocs_total{job=\"other\"} 1\ngo_memstats_mallocs_total 2\n",
			"prometheus", runtimemetrics.Reading{runtimemetrics.Mallocs: 2},
		},
		{"not a number is left out",
			"go_memstats_mallocs_total NaN\ngo_memstats_alloc_bytes_total +Inf\nprocess_resident_memory_bytes 1\n",
			"prometheus", runtimemetrics.Reading{runtimemetrics.RSS: 1},
		},
		{"expvar", expvarText, "expvar", runtimemetrics.Reading{
			runtimemetrics.AllocBytes: 5000, runtimemetrics.Mallocs: 70, runtimemetrics.GCCycles: 12, runtimemetrics.GCPause: 0.25,
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			got, format, err := runtimemetrics.ParseReading([]byte(row.text))
			if err != nil || format != row.format || !reflect.DeepEqual(got, row.want) {
				t.Errorf("got %v (%s), %v; want %v (%s)", got, format, err, row.want, row.format)
			}
		})
	}
}

func TestParseReadingRefuses(t *testing.T) {
	for _, row := range []struct {
		name       string
		text, want string
	}{
		{"nothing", "", "no Go runtime metrics"},
		{"other metrics", "requests_total 5\n", "no Go runtime metrics"},
		{"a web page", "<!DOCTYPE html><html></html>\n", "not prometheus metrics"},
		{"half of a JSON", expvarText[:60], "not expvar metrics"},
		{"JSON without them", `{"status":"ok"}`, "no Go runtime metrics"},
		{"figures as words", `{"memstats":{"Mallocs":"many"}}`, "not expvar metrics"},
	} {
		if _, _, err := runtimemetrics.ParseReading([]byte(row.text)); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: got %v, want an error with %q", row.name, err, row.want)
		}
	}
}

// FuzzParseReading: whatever a service answers, no figure may come of it that
// would poison a computation.
func FuzzParseReading(f *testing.F) {
	f.Add([]byte(prometheusText))
	f.Add([]byte(expvarText))
	f.Add([]byte("go_gc_duration_seconds_count -1\n"))
	f.Add([]byte("# TYPE go_memstats_mallocs_total histogram\ngo_memstats_mallocs_total_bucket{le=\"1\"} 1\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		reading, _, err := runtimemetrics.ParseReading(text)
		if (err == nil) != (len(reading) > 0) {
			t.Errorf("got %v with error %v", reading, err)
		}
		for quantity, v := range reading {
			if math.IsNaN(v) || math.IsInf(v, 0) || v < 0 {
				t.Errorf("%s is %v", quantity, v)
			}
		}
	})
}

// answers serves fixed texts by path.
func answers(t *testing.T, byPath map[string]string) *httptest.Server {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, ok := byPath[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write([]byte(text))
	}))
	t.Cleanup(server.Close)
	return server
}

func TestFindSource(t *testing.T) {
	for _, row := range []struct {
		name   string
		places map[string]string
		want   string // path
	}{
		{"prometheus", map[string]string{"/metrics": prometheusText, "/debug/vars": expvarText}, "/metrics"},
		{"expvar", map[string]string{"/debug/vars": expvarText}, "/debug/vars"},
		{"a page for everything", map[string]string{"/metrics": "<html>", "/debug/vars": expvarText}, "/debug/vars"},
		{"neither", nil, ""},
		{"metrics, but not the right", map[string]string{"/metrics": "requests_total 5\n"}, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			server := answers(t, row.places)
			source := runtimemetrics.Find(t.Context(), endpoint.Base(server.URL+"/some/path?q=1"), nil)
			switch {
			case row.want == "" && source != nil:
				t.Errorf("got %s, want none", source.URL)
			case row.want != "" && (source == nil || source.URL != server.URL+row.want):
				t.Errorf("got %v, want %s", source, row.want)
			}
		})
	}
}

func TestSourceSaysWhatIsWrong(t *testing.T) {
	server := answers(t, map[string]string{"/huge": strings.Repeat("# comment\n", 17<<20/10)})
	for _, row := range []struct{ path, want string }{{"/missing", "it answered 404 Not Found"}, {"/huge", "longer than 16 MiB"}} {
		_, _, err := runtimemetrics.NewSource(server.URL+row.path, nil).Read(t.Context())
		if err == nil || !strings.Contains(err.Error(), row.want) || !strings.Contains(err.Error(), row.path) {
			t.Errorf("%s: got %v, want it to name the URL and %q", row.path, err, row.want)
		}
	}
}
