package benchreport

import (
	"fmt"
	"io"
	"strings"

	"github.com/lotteryctl/lotteryctl/analyze/bench"
)

// WriteMarkdown writes a comment for a pull request: what changed, in a short
// table; everything else folded away.
func (r *Report) WriteMarkdown(w io.Writer) error {
	var b strings.Builder
	gated := r.lines(true)
	fmt.Fprintf(&b, "**%s**\n\n", markdownText(tally(gated)))
	r.markdownGates(&b)
	shown := outstanding(gated)
	markdownTable(&b, shown)
	doubts := r.AllDoubts()
	for _, d := range doubts {
		fmt.Fprintf(&b, "> ⚠ %s\n", markdownText(d.Text))
	}
	if len(doubts) > 0 {
		b.WriteByte('\n')
	}
	rest := append(gated[len(shown):], r.lines(false)...) // outstanding ones come first
	if len(rest) > 0 {
		b.WriteString("<details><summary>All other comparisons</summary>\n\n")
		markdownTable(&b, rest)
		b.WriteString("</details>\n\n")
	}
	if overall := r.overallLines(); len(overall) > 0 {
		b.WriteString("All benchmarks together:\n")
		for _, text := range overall {
			fmt.Fprintf(&b, "- %s\n", markdownText(text))
		}
		b.WriteByte('\n')
	}
	for _, a := range r.Appendices {
		fmt.Fprintf(&b, "%s:\n", markdownText(a.Title))
		for _, item := range a.Items {
			fmt.Fprintf(&b, "- %s\n", markdownText(item))
		}
		b.WriteByte('\n')
	}
	if err := r.markdownTables(&b); err != nil {
		return err
	}
	if method := r.Method(); method != "" {
		fmt.Fprintf(&b, "<sub>%s</sub>\n", markdownText(method))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (r *Report) markdownGates(b *strings.Builder) {
	for _, g := range r.Gates {
		sign := map[bench.Outcome]string{bench.Passed: "✅", bench.Failed: "❌", bench.Undecided: "❔", bench.Unusable: "🚫"}[g.Outcome]
		fmt.Fprintf(b, "- %s %s %s", sign, markdownText(g.Gate.Text), g.Outcome)
		if check := g.Deciding(); check != nil {
			fmt.Fprintf(b, ": %s", markdownText(deciding(check)))
		}
		b.WriteByte('\n')
	}
	if len(r.Gates) > 0 {
		b.WriteByte('\n')
	}
}

func markdownTable(b *strings.Builder, lines []line) {
	if len(lines) == 0 {
		return
	}
	b.WriteString("| verdict | metric | benchmark | old → new | change [interval] | p |\n|---|---|---|---|---|---|\n")
	for _, l := range lines {
		verdict := string(l.Verdict)
		if l.Verdict == bench.Regressed || l.Verdict == bench.Improved {
			verdict = "**" + verdict + "**"
		}
		change := l.change()
		if note := l.note(); note != "" {
			change += " (" + note + ")"
		}
		fmt.Fprintf(b, "| %s | %s | %s | %s | %s | %s |\n", verdict, markdownText(l.table.Unit),
			markdownText(l.subject()), markdownText(l.values()), markdownText(change), markdownText(l.p()))
	}
	b.WriteByte('\n')
}

// markdownTables folds benchstat's tables away, in a fence that nothing in
// them can close.
func (r *Report) markdownTables(b *strings.Builder) error {
	var text strings.Builder
	if err := r.Tables.WriteText(&text); err != nil {
		return err
	}
	fence := "```"
	for strings.Contains(text.String(), fence) {
		fence += "`"
	}
	fmt.Fprintf(b, "<details><summary>Tables (benchstat)</summary>\n\n%s\n%s%s\n\n</details>\n\n", fence, text.String(), fence)
	return nil
}

// markdownText keeps names from being read as markup.
func markdownText(s string) string {
	return strings.NewReplacer(
		`\`, `\\`, "|", `\|`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "<", "&lt;", ">", "&gt;", "&", "&amp;",
		"\n", " ", "\r", " ", "~", `\~`, "#", `\#`, "@", "&#64;",
	).Replace(s)
}
