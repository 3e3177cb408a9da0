package bench_test

import (
	"strings"
	"testing"

	"golang.org/x/perf/benchfmt"

	"github.com/lotteryctl/lotteryctl/analyze/bench"
)

func TestParseGates(t *testing.T) {
	for _, test := range []struct {
		text, metric, where, op string
		value                   float64
		relative                bool
	}{
		{"p95-latency>5%", "p95-latency", "", ">", .05, true},
		{"allocs/op>0", "allocs/op", "", ">", 0, false},
		{"p99-latency@arm=best < 2ms", "p99-latency", "arm=best", "<", .002, false},
		{"B/op<=64KiB", "B/op", "", "<=", 65536, false},
		{"ops/s>=10k", "ops/s", "", ">=", 10000, false},
		{"errors/op<0.1%", "errors/op", "", "<", .001, true},
		{"gc-pause<250µs", "gc-pause", "", "<", .00025, false},
	} {
		parse := bench.ParseSLO
		if test.op == ">" {
			parse = bench.ParseFailOn
		}
		g, err := parse(test.text)
		if err != nil || g.Metric != test.metric || g.Where != test.where || g.Op != test.op || g.Bound.Value != test.value || g.Bound.IsRelative() != test.relative {
			t.Errorf("%s: %+v, %v", test.text, g, err)
		}
	}
	for _, text := range []string{"", "p95", ">5%", "p95>", "p95>five", "p95>NaN", "p95>-5%", "p95<5%", "p95>=5%", "p95>1e999", "@x>5%"} {
		if g, err := bench.ParseFailOn(text); err == nil {
			t.Errorf("fail-on %q was read as %+v", text, g)
		} else if !strings.HasPrefix(err.Error(), "gate ") {
			t.Errorf("fail-on %q: %v", text, err)
		}
	}
}

// A gate that would look at nothing, or cannot know what is worse, is refused.
func TestGatesThatCannotFire(t *testing.T) {
	text := inRounds(81, 8, quiet("x"))
	widgets := strings.ReplaceAll(text, "p95-latency-ns", "widgets")
	for _, row := range []struct{ gate, complaint string }{
		{"p96-latency>5%", `unknown metric "p96-latency"; use p95-latency-sec`},
		{"p95-latency@arm=z>5%", `is called "arm=z"`},
		{"p95-latency>2", "add a unit to the bound"},
		{"allocs/op>2ms", "the bound is a time and allocs/op is not"},
		{"p95-latency>2KiB", "the bound is an amount of bytes and p95-latency-sec is not"},
	} {
		if _, err := tryJudge(t, bench.DefaultQuery(), gated(t, row.gate), text, text); err == nil || !strings.Contains(err.Error(), row.complaint) {
			t.Errorf("%s: %v, want %q", row.gate, err, row.complaint)
		}
	}
	if _, err := tryJudge(t, bench.DefaultQuery(), gated(t, "widgets>5%"), strings.ReplaceAll(widgets, "Unit widgets better=lower\n", ""), strings.ReplaceAll(widgets, "Unit widgets better=lower\n", "")); err == nil || !strings.Contains(err.Error(), "better=lower") {
		t.Errorf("a gate on a unit without direction: %v", err)
	}
	report := judge(t, bench.DefaultQuery(), gated(t, "p95-latency>5%"), text)
	if outcome, why := report.Outcome(false); outcome != bench.Unusable {
		t.Errorf("a gate with nothing to compare: %s (%v)", outcome, why)
	}
}

