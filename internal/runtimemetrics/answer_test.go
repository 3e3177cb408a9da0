package runtimemetrics_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/lotteryctl/lotteryctl/internal/runtimemetrics"
)

const answerText = `# HELP go_goroutines Number of goroutines.
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

func TestParse(t *testing.T) {
	for _, row := range []struct {
		name, text string
		want       runtimemetrics.Answer
	}{
		{"prometheus", answerText, runtimemetrics.Answer{
			Format: runtimemetrics.Prometheus,
			Values: map[string]float64{"go_goroutines": 42, "go_gc_duration_seconds_sum": 0.0015, "process_start_time_seconds": 1.7e9},
			Program: runtimemetrics.Program{
				GoVersion: "go1.26.1", Module: "example.com/shop", Version: "v1.2.3", Started: time.Unix(1_700_000_000, 0).UTC(),
			},
		}},
		{"expvar", ` {"cmdline":["x","-password=y"],"memstats":{"HeapAlloc":7,"BySize":[{"Size":0}],"EnableGC":true}}`, runtimemetrics.Answer{
			Format: runtimemetrics.Expvar, Values: map[string]float64{"memstats.HeapAlloc": 7},
		}},
	} {
		got, err := runtimemetrics.Parse([]byte(row.text))
		if err != nil || !reflect.DeepEqual(*got, row.want) {
			t.Errorf("%s: got %+v, %v, want %+v", row.name, got, err, row.want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, row := range []struct {
		name, text string
		format     runtimemetrics.Format // of the FormatError; "" for ErrNone
	}{
		{"others' metrics", "http_requests_total 9\n", ""},
		{"HTML", "<html>", runtimemetrics.Prometheus},
		{"cut JSON", `{"memstats":{"HeapAlloc":7`, runtimemetrics.Expvar},
		{"empty", "", ""},
	} {
		_, err := runtimemetrics.Parse([]byte(row.text))
		var wrong *runtimemetrics.FormatError
		if errors.As(err, &wrong) != (row.format != "") || wrong != nil && wrong.Format != row.format || wrong == nil && !errors.Is(err, runtimemetrics.ErrNone) {
			t.Errorf("%s: got %v", row.name, err)
		}
	}
}

func TestSamples(t *testing.T) {
	for _, row := range []struct {
		name, line string
		want       runtimemetrics.Sample
		ok         bool
	}{
		{"plain", "a 1", runtimemetrics.Sample{Name: "a", Value: 1}, true},
		{"time", "a\t1 1700000000000", runtimemetrics.Sample{Name: "a", Value: 1}, true},
		{"labels", `a{b="x} y",c="1"} 2`, runtimemetrics.Sample{Name: "a", Labels: []runtimemetrics.Label{{"b", "x} y"}, {"c", "1"}}, Value: 2}, true},
		{"escapes", `a{b="x\"\\\ny",} 2`, runtimemetrics.Sample{Name: "a", Labels: []runtimemetrics.Label{{"b", "x\"\\\ny"}}, Value: 2}, true},
		{"no labels in braces", `a{} 2`, runtimemetrics.Sample{Name: "a", Value: 2}, true},
		{"no value", "a", runtimemetrics.Sample{Name: "a"}, false},
		{"no number", "a x", runtimemetrics.Sample{Name: "a"}, false},
		{"too large", "a 1e400", runtimemetrics.Sample{Name: "a"}, false},
		{"open label", `a{b="x} 2`, runtimemetrics.Sample{Name: "a"}, false},
		{"label without a value", `a{b} 2`, runtimemetrics.Sample{Name: "a"}, false},
		{"no name", `{a="b"} 2`, runtimemetrics.Sample{}, false},
		{"begins with a digit", "1a 2", runtimemetrics.Sample{Name: "1a"}, false},
	} {
		for got, err := range runtimemetrics.Samples([]byte("# comment\n\n" + row.line + "\n")) {
			if err != nil {
				if row.ok || err.Line != 3 || err.Name != row.want.Name {
					t.Errorf("%s: got %v of line %d, %q", row.name, err, err.Line, err.Name)
				}
				continue
			}
			if !row.ok || !reflect.DeepEqual(got, row.want) {
				t.Errorf("%s: got %+v, want %+v", row.name, got, row.want)
			}
		}
	}
}

// prometheusValues are the numbers that Prometheus' own parser finds.
func prometheusValues(text string) (map[string]float64, error) {
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(text))
	values := map[string]float64{}
	for _, family := range families {
		var b bytes.Buffer
		if _, err := expfmt.MetricFamilyToText(&b, family); err != nil {
			return nil, err
		}
		for s, err := range runtimemetrics.Samples(b.Bytes()) {
			if err == nil && len(s.Labels) == 0 {
				values[s.Name] = s.Value
			}
		}
	}
	return values, err
}

