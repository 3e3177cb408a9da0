package bench

import (
	"golang.org/x/perf/benchmath"
)

// Tables is the answer to a [Query]: one table per unit and per distinct value
// of the table projection.
//
// Everything below it is plain data, in the order in which it is printed, and
// is not changed after [Query.Tables] has returned it; any number of goroutines
// may read it.
type Tables struct {
	Query  Query    // the question, with its defaults filled in
	Set    *Set     // the results that were asked
	Tables []*Table // in order of printing; empty when the filter left nothing
	Notes  []Note   // doubts that benchstat does not voice, each once
}

// Table summarises and compares all values of one unit.
//
// The columns are the things compared: every cell is compared with the cell of
// its row in column [Table.Baseline].
type Table struct {
	// Unit is the tidied unit of all values in the table: "sec/op", never
	// "ns/op".
	Unit string

	// Exact says that a "Unit … assume=exact" line declared the values free of
	// noise: centers are then modes and there is no test (P is 0).
	Exact bool

	// Config is the value of the table projection, without the unit, in the
	// order of the projection. A field without a value is there with "".
	Config []Field

	// Rows and Cols name the lines and columns of Cells.
	Rows, Cols []Key

	// Cells is indexed [row][column]; nil where no value was measured.
	Cells [][]*Cell

	// Geomean has one entry per column and sums up the column in one figure.
	Geomean []Geomean

	// Baseline is the column that all others are compared with: always 0 where
	// anything is compared. It is -1 in a table of one column whose inputs did
	// not measure this unit in the baseline: there is nothing to compare, and a
	// note says so.
	Baseline int

	// baseline is the label of the column that the others are to be compared
	// with, which need not be there.
	baseline string
}

// Key is the name of a row or column: the values of the fields of a projection.
type Key struct {
	// Label is the values, those that are not "", joined by spaces.
	Label string

	// Fields are the same, one by one and named.
	Fields []Field
}

// Get returns the value of the named field, or "" if there is none.
func (k Key) Get(name string) string {
	for _, f := range k.Fields {
		if f.Name == name {
			return f.Value
		}
	}
	return ""
}

// Field is one named part of a key, such as {".file", "old.txt"},
// {"/format", "json"} or {"goos", "linux"}.
type Field struct{ Name, Value string }

// Cell is everything measured for one row and column in one unit, and what
// benchstat says about it.
type Cell struct {
	// Values are the measurements in the order in which they were read, at
	// least one, all finite.
	Values []float64

	// Results[i] is the place of Values[i] in Set.Results, and so tells its
	// input, its line and what was measured before and after it. Cells of one
	// row and column share the list across units.
	Results []int

	// Rounds[i] is the round of Values[i]: it comes from the Rounds[i]-th line
	// (counted from 1) of its benchmark's name in this row and column, lines
	// that lack the unit or hold no finite value included. Values of different
	// cells with the same round were measured side by side if the experiment
	// was run in rounds; that it was, the file does not say.
	//
	// It is nil when an input of this cell has lines that could not be read,
	// for then the count cannot be trusted.
	Rounds []int

	// Sample is the same values in ascending order, as benchmath takes them.
	// Its warnings tell that the cell mixes results which differ in something
	// that no projection shows.
	Sample *benchmath.Sample

	// Summary is center and confidence interval: the median and order
	// statistics around it, or mode and range in an exact table.
	Summary benchmath.Summary

	// Baseline is the cell that this one is compared with; nil in the baseline
	// itself and where the baseline has no value in this row.
	Baseline *Cell

	// Comparison is benchstat's test against Baseline: the two-sided
	// Mann-Whitney U-test, or none (P = 0) in an exact table. Without a
	// Baseline it means nothing.
	Comparison benchmath.Comparison

	// DoubtfulP says that Comparison.P is not to be trusted: values are tied,
	// the two samples differ in size, and benchmath's exact distribution is
	// then wrong in both directions. It is kept because it is what benchstat
	// prints; take a permutation test of the Values for any decision.
	DoubtfulP bool

	// mixed is benchstat's warning about fields that its results differ in.
	mixed []error
}

// Delta returns how the center differs from the baseline's, as benchstat
// prints it: "-17.20%", "~" when the test finds nothing, "?" when the baseline
// is 0, and "" without a baseline.
func (c *Cell) Delta() string {
	if c.Baseline == nil {
		return ""
	}
	return c.Comparison.FormatDelta(c.Baseline.Summary.Center, c.Summary.Center)
}

// Warnings returns all of benchstat's warnings about the cell, in its order:
// sample, summary, comparison.
func (c *Cell) Warnings() []error {
	all := append([]error(nil), c.Sample.Warnings...)
	all = append(all, c.Summary.Warnings...)
	if c.Baseline != nil {
		all = append(all, c.Comparison.Warnings...)
	}
	return all
}

// Geomean sums up a column: the geometric means of its centers and of its
// ratios to the baseline. It carries no test and no interval.
type Geomean struct {
	// Center is the geometric mean of the centers; valid if HasCenter.
	Center    float64
	HasCenter bool

	// Ratio is the geometric mean of the cells' ratios to their baselines,
	// over the rows that have both; valid if HasRatio.
	Ratio    float64
	HasRatio bool

	// Warnings tell what is missing, or that the rows of this column are not
	// those of the baseline.
	Warnings []error
}

// Note is a doubt about the tables that benchstat does not voice. Code says
// which; the figures that belong to it are set, the others are zero.
type Note struct {
	Code NoteCode

	// Table is the index in Tables.Tables, or -1 if the note is about all.
	Table int

	// Unit and Config are those of the table, if it is about one.
	Unit   string
	Config []Field

	// Row is the first row that it is about, and Rows how many there are.
	Row  string
	Rows int

	// Names are the labels of the inputs that are pooled, of the columns that
	// have nothing to be compared with, or the ends of names ("-5").
	Names []string

	// Baseline is the column that lacks the unit.
	Baseline string

	// Stem is what the names have in common, and Key the key that it is the
	// value of.
	Stem, Key string

	// Values is the size of a sample whose interval leaves out Below values at
	// its low end and Above at its high end; with Better values it would leave
	// out as many on both. Better is 0 if no size near is better.
	Values, Below, Above, Better int
}

// NoteCode names a kind of [Note], for programs.
type NoteCode string

// The kinds of notes, with the figures that they have.
const (
	// NotePooled: a cell mixes values of several inputs, because no projection
	// uses .file. Row, Names.
	NotePooled NoteCode = "pooled-inputs"

	// NoteNoBaseline: the baseline has no value in this table, so nothing in
	// it is compared. Baseline, Names.
	NoteNoBaseline NoteCode = "no-baseline"

	// NoteProcsSuffix: names that end in different -N are one value of a
	// projected key, because -N is read as GOMAXPROCS. Stem, Names, Key.
	NoteProcsSuffix NoteCode = "gomaxprocs-suffix"

	// NoteLopsided: the interval of samples of this size is lopsided to the
	// low side. Values, Below, Above, Better.
	NoteLopsided NoteCode = "lopsided-interval"

	// NoteDoubtfulP: see Cell.DoubtfulP. Row, Rows.
	NoteDoubtfulP NoteCode = "doubtful-p"
)

// NoteCodes lists them all.
func NoteCodes() []NoteCode {
	return []NoteCode{NotePooled, NoteNoBaseline, NoteProcsSuffix, NoteLopsided, NoteDoubtfulP}
}
