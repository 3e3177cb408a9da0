package loadgen_test

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/loadgen"
)

// shapes are sample generators of different tails and magnitudes.
func shapes() map[string]func(*rand.Rand) time.Duration {
	return map[string]func(*rand.Rand) time.Duration{
		"uniform ns":     func(r *rand.Rand) time.Duration { return time.Duration(r.IntN(1000)) },
		"exponential ms": func(r *rand.Rand) time.Duration { return time.Duration(r.ExpFloat64() * 1e6) },
		"lognormal": func(r *rand.Rand) time.Duration {
			return time.Duration(math.Exp(r.NormFloat64()*2) * 1e5)
		},
		"any magnitude": func(r *rand.Rand) time.Duration { return time.Duration(r.Int64() >> r.IntN(63)) },
	}
}

func TestQuantileErrorBound(t *testing.T) {
	for name, draw := range shapes() {
		t.Run(name, func(t *testing.T) {
			random := rand.New(rand.NewPCG(1, 2))
			var h loadgen.Histogram
			var all []time.Duration
			for range 20_000 {
				d := draw(random)
				all = append(all, d)
				h.Record(d)
			}
			slices.Sort(all)
			for _, q := range []float64{0, 0.001, 0.1, 0.5, 0.9, 0.99, 0.999, 0.9999, 1} {
				exact := all[max(0, int(math.Ceil(q*float64(len(all))))-1)]
				got := h.Quantile(q)
				if diff := math.Abs(float64(got - exact)); diff > float64(exact)*loadgen.MaxRelativeError/2 {
					t.Errorf("q%v = %d, exact %d: off by %.2f %%", q, got, exact, 100*diff/float64(exact))
				}
			}
			if h.Min() != all[0] || h.Max() != all[len(all)-1] || h.Count() != int64(len(all)) {
				t.Errorf("min %v, max %v, count %d; want %v, %v, %d", h.Min(), h.Max(), h.Count(), all[0], all[len(all)-1], len(all))
			}
		})
	}
}

func TestHistogramEdges(t *testing.T) {
	var h loadgen.Histogram
	if h.Count() != 0 || h.Mean() != 0 || h.Min() != 0 || h.Max() != 0 || h.Quantile(0.5) != 0 {
		t.Error("an empty histogram must answer 0")
	}
	h.Record(-time.Second)
	h.Record(math.MaxInt64)
	h.RecordN(time.Second, 0)
	h.RecordN(time.Second, -5)
	if h.Count() != 2 || h.Min() != 0 || h.Max() != math.MaxInt64 {
		t.Errorf("count %d, min %d, max %d; want 2, 0, MaxInt64", h.Count(), h.Min(), h.Max())
	}
	if got := h.Quantile(math.NaN()); got != 0 {
		t.Errorf("Quantile(NaN) = %v, want 0", got)
	}
	if h.Quantile(-3) != 0 || h.Quantile(7) != math.MaxInt64 {
		t.Error("q outside [0, 1] must be cut to it")
	}
}

func TestHistogramMean(t *testing.T) {
	var h loadgen.Histogram
	h.RecordN(time.Millisecond, 3)
	h.Record(5 * time.Millisecond)
	if got, want := h.Mean(), 2*time.Millisecond; got != want {
		t.Errorf("mean %v, want %v", got, want)
	}
	if got := h.Sum(); math.Abs(got-0.008) > 1e-12 {
		t.Errorf("sum %v s, want 0.008", got)
	}
}

func TestMergeEqualsRecordingTogether(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	var a, b, both loadgen.Histogram
	for i := range 10_000 {
		d := time.Duration(random.ExpFloat64() * 1e6)
		both.Record(d)
		if i%3 == 0 {
			a.Record(d)
		} else {
			b.Record(d)
		}
	}
	var merged loadgen.Histogram
	merged.Merge(nil)
	merged.Merge(&loadgen.Histogram{})
	merged.Merge(&a)
	merged.Merge(&b)
	if merged.Count() != both.Count() || merged.Min() != both.Min() || merged.Max() != both.Max() || merged.Mean() != both.Mean() {
		t.Errorf("merged count, min, max, mean differ: %v %v", merged.Mean(), both.Mean())
	}
	for q := 0.0; q <= 1; q += 0.01 {
		if merged.Quantile(q) != both.Quantile(q) {
			t.Errorf("q%.2f: merged %v, together %v", q, merged.Quantile(q), both.Quantile(q))
		}
	}
}

