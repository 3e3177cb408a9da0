package benchreport_test

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/lotteryctl/lotteryctl/internal/benchreport"
)

func TestAppendixIsInEveryReport(t *testing.T) {
	t.Parallel()
	report := judged(t, lines("X", "ns/op", 10), lines("X", "ns/op", 11))
	for _, row := range []struct {
		name  string
		write func(io.Writer) error
		want  string
	}{
		{"text", report.WriteText, "What <changed>:\n  main.f grew\n  main.g shrank\n"},
		{"markdown", report.WriteMarkdown, "What &lt;changed&gt;:\n- main.f grew\n- main.g shrank\n"},
		{"html", report.WriteHTML, "<h2>What &lt;changed&gt;</h2>\n<ul>\n<li>main.f grew</li>\n<li>main.g shrank</li>\n</ul>"},
		{"json", report.WriteJSON, `"appendices"`},
	} {
		report.Appendices = nil
		var without, with bytes.Buffer
		if err := row.write(&without); err != nil {
			t.Fatal(err)
		}
		report.Appendices = []benchreport.Appendix{{Title: "What <changed>", Items: []string{"main.f grew", "main.g shrank"}}}
		if err := row.write(&with); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(without.String(), row.want) || !strings.Contains(with.String(), row.want) {
			t.Errorf("%s: got\n%s", row.name, with.String())
		}
	}
}
