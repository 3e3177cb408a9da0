package benchreport_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/lotteryctl/lotteryctl/analyze/bench"
	"github.com/lotteryctl/lotteryctl/internal/benchreport"
)

// Names come from a file that anyone may have written.
func TestHTMLEscapes(t *testing.T) {
	name := `X/q="'<script>alert(1)</script>&%s%!`
	old := lines(name, "ns/op", 1, 2, 3, 4, 5, 6) + lines(name, "<b>better=lower", 1, 2)
	report := judged(t, old, old)
	report.Doubts = []benchreport.Doubt{{Code: "x", Text: "<i>beware</i>"}}
	var page strings.Builder
	if err := report.WriteHTML(&page); err != nil {
		t.Fatal(err)
	}
	for _, raw := range []string{"<script", "<b>", "<i>", `"'`} {
		if strings.Contains(page.String(), raw) {
			t.Errorf("the page contains %s as it was in the input", raw)
		}
	}
	for _, text := range []string{"&lt;script&gt;alert(1)&lt;/script&gt;&amp;%s%!", "&lt;i&gt;beware&lt;/i&gt;"} {
		if !strings.Contains(page.String(), text) {
			t.Errorf("the page does not show %s", text)
		}
	}
}

// lines writes a line of the benchmark format for each value.
func lines(name, unit string, values ...float64) string {
	var b strings.Builder
	for _, v := range values {
		fmt.Fprintf(&b, "Benchmark%s 1 %v %s\n", name, v, unit)
	}
	return b.String()
}

// judged compares two texts as files.
func judged(t *testing.T, old, new string) *benchreport.Report {
	t.Helper()
	set, err := bench.Read(bench.Input{Label: "old", Path: "old", Reader: strings.NewReader(old)}, bench.Input{Label: "new", Path: "new", Reader: strings.NewReader(new)})
	if err != nil {
		t.Fatal(err)
	}
	tables, err := bench.Query{}.Tables(set)
	if err != nil {
		t.Fatal(err)
	}
	report, err := bench.Judge(tables, bench.Policy{})
	if err != nil {
		t.Fatal(err)
	}
	return &benchreport.Report{Report: report}
}
