package bench

import (
	"errors"
	"math"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/aclements/go-moremath/stats"
	"golang.org/x/perf/benchmath"
	"golang.org/x/perf/benchproc"

	"github.com/lotteryctl/lotteryctl/analyze/bench/internal/utest"
)

// summarize fills in what benchstat says about the cells and columns of all
// tables. Rows are independent of each other and shared out to as many
// goroutines as there are processors; it returns when all of them have ended.
func summarize(t *Tables) {
	thresholds := &benchmath.Thresholds{CompareAlpha: t.Query.Alpha}
	known := utest.NewOutcomes()
	type row struct {
		table *Table
		cells []*Cell
	}
	rows := make(chan row)
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			tests := utest.New(t.Query.Alpha, known)
			for r := range rows {
				summarizeRow(r.table, r.cells, thresholds, t.Query.Confidence, tests)
			}
		})
	}
	for _, table := range t.Tables {
		for _, cells := range table.Cells {
			rows <- row{table, cells}
		}
	}
	close(rows)
	workers.Wait()

	for _, table := range t.Tables {
		for col := range table.Cols {
			table.Geomean = append(table.Geomean, geomean(table, col))
		}
	}
}

// summarizeRow summarises each cell of a row and compares it with the
// baseline's.
func summarizeRow(t *Table, cells []*Cell, thresholds *benchmath.Thresholds, confidence float64, tests *utest.Tests) {
	assume := benchmath.Assumption(benchmath.AssumeNothing)
	if t.Exact {
		assume = benchmath.AssumeExact
	}
	for _, c := range cells {
		if c == nil {
			continue
		}
		// One allocation of the right size for both, instead of what append
		// has left.
		n := len(c.Values)
		values := append(append(make([]float64, 0, 2*n), c.Values...), c.Values...)
		c.Values = values[:n:n]
		c.Sample = benchmath.NewSample(values[n:], thresholds)
		c.Sample.Warnings = append(c.Sample.Warnings, c.mixed...)
		c.Summary = assume.Summary(c.Sample, confidence)
	}
	if t.Baseline < 0 || cells[t.Baseline] == nil {
		return
	}
	base := cells[t.Baseline]
	for _, c := range cells {
		switch {
		case c == nil || c == base:
			continue
		case t.Exact:
			c.Comparison = assume.Compare(base.Sample, c.Sample)
		default:
			c.Comparison, c.DoubtfulP = tests.Compare(base.Sample, c.Sample)
		}
		c.Baseline = base
	}
}

// geomean sums up a column. The ratio is the mean of the rows' ratios and not
// the ratio of the means, so that rows which only one column has do not enter
// it.
func geomean(t *Table, col int) Geomean {
	var g Geomean
	var centers, ratios []float64
	baselines := 0 // rows that have one
	computable := true
	for _, cells := range t.Cells {
		if t.Baseline >= 0 && cells[t.Baseline] != nil {
			baselines++
		}
		c := cells[col]
		if c == nil {
			continue
		}
		centers = append(centers, c.Summary.Center)
		if c.Baseline != nil {
			r := ratio(c)
			computable = computable && !math.IsInf(r, 0)
			ratios = append(ratios, r)
		}
	}
	if len(centers) == 0 {
		return g // the empty column that stands for a baseline
	}
	compared := t.Baseline >= 0 && col != t.Baseline && t.measured(t.Baseline)

	if compared && baselines != len(ratios) {
		g.Warnings = append(g.Warnings, errors.New("benchmark set differs from baseline; geomeans may not be comparable"))
	}
	g.Center = stats.GeoMean(centers)
	if g.HasCenter = !math.IsNaN(g.Center); !g.HasCenter {
		g.Center = 0
		g.Warnings = append(g.Warnings, errors.New("summaries must be >0 to compute geomean"))
	}
	if compared && computable {
		g.Ratio = stats.GeoMean(ratios)
		if g.HasRatio = !math.IsNaN(g.Ratio); !g.HasRatio {
			g.Ratio = 0
			g.Warnings = append(g.Warnings, errors.New("ratios must be >0 to compute geomean"))
		}
	}
	return g
}

// measured reports whether any cell of a column has a value.
func (t *Table) measured(col int) bool {
	return slices.ContainsFunc(t.Cells, func(row []*Cell) bool { return row[col] != nil })
}

// ratio is how many times its baseline's center a cell's is: 1 if both are 0,
// infinite if only the baseline's is.
func ratio(c *Cell) float64 {
	now, before := c.Summary.Center, c.Baseline.Summary.Center
	switch {
	case now == before:
		return 1
	case before == 0:
		return math.Inf(1)
	default:
		return now / before
	}
}

// mixture is benchstat's warning about a cell whose results differ in fields
// that no projection shows; none if there are no such fields.
func mixture(fields []*benchproc.Field) []error {
	if len(fields) == 0 {
		return nil
	}
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.Name
	}
	return []error{errors.New("benchmarks vary in " + strings.Join(names, ", "))}
}
