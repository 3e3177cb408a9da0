package bench

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"math"
	"strings"
)

//go:embed report.html.tmpl
var reportTemplate string

// WriteHTML writes the report as one page that needs nothing else: no network,
// no script. Every name in it is escaped by html/template.
func (r *Report) WriteHTML(w io.Writer) error {
	var tables strings.Builder
	if err := r.Tables.WriteText(&tables); err != nil {
		return err
	}
	page, err := template.New("report").Parse(reportTemplate)
	if err != nil {
		return err // a mistake in the template, which the tests would see
	}
	gated, advisory := r.lines(true), r.lines(false)
	return page.Execute(w, htmlPage{
		Tally: tally(gated), Method: r.method(), Gates: htmlGates(r.Gates), Warnings: r.Warnings,
		Sections: []htmlSection{{"Comparisons", htmlLines(gated)}, {"Others, corrected among themselves", htmlLines(advisory)}},
		Overall:  r.overallLines(), Tables: tables.String(),
	})
}

type htmlPage struct {
	Tally, Method string
	Gates         []htmlGate
	Warnings      []Warning
	Sections      []htmlSection
	Overall       []string
	Tables        string
}

type htmlGate struct {
	Text    string
	Outcome Outcome
	Reasons []string
}

type htmlSection struct {
	Title string
	Lines []htmlLine
}

type htmlLine struct {
	Verdict                                    Verdict
	Unit, Subject, Values, Change, P, Note, By string
	Plot                                       htmlPlot
}

// htmlPlot is a dot with an interval and the band of the least effect, in a
// picture 200 wide whose middle is no change.
type htmlPlot struct {
	Dot, Low, Width   string
	BandLow, BandWide string
	Interval          bool
	Title             string
}

func htmlGates(results []GateResult) (gates []htmlGate) {
	for _, g := range results {
		gate := htmlGate{Text: g.Gate.Text, Outcome: g.Outcome}
		for _, c := range g.Checks {
			if c.Outcome != Passed && len(gate.Reasons) < mostDecided {
				gate.Reasons = append(gate.Reasons, c.where()+": "+c.Text)
			}
		}
		gates = append(gates, gate)
	}
	return gates
}

func htmlLines(lines []line) (out []htmlLine) {
	widest := 0.0
	for _, l := range lines {
		widest = max(widest, plotReach(l))
	}
	for _, l := range lines {
		note := l.note()
		if !l.table.Gated && l.table.Advisory != "" {
			note = l.table.Advisory
		}
		out = append(out, htmlLine{
			Verdict: l.Verdict, Unit: l.table.Unit, Subject: l.subject(), Values: l.values(),
			Change: l.change(), P: l.p(), Note: note,
			By: fmt.Sprintf("%s; Cliff's delta %+.2f", l.Test, l.Cliff), Plot: newPlot(l, widest),
		})
	}
	return out
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
	reach := math.Log1p(l.table.LeastEffect)
	for _, x := range []float64{l.Effect.Center, l.Effect.Low, l.Effect.High} {
		if size := math.Abs(math.Log(x)); size <= math.Log(10) {
			reach = max(reach, size)
		}
	}
	return reach
}

func newPlot(l line, widest float64) htmlPlot {
	at := func(ratio float64) float64 {
		share := max(-1, min(1, math.Log(ratio)/widest))
		return plotHalf + share*(plotHalf-plotMargin)
	}
	low, high := at(l.Effect.Low), at(l.Effect.High)
	band := at(1+l.table.LeastEffect) - plotHalf
	point := func(x float64) string { return fmt.Sprintf("%.1f", x) }
	return htmlPlot{
		Dot: point(at(l.Effect.Center)), Low: point(low), Width: point(max(high-low, 0.5)), Interval: l.Old != nil,
		BandLow: point(plotHalf - band), BandWide: point(2 * band),
		Title: l.change(),
	}
}
