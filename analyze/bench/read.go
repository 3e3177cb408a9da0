package bench

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"

	"golang.org/x/perf/benchfmt"
	"golang.org/x/perf/benchunit"

	"github.com/lotteryctl/lotteryctl/analyze/bench/internal/wrappings"
)

// Read reads all inputs, in order, in the Go benchmark format
// (https://golang.org/design/14313-benchmark-format), plain or as tools wrap it:
// in UTF-16, with a byte order mark, as events of "go test -json", with the times
// of a build server's log, or with other output between the name of a benchmark
// and its result. Positions are those of the input as it is.
//
// A line that cannot be read or looks like a result with other text around it, and
// a value that is not finite, becomes a [Problem] with its position; everything
// else in the file counts. A value is
// always put under its tidied unit: benchstat leaves 0 ns under "ns", apart
// from the rest of its metric, which is under "sec".
//
// The set is never nil and holds whatever could be read. The error joins one
// [InputError] for every input that failed to read or gave no results.
func Read(inputs ...Input) (*Set, error) {
	r := reader{
		set:      &Set{},
		names:    make(map[string]string),
		ordinals: make(map[ordinalKey]int32),
	}
	var failed []error
	for _, in := range inputs {
		if err := r.source(in); err != nil {
			failed = append(failed, &InputError{in.Label, in.Path, err})
		}
	}
	r.set.Units = r.parser.Units()
	return r.set, errors.Join(failed...)
}

// reader gathers a Set. One parser serves all sources, because it carries
// units from one to the next.
type reader struct {
	set      *Set
	parser   benchfmt.Reader
	config   *config           // in force at the last result
	names    map[string]string // one copy of each name
	ordinals map[ordinalKey]int32
	values   []float64 // room for the values of results to come
	units    []Unit    // of the last result; most have the same
	shape    *shape    // of the last result
}

type ordinalKey struct{ label, name string }

// source reads one input.
func (r *reader) source(in Input) error {
	index := len(r.set.Sources)
	r.set.Sources = append(r.set.Sources, Source{Label: in.Label, Path: in.Path})
	firstProblem := len(r.set.Problems)

	if in.Reader == nil {
		return errors.New("not opened")
	}
	lines := wrappings.New(in.Reader, func(lost wrappings.Loss) {
		r.problem(index, lost.Line, lost.Text)
		if lost.Benchmark {
			r.set.Sources[index].Unread++
		}
	})
	// ".file" is no valid key in a file, so no line can change it.
	r.parser.Reset(lines, in.Path, ".file", in.Label)
	r.config = nil
	values := 0
	var unread []benchfmt.SyntaxError
	for r.parser.Scan() {
		switch record := r.parser.Result().(type) {
		case *benchfmt.Result:
			values += r.result(index, lines, record)
		case *benchfmt.SyntaxError:
			unread = append(unread, *record)
		}
	}
	// Only now is it known which lines were names whose results came later.
	for _, record := range unread {
		if lines.IsJoined(record.Line) {
			continue
		}
		r.problem(index, lines.Origin(record.Line), record.Msg)
		if !lines.IsUnit(record.Line) {
			r.set.Sources[index].Unread++
		}
	}
	slices.SortStableFunc(r.set.Problems[firstProblem:], func(a, b Problem) int { return cmp.Compare(a.Line, b.Line) })
	if err := r.parser.Err(); err != nil {
		return err
	}
	if values == 0 {
		return ErrNoResults
	}
	return nil
}

// result keeps a copy of what the parser lends, and returns how many of its
// values can be used.
func (r *reader) result(source int, lines *wrappings.Reader, from *benchfmt.Result) int {
	_, handed := from.Pos()
	line := lines.Origin(handed)
	name := r.name(from.Name)
	if !r.config.equal(from.Config) {
		r.config = newConfig(from.Config)
	}
	key := ordinalKey{r.set.Sources[source].Label, name}
	r.ordinals[key]++
	values := r.finite(source, line, name, from.Values)
	if r.shape == nil || r.shape.config != r.config || !slices.Equal(r.shape.units, r.units) {
		r.shape = &shape{r.config, r.units}
	}
	r.set.Results = append(r.set.Results, Result{
		Source:  int32(source),
		Line:    int32(line),
		Iters:   from.Iters,
		Name:    name,
		Values:  values,
		Ordinal: r.ordinals[key],
		shape:   r.shape,
	})
	r.set.Sources[source].Results++
	return len(values)
}

// finite copies the values that can be used, and makes their units those of
// the reader.
func (r *reader) finite(source, line int, name string, from []benchfmt.Value) []float64 {
	if cap(r.values)-len(r.values) < len(from) {
		r.values = make([]float64, 0, max(1024, len(from)))
	}
	start := len(r.values)
	for _, v := range from {
		value, unit := tidied(v)
		if !isFinite(value) {
			r.problem(source, line, fmt.Sprintf("%s: %s is %v; the value is ignored", name, unit.Written, value))
			r.set.Sources[source].Rejected++
			continue
		}
		r.unit(len(r.values)-start, unit)
		r.values = append(r.values, value)
	}
	n := len(r.values) - start
	r.units = r.units[:n:n]
	return r.values[start : start+n : start+n]
}

// unit makes r.units[i] the given one. Earlier results keep theirs: a slice
// that they share is left as it is.
func (r *reader) unit(i int, unit Unit) {
	if i < len(r.units) && r.units[i] == unit {
		return
	}
	r.units = append(slices.Clone(r.units[:i]), unit)
}

// tidied puts a value under its tidied unit even if tidying does not change
// the number, as with zero: the parser leaves the unit as well, then.
func tidied(v benchfmt.Value) (float64, Unit) {
	if v.OrigUnit != "" {
		return v.Value, Unit{v.Unit, v.OrigUnit}
	}
	value, name := benchunit.Tidy(v.Value, v.Unit)
	return value, Unit{name, v.Unit}
}

func isFinite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

func (r *reader) name(b []byte) string {
	if s, ok := r.names[string(b)]; ok {
		return s
	}
	s := string(b)
	r.names[s] = s
	return s
}

func (r *reader) problem(source, line int, text string) {
	r.set.Problems = append(r.set.Problems, Problem{source, r.set.Sources[source].Path, line, text})
}
