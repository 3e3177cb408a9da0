package bench_test

import (
	"strings"
	"testing"

	"github.com/lotteryctl/lotteryctl/analyze/bench"
)

// Names come from a file that anyone may have written.
func TestHTMLEscapes(t *testing.T) {
	name := `X/q="'<script>alert(1)</script>&%s%!`
	old := lines(name, "ns/op", 1, 2, 3, 4, 5, 6) + lines(name, "<b>better=lower", 1, 2)
	tables := query(t, bench.DefaultQuery(), old, old)
	policy := bench.DefaultPolicy()
	policy.Warnings = []bench.Warning{{Code: "x", Text: "<i>beware</i>"}}
	report, err := bench.Judge(tables, policy)
	if err != nil {
		t.Fatal(err)
	}
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
