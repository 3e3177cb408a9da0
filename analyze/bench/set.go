package bench

import (
	"bytes"
	"fmt"
	"slices"

	"golang.org/x/perf/benchfmt"
)

// Set is all that was read from some inputs. It is not changed after [Read]
// has returned it; any number of goroutines may read it and query it.
type Set struct {
	// Sources are the inputs in the order in which they were given.
	Sources []Source

	// Results are the benchmark lines of all sources, in order of reading.
	Results []Result

	// Units is what Unit lines of any source say about units. A line counts
	// for all sources, those before it included, and the first one wins.
	Units benchfmt.UnitMetadataMap

	// Problems are the lines, or values of lines, that could not be used, in
	// order of reading. All else in their files counts.
	Problems []Problem
}

// Source says what became of one input.
type Source struct {
	Label    string // the value of .file
	Path     string // as given, for positions
	Results  int    // benchmark lines that were read
	Unread   int    // lines that begin like a benchmark and could not be read
	Rejected int    // values that are not finite, on lines that were read
}

// Result is one benchmark line: one run of one benchmark. There may be very
// many, so they are kept small.
type Result struct {
	Source int32  // index in Set.Sources
	Line   int32  // in the source, from 1
	Iters  int    // what the line's values are averaged over
	Name   string // without the leading "Benchmark"

	// Values are the line's measurements, all finite, in the tidied Units:
	// there are as many.
	Values []float64

	// Ordinal counts the lines of this name in sources of this label, from 1:
	// in files that were written round by round it is the round.
	Ordinal int32

	shape *shape
}

// Units returns the units of Values. They are shared and must not be changed.
func (r *Result) Units() []Unit { return r.shape.units }

// shape is what results have in common with the line before them, as a rule:
// the file configuration in force, and the units.
type shape struct {
	config *config
	units  []Unit
}

// Unit is the unit of a measurement.
type Unit struct {
	Name    string // tidied: "sec/op"
	Written string // as the file has it: "ns/op"
}

// Problem is something in an input that could not be used.
type Problem struct {
	Source int    // index in Set.Sources
	Path   string // of the source
	Line   int    // from 1
	Text   string // what is wrong
}

// String returns "path:line: text".
func (p Problem) String() string { return fmt.Sprintf("%s:%d: %s", p.Path, p.Line, p.Text) }

// config is the configuration in force at some lines. Most files have one, so
// their results share it.
type config struct{ pairs []benchfmt.Config }

func newConfig(from []benchfmt.Config) *config {
	pairs := slices.Clone(from)
	for i := range pairs {
		pairs[i].Value = bytes.Clone(pairs[i].Value)
	}
	return &config{pairs}
}

// equal is false for nil, the configuration before the first line.
func (c *config) equal(pairs []benchfmt.Config) bool {
	return c != nil && slices.EqualFunc(c.pairs, pairs, func(a, b benchfmt.Config) bool {
		return a.Key == b.Key && a.File == b.File && bytes.Equal(a.Value, b.Value)
	})
}

// Config returns the values that each key of the file configuration has among the
// results, in order of first appearance; "" where some results lack the key.
func (s *Set) Config() map[string][]string {
	values := make(map[string][]string)
	var last *config
	var all []*config
	for i := range s.Results {
		if c := s.Results[i].shape.config; c != last {
			all, last = append(all, c), c
		}
	}
	for _, c := range all {
		for _, pair := range c.pairs {
			if pair.File && !slices.Contains(values[pair.Key], string(pair.Value)) {
				values[pair.Key] = append(values[pair.Key], string(pair.Value))
			}
		}
	}
	for _, c := range all {
		for key := range values {
			lacks := !slices.ContainsFunc(c.pairs, func(p benchfmt.Config) bool { return p.Key == key })
			if lacks && !slices.Contains(values[key], "") {
				values[key] = append(values[key], "")
			}
		}
	}
	return values
}

// unread counts lines and values that were lost.
func (s *Set) unread() int {
	n := 0
	for _, source := range s.Sources {
		n += source.Unread + source.Rejected
	}
	return n
}
