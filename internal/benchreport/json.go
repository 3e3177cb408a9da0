package benchreport

import (
	"encoding/json"
	"io"
	"math"

	"github.com/lotteryctl/lotteryctl/analyze/bench"
	"github.com/lotteryctl/lotteryctl/analyze/stat"
)

// JSONFormat is the version of what [Report.WriteJSON] writes. It grows when a
// reader of the old one would misread the new one; new fields do not count.
const JSONFormat = 1

// The JSON form of a report; docs/compare.md describes the fields. A figure
// that is infinite or unknown is null.
type (
	jsonReport struct {
		Format     int           `json:"format"`
		Outcome    bench.Outcome `json:"outcome,omitempty"` // of all gates, if there are any
		Reason     string        `json:"reason,omitempty"`
		Alpha      float64       `json:"alpha"`
		Confidence float64       `json:"confidence"`
		Least      float64       `json:"min_effect"`
		Family     int           `json:"family"`
		Gates      []jsonGate    `json:"gates"`
		Tables     []jsonTable   `json:"tables"`
		Warnings   []Doubt       `json:"warnings"`
		Problems   []string      `json:"problems"`
		Appendices []Appendix    `json:"appendices,omitempty"`
	}
	jsonGate struct {
		Kind    bench.GateKind `json:"kind"`
		Gate    string         `json:"gate"`
		Outcome bench.Outcome  `json:"outcome"`
		Checks  []jsonCheck    `json:"checks"`
	}
	jsonCheck struct {
		Unit    string           `json:"unit"`
		Row     string           `json:"row,omitempty"`
		Column  string           `json:"column,omitempty"`
		Outcome bench.Outcome    `json:"outcome"`
		Reason  bench.GateReason `json:"reason,omitempty"`
		Text    string           `json:"text,omitempty"`
	}
	jsonTable struct {
		Unit     string            `json:"unit"`
		Better   string            `json:"better"`
		Exact    bool              `json:"exact"`
		Gated    bool              `json:"gated"`
		Advisory string            `json:"advisory,omitempty"`
		Least    float64           `json:"min_effect"`
		Config   map[string]string `json:"config"`
		Columns  []string          `json:"columns"`
		Baseline *string           `json:"baseline"`
		Rows     []jsonRow         `json:"rows"`
		Overall  []jsonOverall     `json:"overall"`
	}
	jsonRow struct {
		Row   string     `json:"row"`
		Cells []jsonCell `json:"cells"`
	}
	jsonCell struct {
		Column  string          `json:"column"`
		Runs    int             `json:"runs"`
		Center  *float64        `json:"center"`
		Low     *float64        `json:"low"`
		High    *float64        `json:"high"`
		Lag1    *float64        `json:"lag1"`
		Trend   *float64        `json:"trend_tau"`
		Compare *jsonComparison `json:"comparison,omitempty"`
	}
	jsonComparison struct {
		Verdict   bench.Verdict `json:"verdict"`
		Effect    *jsonRatio    `json:"ratio,omitempty"`
		Cliff     float64       `json:"cliffs_delta"`
		Test      bench.Test    `json:"test,omitempty"`
		Adjusted  bool          `json:"adjusted,omitempty"` // at equal machine speed
		Excluded  string        `json:"excluded,omitempty"` // why there is no verdict
		OneSided  *jsonOneSided `json:"errors_of_one_side,omitempty"`
		P         *float64      `json:"p"`
		PHolm     *float64      `json:"p_holm"`
		Runs      int           `json:"runs_to_decide,omitempty"`
		BenchP    *float64      `json:"benchstat_p"`
		BenchText string        `json:"benchstat_delta"`
	}
	jsonOneSided struct {
		Side string  `json:"side"` // old or new
		Runs int     `json:"runs"` // that have errors
		Mean float64 `json:"mean"` // of all its runs
	}
	jsonRatio struct {
		Center *float64 `json:"center"`
		Low    *float64 `json:"low"`
		High   *float64 `json:"high"`
		Level  float64  `json:"level"`
		Note   string   `json:"note,omitempty"`
	}
	jsonOverall struct {
		Column  string    `json:"column"`
		Ratio   jsonRatio `json:"ratio"`
		P       *float64  `json:"p"`
		Cells   int       `json:"rows"`
		LeftOut int       `json:"left_out"`
		Draws   int       `json:"relabelings"` // 0: exact
	}
)