func TestHistogramRoundTrips(t *testing.T) {
	for name, draw := range shapes() {
		random := rand.New(rand.NewPCG(5, 6))
		h := new(loadgen.Histogram)
		for range 5000 {
			h.Record(draw(random))
		}
		checkRoundTrips(t, name, h)
	}
	checkRoundTrips(t, "empty", new(loadgen.Histogram))
}

func checkRoundTrips(t *testing.T, name string, h *loadgen.Histogram) {
	t.Helper()
	encoded, err := json.Marshal(h)
	if err != nil {
		t.Fatal(err)
	}
	var fromJSON loadgen.Histogram
	if err := json.Unmarshal(encoded, &fromJSON); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if !reflect.DeepEqual(h, &fromJSON) {
		t.Errorf("%s: JSON round trip changed the histogram", name)
	}
	var text strings.Builder
	if err := h.WriteText(&text); err != nil {
		t.Fatal(err)
	}
	fromText, err := loadgen.ReadHistogramText(strings.NewReader(text.String()))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if !reflect.DeepEqual(h, fromText) {
		t.Errorf("%s: text round trip changed the histogram", name)
	}
}

func TestHistogramDecodeRefuses(t *testing.T) {
	const good = `{"unit":"ns","sub_bucket_bits":7,"count":3,"sum":30,"min":10,"max":10,"buckets":[[10,3]]}`
	var h loadgen.Histogram
	if err := json.Unmarshal([]byte(good), &h); err != nil {
		t.Fatal(err)
	}
	tests := []struct{ name, old, new string }{
		{"unit", `"ns"`, `"ms"`},
		{"bits", `:7`, `:5`},
		{"count", `"count":3`, `"count":4`},
		{"min outside", `"min":10`, `"min":2`},
		{"max below min", `"max":10`, `"max":-10`},
		{"negative count", `[10,3]`, `[10,-3]`},
		{"negative bucket", `[10,3]`, `[-1,3]`},
		{"far bucket", `[10,3]`, `[99999,3]`},
		{"overflow", `[10,3]`, `[10,9223372036854775807],[10,9223372036854775807]`},
		{"sum", `"sum":30`, `"sum":-30`},
	}
	for _, tt := range tests {
		if err := json.Unmarshal([]byte(strings.Replace(good, tt.old, tt.new, 1)), &h); err == nil {
			t.Errorf("%s: %s instead of %s was accepted", tt.name, tt.new, tt.old)
		}
	}
}

func TestHistogramTextErrorsNameTheLine(t *testing.T) {
	var h loadgen.Histogram
	h.RecordN(1500*time.Nanosecond, 7)
	var text strings.Builder
	if err := h.WriteText(&text); err != nil {
		t.Fatal(err)
	}
	tests := []struct{ name, old, new, want string }{
		{"not a time", "0.001", "x.001", "line 3"},
		{"cut off", "#[Sum", "#", "line 7"},
		{"count", "Total count    =            7", "Total count    =            8", "count 8"},
	}
	for _, tt := range tests {
		broken := strings.Replace(text.String(), tt.old, tt.new, 1)
		if broken == text.String() {
			t.Fatalf("%s: nothing was broken in\n%s", tt.name, broken)
		}
		_, err := loadgen.ReadHistogramText(strings.NewReader(broken))
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %v does not name %q", tt.name, err, tt.want)
		}
	}
}

func FuzzHistogramText(f *testing.F) {
	var h loadgen.Histogram
	h.RecordN(time.Millisecond, 3)
	h.Record(time.Hour)
	var text strings.Builder
	if err := h.WriteText(&text); err != nil {
		f.Fatal(err)
	}
	f.Add(text.String())
	f.Fuzz(func(t *testing.T, s string) {
		h, err := loadgen.ReadHistogramText(strings.NewReader(s))
		if err == nil {
			checkRoundTrips(t, "read", h)
		}
	})
}