func TestMetricNames(t *testing.T) {
	text := inRounds(82, 8, quiet("x"))
	for _, name := range []string{"p95-latency", "p95-latency-ns", "p95-latency-sec", "cpu/op", "cpu-ns/op", "cpu-sec/op", "allocs/op"} {
		if _, err := tryJudge(t, bench.DefaultQuery(), gated(t, name+">5%"), text, text); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestFailOnBounds(t *testing.T) {
	slower := quiet("new")
	slower.p95, slower.allocs = slower.p95*1.2, 41
	text := inRounds(83, 10, quiet("old"), slower) // 5 ms and 6 ms, 40 and 41 allocations
	faster := strings.NewReplacer("arm=old", "arm=new", "arm=new", "arm=old").Replace(text)
	faster = strings.Replace(faster, "goos: linux\n", "goos: linux\nUnit allocs/op better=higher\n", 1)
	for _, test := range []struct {
		text, gate string
		want       bench.Outcome
	}{
		{text, "p95-latency>5%", bench.Failed},
		{text, "p95-latency>50%", bench.Passed},
		{text, "p95-latency>22%", bench.Undecided},
		{text, "p95-latency>500us", bench.Failed},
		{text, "p95-latency>2ms", bench.Passed},
		{text, "p95-latency@new>5%", bench.Failed},
		{text, "allocs/op>0", bench.Failed},
		{text, "allocs/op>2", bench.Passed},
		{text, "errors/op>0", bench.Passed},
		{text, "cpu/op>5%", bench.Passed},
		{faster, "allocs/op>0", bench.Failed},  // 41 → 40, and more was better
		{faster, "allocs/op>5%", bench.Passed}, // by 2.4 %
	} {
		query := byArm()
		query.Col = "/arm@(old new)"
		report := judge(t, query, gated(t, test.gate), test.text)
		if got := report.Gates[0].Outcome; got != test.want {
			t.Errorf("%s: %s, want %s: %+v", test.gate, got, test.want, report.Gates[0].Checks)
		}
	}
}

func TestSLO(t *testing.T) {
	text := inRounds(84, 10, quiet("old"), quiet("new")) // p95 5 ms ± 2 %
	few := inRounds(85, 3, quiet("old"), quiet("new"))
	for _, test := range []struct {
		text, gate string
		want       bench.Outcome
	}{
		{text, "p95-latency<6ms", bench.Passed},
		{text, "p95-latency<4ms", bench.Failed},
		{text, "p95-latency<5ms", bench.Undecided},
		{text, "p95-latency>4ms", bench.Passed},
		{text, "allocs/op<=40", bench.Passed},
		{text, "allocs/op<40", bench.Failed},
		{text, "errors/op<0.1%", bench.Passed},
		{few, "p95-latency<6ms", bench.Unusable},
		{few, "p95-latency<4ms", bench.Failed},
	} {
		policy := bench.Policy{}
		gate, err := bench.ParseSLO(test.gate)
		if err != nil {
			t.Fatal(err)
		}
		policy.Gates = []bench.Gate{gate}
		report := judge(t, byArm(), policy, test.text)
		if got := report.Gates[0].Outcome; got != test.want {
			t.Errorf("%s: %s, want %s: %+v", test.gate, got, test.want, report.Gates[0].Checks)
		}
	}
}

// TestShareIsNoBoundOfATime: 5 % would silently be 50 ms.
func TestShareIsNoBoundOfATime(t *testing.T) {
	for _, text := range []string{"p95-latency<5%", "allocs/op<=5%"} {
		if _, err := bench.ParseSLO(text); err == nil || !strings.Contains(err.Error(), "a share is not a valid bound for") {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestDirections(t *testing.T) {
	for _, row := range []struct {
		unit string
		want bench.Better
	}{
		{"sec/op", bench.Lower}, {"B/op", bench.Lower}, {"allocs/op", bench.Lower}, {"B/s", bench.Higher},
		{"p95-latency-sec", bench.Lower}, {"p95-sec", bench.Lower}, {"gc-pause-sec", bench.Lower}, {"cpu-sec/op", bench.Lower},
		{"ops/s", bench.Higher}, {"req/s", bench.Higher}, {"capacity-ops/s", bench.Higher}, {"total-ops", bench.Higher},
		{"peak-RSS-bytes", bench.Lower}, {"errors/op", bench.Lower}, {"errors/s", bench.Lower}, {"drops", bench.Lower},
		{"widgets", bench.Unknown}, {"uptime-sec", bench.Unknown}, {"conns", bench.Unknown}, {"snoops", bench.Unknown},
		{"client-cpu-sec/op", bench.Unknown}, {"p99-lateness-sec", bench.Unknown},
	} {
		if got := bench.Direction(row.unit, benchfmt.UnitMetadataMap{}); got != row.want {
			t.Errorf("%s: %v, want %v", row.unit, got, row.want)
		}
	}
}

func FuzzParseGate(f *testing.F) {
	for _, seed := range []string{"p95-latency>5%", "allocs/op>0", "p99@arm=x<2ms", "B/op<=64KiB", ">", "a>b>c", "x@<1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, parse := range []func(string) (bench.Gate, error){bench.ParseFailOn, bench.ParseSLO} {
			g, err := parse(text)
			if err != nil {
				continue
			}
			if g.Metric == "" || g.Text != text || g.Bound.Value != g.Bound.Value {
				t.Errorf("%q was read as %+v", text, g)
			}
		}
	})
}

func FuzzReadNoise(f *testing.F) {
	f.Add(`{"format":1,"kind":"noise","share":0.9,"floors":[{"unit":"sec/op","change":0.04,"runs":20}]}`)
	f.Add(`{"format":2,"kind":"noise"}`)
	f.Fuzz(func(t *testing.T, text string) {
		noise, err := bench.ReadNoise(strings.NewReader(text))
		if err != nil {
			return
		}
		var b strings.Builder
		if err := noise.WriteJSON(&b); err != nil {
			t.Fatal(err)
		}
		if _, err := bench.ReadNoise(strings.NewReader(b.String())); err != nil {
			t.Errorf("written again it cannot be read: %v", err)
		}
	})
}