// TestAgreesWithPrometheus: on text without damage, both parsers find the same.
func TestAgreesWithPrometheus(t *testing.T) {
	for _, text := range []string{prometheusText, strings.NewReplacer("go_nothing\n", "", "go_broken x\n", "", "go_infinite +Inf\n", "").Replace(answerText)} {
		want, err := prometheusValues(text)
		if err != nil {
			t.Fatal(err)
		}
		maps.DeleteFunc(want, func(name string, _ float64) bool {
			return !strings.HasPrefix(name, "go_") && !strings.HasPrefix(name, "process_")
		})
		got, err := runtimemetrics.Parse([]byte(text))
		if err != nil || !maps.Equal(got.Values, want) {
			t.Errorf("got %v, %v, want %v", got, err, want)
		}
	}
}

func TestPlaces(t *testing.T) {
	for _, row := range []struct {
		name, base string
		want       []string
	}{
		{"host", "http://h:1", []string{"http://h:1/metrics", "http://h:1/debug/vars"}},
		{"slash", "http://h/", []string{"http://h/metrics", "http://h/debug/vars"}},
		{"user info", "http://me:pw@h", []string{"http://me:pw@h/metrics", "http://me:pw@h/debug/vars"}},
		{"prefix", "http://h/admin/", []string{"http://h/admin/metrics", "http://h/admin/debug/vars", "http://h/metrics", "http://h/debug/vars"}},
		{"profiles", "http://h/debug/pprof/", []string{"http://h/metrics", "http://h/debug/vars"}},
		{"profiles below a prefix", "http://h/x/debug/pprof", []string{"http://h/x/metrics", "http://h/x/debug/vars", "http://h/metrics", "http://h/debug/vars"}},
	} {
		if got := runtimemetrics.Places(row.base); !slices.Equal(got, row.want) {
			t.Errorf("%s: got %q, want %q", row.name, got, row.want)
		}
	}
}

// TestReadingPassesOverDamage: one bad line does not cost the others.
func TestReadingPassesOverDamage(t *testing.T) {
	got, _, err := runtimemetrics.ParseReading([]byte("a {{{\ngo_memstats_mallocs_total 2\ngo_memstats_alloc_bytes_total x\n"))
	if want := (runtimemetrics.Reading{runtimemetrics.Mallocs: 2}); err != nil || !maps.Equal(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
}

// FuzzParse finds that whatever is kept can be written as JSON, and is the Go
// runtime's.
func FuzzParse(f *testing.F) {
	f.Add([]byte(answerText))
	f.Add([]byte(`{"memstats":{"HeapAlloc":7}}`))
	f.Add([]byte(`go_info{version="`))
	f.Add([]byte("process_start_time_seconds 1e300\ngo_x{a=\"}\" 1"))
	f.Fuzz(func(t *testing.T, text []byte) {
		got, err := runtimemetrics.Parse(text)
		if (err == nil) != (got != nil && len(got.Values) > 0) {
			t.Fatalf("got %+v and %v", got, err)
		}
		if err != nil {
			return
		}
		if _, err := json.Marshal(got); err != nil {
			t.Fatal(err)
		}
		for name := range got.Values {
			if !strings.HasPrefix(name, "go_") && !strings.HasPrefix(name, "process_") && !strings.HasPrefix(name, "memstats.") {
				t.Fatalf("kept %q", name)
			}
		}
	})
}
