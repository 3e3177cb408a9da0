package benchreport

import (
	_ "embed"
	"fmt"
	"html"
	"io"
	"math"
	"strings"

	"github.com/lotteryctl/lotteryctl/analyze/bench"
)

//go:embed report.css
var reportStyle string

// WriteHTML writes the report as one page that needs nothing else: no network,
// no script. All that comes from the input is escaped.
//
// It is written without html/template on purpose: templates call methods by
// name, so that the linker has to keep every method of a program that imports
// them. That alone adds half to the size of lotteryctl, and a tenth to its
// memory.
func (r *Report) WriteHTML(w io.Writer) error {
	var tables strings.Builder
	if err := r.Tables.WriteText(&tables); err != nil {
		return err
	}
	gated, advisory := r.lines(true), r.lines(false)
	var p page
	p.head(tally(gated))
	p.put("<h1>%s</h1>\n", tally(gated))
	if method := r.Method(); method != "" {
		p.put(`<p class="method">%s</p>`, method)
	}
	p.gates(r.Gates)
	p.list("Warnings", r.doubtTexts())
	p.lines("Comparisons", gated)
	p.lines("Other metrics, corrected separately", advisory)
	p.list("All benchmarks at once", r.overallLines())
	for _, a := range r.Appendices {
		p.list(a.Title, a.Items)
	}
	p.put("\n<h2>Tables (benchstat)</h2>\n<pre>%s</pre>\n", tables.String())
	p.put("<p class=\"note\">The shaded band is the minimum effect; the bar is the interval. Logarithmic scale.</p>\n</body>\n</html>\n")
	_, err := io.WriteString(w, p.text.String())
	return err
}

// page is HTML under way.
type page struct{ text strings.Builder }

// put adds markup. Every %s in it is text, and escaped; numbers are fine as
// they are. Attributes must be quoted.
func (p *page) put(markup string, args ...any) {
	for i, arg := range args {
		if _, isNumber := arg.(float64); !isNumber {
			args[i] = html.EscapeString(fmt.Sprint(arg))
		}
	}
	fmt.Fprintf(&p.text, markup, args...)
}

func (p *page) head(title string) {
	p.put(`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Comparison: %s</title>
<style>
`, title)
	p.text.WriteString(reportStyle)
	p.put("</style>\n</head>\n<body>\n")
}

// list adds a chapter of plain items, if there are any.
func (p *page) list(title string, items []string) {
	if len(items) == 0 {
		return
	}
	p.put("\n<h2>%s</h2>\n<ul>", title)
	for _, item := range items {
		p.put("\n<li>%s</li>", item)
	}
	p.put("\n</ul>")
}

func (r *Report) doubtTexts() (texts []string) {
	for _, d := range r.AllDoubts() {
		texts = append(texts, d.Text)
	}
	return texts
}

func (p *page) gates(results []bench.GateResult) {
	if len(results) == 0 {
		return
	}
	p.put("\n<h2>Gates</h2>\n<ul>")
	for _, g := range results {
		p.put(`
<li><code>%s</code> <span class="%s">%s</span>`, g.Gate.Text, g.Outcome, g.Outcome)
		if reasons := gateReasons(g); len(reasons) > 0 {
			p.put("<ul>")
			for _, reason := range reasons {
				p.put("<li>%s</li>", reason)
			}
			p.put("</ul>")
		}
		p.put("</li>")
	}
	p.put("\n</ul>")
}

// gateReasons tells why a gate did not pass, as far as a reader reads.
func gateReasons(g bench.GateResult) (reasons []string) {
	for _, c := range g.Checks {
		if c.Outcome != bench.Passed && len(reasons) < mostDecided {
			reasons = append(reasons, deciding(&c))
		}
	}
	return reasons
}

// lines adds a table of judgements, if there are any.
func (p *page) lines(title string, lines []line) {
	if len(lines) == 0 {
		return
	}
	p.put(`
<h2>%s</h2>
<div class="scroll"><table>
<thead><tr><th>verdict</th><th>metric</th><th>benchmark</th><th>old → new</th><th>change</th><th>less ← same → more</th><th>p</th></tr></thead>
<tbody>`, title)
	widest := 0.0
	for _, l := range lines {
		widest = max(widest, plotReach(l))
	}
	for _, l := range lines {
		p.line(l, widest)
	}
	p.put("\n</tbody>\n</table></div>")
}

func (p *page) line(l line, widest float64) {
	p.put(`
<tr><td class="%s">%s</td><td class="metric">%s</td><td>%s</td><td class="figures">%s</td>
<td class="figures">%s`, l.Verdict, l.Verdict, l.table.Unit, l.subject(), l.values(), l.change())
	if note := l.note(); note != "" {
		p.put(`<div class="note">%s</div>`, note)
	}
	p.put("</td>\n<td>")
	if l.Old != nil {
		p.plot(l, widest)
	}
	p.put("</td>\n")
	p.put(`<td class="figures" title="%s">%s</td></tr>`, fmt.Sprintf("%s; Cliff's delta %+.2f", l.Test, l.Cliff), l.p())
}

// The picture: half its width, and what is kept free at the edges.
const (
	plotHalf   = 100.0
	plotMargin = 6.0
)

// plotReach is how far from the middle a line's plot needs to reach, on the
// logarithmic scale. Ends beyond tenfold are cut off, so that one of them does
// not press all others into a point.
func plotReach(l line) float64 {
	reach := math.Log1p(l.table.MinEffect)
	for _, x := range []float64{l.Effect.Center, l.Effect.Low, l.Effect.High} {
		if size := math.Abs(math.Log(x)); size <= math.Log(10) {
			reach = max(reach, size)
		}
	}
	return reach
}

// plot adds a dot with an interval and the band of the minimum effect, in a
// picture 200 wide whose middle is no change.
func (p *page) plot(l line, widest float64) {
	at := func(ratio float64) float64 {
		share := max(-1, min(1, math.Log(ratio)/widest))
		return plotHalf + share*(plotHalf-plotMargin)
	}
	low, high := at(l.Effect.Low), at(l.Effect.High)
	band := at(1+l.table.MinEffect) - plotHalf
	p.put(`<svg class="%s" viewBox="0 0 200 18" role="img"><title>%s</title>`, l.Verdict, l.change())
	p.put(`<rect class="band" x="%.1f" y="1" width="%.1f" height="16"/>`, plotHalf-band, 2*band)
	p.put(`<line class="zero" x1="100" y1="0" x2="100" y2="18"/>`)
	p.put(`<rect class="interval" x="%.1f" y="7" width="%.1f" height="4"/>`, low, max(high-low, 0.5))
	p.put(`<circle class="dot" cx="%.1f" cy="9" r="4"/></svg>`, at(l.Effect.Center))
}