// WriteJSON writes the report as one JSON object.
func (r *Report) WriteJSON(w io.Writer) error {
	outcome, cause := r.Outcome(true)
	why := Why(cause)
	if len(r.Gates) == 0 {
		outcome, why = "", "" // that nothing was asked is no pass
	}
	out := jsonReport{
		Format: JSONFormat, Outcome: outcome, Reason: why,
		Alpha: levelAsked(r.Tables.Query.Alpha), Confidence: levelAsked(r.Tables.Query.Confidence),
		Least: r.Policy.MinEffect, Family: r.Family,
		Gates: []jsonGate{}, Tables: []jsonTable{}, Warnings: append([]Doubt{}, r.AllDoubts()...), Problems: []string{}, Appendices: r.Appendices,
	}
	for _, g := range r.Gates {
		out.Gates = append(out.Gates, gateJSON(g))
	}
	for _, t := range r.Judged {
		out.Tables = append(out.Tables, tableJSON(t))
	}
	for _, problem := range r.Tables.Set.Problems {
		out.Problems = append(out.Problems, problem.String())
	}
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(out)
}

func gateJSON(g bench.GateResult) jsonGate {
	out := jsonGate{Kind: g.Gate.Kind, Gate: g.Gate.Text, Outcome: g.Outcome, Checks: []jsonCheck{}}
	for _, c := range g.Checks {
		check := jsonCheck{Unit: c.Table.Unit, Outcome: c.Outcome, Reason: c.Reason, Text: Check(c)}
		if c.Row >= 0 {
			check.Row = c.Table.Rows[c.Row].Label
		}
		if c.Col >= 0 {
			check.Column = c.Table.Cols[c.Col].Label
		}
		out.Checks = append(out.Checks, check)
	}
	return out
}

func tableJSON(t *bench.JudgedTable) jsonTable {
	out := jsonTable{
		Unit: t.Unit, Better: t.Better.String(), Exact: t.Exact, Gated: t.Gated, Advisory: Advisory(t.Advisory, t.Unit),
		Least: t.MinEffect, Config: map[string]string{}, Rows: []jsonRow{}, Overall: []jsonOverall{},
	}
	for _, f := range t.Config {
		if f.Value != "" {
			out.Config[f.Name] = f.Value
		}
	}
	for _, k := range t.Cols {
		out.Columns = append(out.Columns, k.Label)
	}
	if t.Baseline >= 0 {
		out.Baseline = &out.Columns[t.Baseline]
	}
	for row, cells := range t.Cells {
		line := jsonRow{Row: t.Rows[row].Label, Cells: []jsonCell{}}
		for col, c := range cells {
			if c != nil {
				line.Cells = append(line.Cells, cellJSON(c, out.Columns[col], t.Judgements[row][col]))
			}
		}
		out.Rows = append(out.Rows, line)
	}
	for col, o := range t.Overall {
		if o != nil {
			out.Overall = append(out.Overall, jsonOverall{
				Column: out.Columns[col], Ratio: *ratioJSON(o.Ratio), P: finite(o.P), Cells: o.Cells, LeftOut: o.LeftOut, Draws: o.Draws})
		}
	}
	return out
}

func cellJSON(c *bench.Cell, column string, g *bench.Judgement) jsonCell {
	out := jsonCell{
		Column: column, Runs: len(c.Values),
		Center: finite(c.Summary.Center), Low: finite(c.Summary.Lo), High: finite(c.Summary.Hi),
	}
	if len(c.Values) >= 3 {
		out.Lag1 = finite(stat.Lag1(c.Values))
		out.Trend = finite(stat.MannKendall(c.Values).Tau)
	}
	if g == nil {
		return out
	}
	out.Compare = &jsonComparison{Verdict: g.Verdict}
	if g.Old != nil {
		*out.Compare = jsonComparison{
			Verdict: g.Verdict, Effect: ratioJSON(g.Effect), Cliff: g.Cliff, Test: g.Test, Adjusted: g.Adjusted, Excluded: Exclusion(g.Excluded),
			PHolm: finite(g.PHolm), Runs: g.Runs, BenchP: finite(c.Comparison.P), BenchText: c.Delta(),
		}
		if o := g.OneSided; o != nil {
			out.Compare.OneSided = &jsonOneSided{side(o), o.Runs, o.Mean}
		}
		if g.Test != bench.Direct {
			out.Compare.P = finite(g.P)
		}
	}
	return out
}

func ratioJSON(r stat.Ratio) *jsonRatio {
	return &jsonRatio{Center: finite(r.Center), Low: finite(r.Low), High: finite(r.High), Level: r.Level, Note: Oddity(r.Note)}
}

// finite is nil for what JSON has no number for.
func finite(x float64) *float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return nil
	}
	return &x
}

// levelAsked is a level as it was asked for.
func levelAsked(x float64) float64 {
	if x == bench.Never {
		return 0
	}
	return x
}
