package bench

import (
	"cmp"
	"errors"
	"fmt"
	"math"

	"golang.org/x/perf/benchmath"
	"golang.org/x/perf/benchproc"
)

// Query says which results to compare and how to arrange them. Each field is
// the benchstat flag of the same name, in the same language: see
// https://pkg.go.dev/golang.org/x/perf/benchproc/syntax. The zero value compares
// files with each other, benchmark by benchmark.
type Query struct {
	// Filter keeps the results, and the units of results, that match.
	// By default "*", all.
	Filter string

	// Table, Row and Col split results into tables, rows and columns.
	// By default ".config" (all file configuration), ".fullname" and ".file";
	// [NoKeys] does not split at all.
	Table, Row, Col string

	// Ignore names keys that shall not split or be warned about.
	// By default "", none.
	Ignore string

	// Alpha is the largest corrected p-value at which a difference counts. By default 0.05;
	// [Never] lets none count.
	Alpha float64

	// Confidence is the least level of the intervals of centers.
	// By default 0.95.
	Confidence float64
}

// NoKeys is the projection of a [Query] that does not split.
const NoKeys = "()"

// Never is the level of a [Query] that stands for 0.
const Never = math.SmallestNonzeroFloat64

// DefaultQuery is the zero query with its defaults filled in.
func DefaultQuery() Query { return Query{}.filled() }

// filled is the query with its defaults filled in. NoKeys stays.
func (q Query) filled() Query {
	q.Filter = cmp.Or(q.Filter, "*")
	q.Table = cmp.Or(q.Table, ".config")
	q.Row = cmp.Or(q.Row, ".fullname")
	q.Col = cmp.Or(q.Col, ".file")
	q.Alpha = cmp.Or(q.Alpha, benchmath.DefaultThresholds.CompareAlpha)
	q.Confidence = cmp.Or(q.Confidence, 0.95)
	return q
}

// Literally is the query with its empty projections and zero levels taken at
// their word: as NoKeys and Never. It is for command lines, whose flags begin
// with the defaults, so that what is empty was set.
func (q Query) Literally() Query {
	q.Table = cmp.Or(q.Table, NoKeys)
	q.Row = cmp.Or(q.Row, NoKeys)
	q.Col = cmp.Or(q.Col, NoKeys)
	q.Alpha = cmp.Or(q.Alpha, Never)
	q.Confidence = cmp.Or(q.Confidence, Never)
	return q
}

// projection is what benchproc understands by a part of a query.
func projection(text string) string {
	if text == NoKeys {
		return ""
	}
	return text
}

// QueryError says which part of a [Query] cannot be understood.
type QueryError struct {
	Part string // "filter", "table", "row", "col", "ignore", "alpha" or "confidence"
	Err  error
}

// Error names the part and says what is wrong with it.
func (e *QueryError) Error() string { return fmt.Sprintf("%s: %v", e.Part, e.Err) }

// Unwrap gives Err.
func (e *QueryError) Unwrap() error { return e.Err }

// plan is a query made ready: the filter and the projections it compiles to.
//
// Projections remember the order in which they first see each value, so a plan
// serves one pass over one set.
type plan struct {
	filter          *benchproc.Filter
	table, row, col *benchproc.Projection
	ignore          *benchproc.Projection
	residue         *benchproc.Projection // whatever no projection shows
	unit            *benchproc.Field      // the last field of table
}

// compile checks a filled query and builds its projections. All projections come
// from one parser, which takes specific keys out of the general ones: with
// Col "/format", rows by .fullname are names without their format.
func (q Query) compile() (*plan, error) {
	// Not "outside", so that NaN is refused too.
	if !(q.Alpha >= 0 && q.Alpha <= 1) {
		return nil, &QueryError{"alpha", errors.New("must be in range [0, 1]")}
	}
	if !(q.Confidence >= 0 && q.Confidence <= 1) {
		return nil, &QueryError{"confidence", errors.New("must be in range [0, 1]")}
	}
	filter, err := benchproc.NewFilter(q.Filter)
	if err != nil {
		return nil, &QueryError{"filter", err}
	}
	p := &plan{filter: filter}
	var parser benchproc.ProjectionParser
	if p.table, p.unit, err = parser.ParseWithUnit(projection(q.Table), filter); err != nil {
		return nil, &QueryError{"table", err}
	}
	for _, part := range []struct {
		name, text string
		into       **benchproc.Projection
	}{
		{"row", q.Row, &p.row},
		{"col", q.Col, &p.col},
		{"ignore", q.Ignore, &p.ignore},
	} {
		if *part.into, err = parser.Parse(projection(part.text), filter); err != nil {
			return nil, &QueryError{part.name, err}
		}
	}
	p.residue = parser.Residue()
	return p, nil
}
