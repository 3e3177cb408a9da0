package bench_test

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/lotteryctl/lotteryctl/analyze/bench"
)

func TestAppendixIsInEveryReport(t *testing.T) {
	t.Parallel()
	set, err := bench.Read(bench.Input{Label: "old", Reader: strings.NewReader("BenchmarkX 1 10 ns/op\n")}, bench.Input{Label: "new", Reader: strings.NewReader("BenchmarkX 1 11 ns/op\n")})
	if err != nil {
		t.Fatal(err)
	}
	tables, err := bench.DefaultQuery().Tables(set)
	if err != nil {
		t.Fatal(err)
	}
	report, err := bench.Judge(tables, bench.DefaultPolicy())
	if err != nil {
		t.Fatal(err)
	}
	for name, row := range map[string]struct {
		write func(io.Writer) error
		want  string
	}{
		"text":     {report.WriteText, "What <changed>:\n  main.f grew\n  main.g shrank\n"},
		"markdown": {report.WriteMarkdown, "What &lt;changed&gt;:\n- main.f grew\n- main.g shrank\n"},
		"html":     {report.WriteHTML, "<h2>What &lt;changed&gt;</h2>\n<ul>\n<li>main.f grew</li>\n<li>main.g shrank</li>\n</ul>"},
		"json":     {report.WriteJSON, `"appendices"`},
	} {
		report.Appendices = nil
		var without, with bytes.Buffer
		if err := row.write(&without); err != nil {
			t.Fatal(err)
		}
		report.Appendices = []bench.Appendix{{Title: "What <changed>", Items: []string{"main.f grew", "main.g shrank"}}}
		if err := row.write(&with); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(without.String(), row.want) || !strings.Contains(with.String(), row.want) {
			t.Errorf("%s: got\n%s", name, with.String())
		}
	}
}
