package browsertest_test

import (
	"math"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/lotteryctl/lotteryctl/analyze/flame"
	"github.com/lotteryctl/lotteryctl/analyze/stackprofile"
	"github.com/lotteryctl/lotteryctl/analyze/units"
	"github.com/lotteryctl/lotteryctl/internal/flamepage"
	"github.com/lotteryctl/lotteryctl/internal/flamepage/internal/browsertest"
)

// testFigures compares the figures of the scripts with those of analyze/units.
func testFigures(t *testing.T, b *browsertest.Browser) {
	script, err := os.ReadFile("../../page/units.js")
	if err != nil {
		t.Fatal(err)
	}
	values := []float64{0, 1, 1.5, 12.25, 12.75, 0.125, 2.5, 99.95, 999.5, 999.6, 1000, 1023, 1023.6, 1024, 12345,
		1e15, 1.5e15, 1e-4, 9.99e-5, 1e-5, 1e-9, 0.5, 2, 1.9996, 0.50002, 1.0005, 0.99996}
	random := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		v := math.Exp(random.NormFloat64() * 8)
		values = append(values, v, math.Trunc(v), math.Trunc(v*8)/8)
	}
	for _, v := range values {
		values = append(values, -v)
	}
	names := []string{"", "count", "nanoseconds", "ns/request", "us", "ms", "seconds", "bytes", "B/request", "%",
		"goroutines", "samples/request", "allocs/op", "p95-latency-ns"}
	kinds := append(names[:len(names):len(names)], "as a share", "as a ratio", "as a p-value", "as a p-value in a text")
	var want []string
	for _, v := range values {
		for _, name := range names {
			want = append(want, units.Rough(v, name))
		}
		size := math.Abs(v)
		want = append(want, units.Percent(v), units.Change(size), units.P(size), units.PText(size))
	}
	empty := &flame.Tree{Type: stackprofile.ValueType{Name: "cpu", Unit: "nanoseconds"}, Nodes: []flame.Node{{Name: -1, End: 1}}}
	v := show(t, b, flamepage.Tree(empty), "html", flamepage.Options{})
	got := run[[]string](v, string(script)+`
return arguments[0].flatMap((v) => [...arguments[1].map((unit) => rough(v, unit)),
  percent(v), change(Math.abs(v)), pValue(Math.abs(v)), pText(Math.abs(v))]);`, values, names)
	if len(got) != len(want) {
		t.Fatalf("got %d figures, want %d", len(got), len(want))
	}
	differ := 0
	for i := range got {
		if got[i] == want[i] {
			continue
		}
		if differ++; differ <= 20 {
			t.Errorf("%v %s: the script writes %q, Go %q", values[i/len(kinds)], kinds[i%len(kinds)], got[i], want[i])
		}
	}
	if differ > 0 {
		t.Errorf("%d of %d figures differ", differ, len(got))
	}
}
