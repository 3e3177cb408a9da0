package bench

import (
	"maps"
	"slices"
	"strings"

	"golang.org/x/perf/benchfmt"
	"golang.org/x/perf/benchproc"
)

// Tables arranges the results of a set as the query says and compares them.
// The error is a [QueryError]; a query that no result matches is not an error and
// gives no tables.
func (q Query) Tables(set *Set) (*Tables, error) {
	q = q.filled()
	p, err := q.compile()
	if err != nil {
		return nil, err
	}
	s := sorter{
		plan:   p,
		set:    set,
		tables: make(map[benchproc.Key]*heap),
		places: make(map[placeKey]*place),
		rounds: make(map[roundKey]int),
	}
	scratch := make(map[*config]*benchfmt.Result)
	for i := range set.Results {
		result := &set.Results[i]
		config := result.shape.config
		projected := scratch[config]
		if projected == nil {
			projected = &benchfmt.Result{Config: config.pairs}
			scratch[config] = projected
		}
		projected.Name = append(projected.Name[:0], result.Name...)
		projected.Iters = result.Iters
		projected.Values = projected.Values[:0]
		for j, value := range result.Values {
			unit := result.shape.units[j]
			projected.Values = append(projected.Values, benchfmt.Value{Value: value, Unit: unit.Name, OrigUnit: unit.Written})
		}
		s.add(i, projected)
	}
	t := &Tables{Query: q, Set: set, Tables: s.arrange()}
	summarize(t)
	t.Notes = notes(t, p)
	return t, nil
}

// sorter deals results out to the cells of tables.
type sorter struct {
	plan   *plan
	set    *Set
	tables map[benchproc.Key]*heap
	places map[placeKey]*place
	rounds map[roundKey]int // lines seen so far
}

// heap is a table while results are dealt out to it.
type heap struct {
	config     benchproc.Key // its key without the unit
	rows, cols map[benchproc.Key]bool
	cells      map[cellKey]*cellHeap
}

type cellKey struct{ row, col benchproc.Key }

type cellHeap struct {
	cell    *Cell
	place   *place
	own     bool            // its results are not just the first ones of its place
	residue []benchproc.Key // what is different about its results: mostly one
}

// place is where the cells of one row and column lie in the tables of all
// units. As a rule each of its results has all units, so that its cells can
// share these lists, which are the bulk of a cell.
type place struct{ results, rounds []int }

type placeKey struct {
	config benchproc.Key
	cell   cellKey
}

// roundKey is what lines have in common that are rounds of one thing.
type roundKey struct {
	place       *place
	label, name string
}

// add deals out the values of one result. It may change projected.
func (s *sorter) add(index int, projected *benchfmt.Result) {
	if ok, _ := s.plan.filter.Apply(projected); !ok {
		return
	}
	tables := s.plan.table.ProjectValues(projected)
	config := s.plan.table.Project(projected)
	at := cellKey{s.plan.row.Project(projected), s.plan.col.Project(projected)}
	residue := s.plan.residue.Project(projected)

	pl := s.place(placeKey{config, at})
	result := &s.set.Results[index]
	round := roundKey{pl, s.set.Sources[result.Source].Label, result.Name}
	s.rounds[round]++
	pl.results = append(pl.results, index)
	pl.rounds = append(pl.rounds, s.rounds[round])
	for i, table := range tables {
		c := s.cell(table, config, at, pl)
		c.add(projected.Values[i].Value)
		if !slices.Contains(c.residue, residue) {
			c.residue = append(c.residue, residue)
		}
	}
}

// add adds a value that comes from the last result of the cell's place.
func (c *cellHeap) add(value float64) {
	n, last := len(c.cell.Values), len(c.place.results)-1
	if n != last && !c.own {
		// A result before this one lacked the unit, or this one has it twice.
		c.cell.Results = slices.Clone(c.place.results[:n])
		c.cell.Rounds = slices.Clone(c.place.rounds[:n])
		c.own = true
	}
	c.cell.Values = append(c.cell.Values, value)
	if c.own {
		c.cell.Results = append(c.cell.Results, c.place.results[last])
		c.cell.Rounds = append(c.cell.Rounds, c.place.rounds[last])
	}
}

// finish returns the cell with all that is known of it without statistics.
func (c *cellHeap) finish() *Cell {
	if n := len(c.cell.Values); !c.own {
		c.cell.Results = c.place.results[:n:n]
		c.cell.Rounds = c.place.rounds[:n:n]
	}
	c.cell.mixed = mixture(benchproc.NonSingularFields(c.residue))
	return c.cell
}

func (s *sorter) place(key placeKey) *place {
	pl := s.places[key]
	if pl == nil {
		pl = &place{}
		s.places[key] = pl
	}
	return pl
}

// cell returns the heap of a cell, which is made when first asked for.
func (s *sorter) cell(table, config benchproc.Key, at cellKey, pl *place) *cellHeap {
	h := s.tables[table]
	if h == nil {
		h = &heap{config, make(map[benchproc.Key]bool), make(map[benchproc.Key]bool), make(map[cellKey]*cellHeap)}
		s.tables[table] = h
	}
	c := h.cells[at]
	if c == nil {
		c = &cellHeap{cell: &Cell{}, place: pl}
		h.cells[at] = c
		h.rows[at.row] = true
		h.cols[at.col] = true
	}
	return c
}

// arrange puts the heaps in order, as tables whose cells are not yet
// summarised.
func (s *sorter) arrange() []*Table {
	baselines := s.baselines()
	var tables []*Table
	for _, key := range sorted(maps.Keys(s.tables)) {
		h := s.tables[key]
		unit := key.Get(s.plan.unit)
		assumed := s.set.Units.Get(unit, "assume")
		rows, cols := sorted(maps.Keys(h.rows)), sorted(maps.Keys(h.cols))
		t := &Table{
			Unit:   unit,
			Exact:  assumed != nil && assumed.Value == "exact",
			Config: slices.DeleteFunc(newKey(key).Fields, func(f Field) bool { return f.Name == ".unit" }),
		}
		baseline := baselines[s.group(h)]
		t.baseline = newKey(baseline).Label
		if cols[0] != baseline {
			// Another column must not pass for the baseline: where there are
			// several, an empty one stands for it.
			t.Baseline = -1
			if len(cols) > 1 {
				cols = slices.Insert(cols, 0, baseline)
				t.Baseline = 0
			}
		}
		t.Rows, t.Cols = newKeys(rows), newKeys(cols)
		for _, row := range rows {
			t.Cells = append(t.Cells, s.line(h, row, cols))
		}
		tables = append(tables, t)
	}
	return tables
}

// line takes one row of cells out of a heap.
func (s *sorter) line(h *heap, row benchproc.Key, cols []benchproc.Key) []*Cell {
	line := make([]*Cell, len(cols))
	for i, col := range cols {
		c := h.cells[cellKey{row, col}]
		if c == nil {
			continue
		}
		line[i] = c.finish()
		if slices.ContainsFunc(c.cell.Results, s.isUncounted) {
			c.cell.Rounds = nil
		}
	}
	return line
}

// isUncounted reports whether a result comes from a source with lines that
// could not be read, and that are therefore missing in the count of rounds.
func (s *sorter) isUncounted(result int) bool {
	return s.set.Sources[s.set.Results[result].Source].Unread > 0
}

// baselines finds the baseline of each group of tables: the first column that
// any of them has.
func (s *sorter) baselines() map[benchproc.Key]benchproc.Key {
	cols := make(map[benchproc.Key]map[benchproc.Key]bool)
	for _, h := range s.tables {
		group := s.group(h)
		if cols[group] == nil {
			cols[group] = make(map[benchproc.Key]bool)
		}
		maps.Copy(cols[group], h.cols)
	}
	first := make(map[benchproc.Key]benchproc.Key, len(cols))
	for group, keys := range cols {
		first[group] = sorted(maps.Keys(keys))[0]
	}
	return first
}

// group tells which tables must have one baseline. Columns that are files are
// what the user gave, in his order, so the first file is the baseline of all.
// Columns of other keys are found in the results: packages, say, that have
// different benchmarks need not have one in common.
func (s *sorter) group(h *heap) benchproc.Key {
	if fields := s.plan.col.Fields(); len(fields) == 1 && fields[0].Name == ".file" {
		return benchproc.Key{}
	}
	return h.config
}

func sorted(keys func(func(benchproc.Key) bool)) []benchproc.Key {
	list := slices.Collect(keys)
	benchproc.SortKeys(list)
	return list
}

func newKeys(keys []benchproc.Key) []Key {
	list := make([]Key, len(keys))
	for i, key := range keys {
		list[i] = newKey(key)
	}
	return list
}

// newKey makes a key independent of its projection. A field has its place even
// where it has no value.
func newKey(from benchproc.Key) Key {
	fields := from.Projection().FlattenedFields()
	key := Key{Fields: make([]Field, len(fields))}
	var label []string
	for i, f := range fields {
		key.Fields[i] = Field{f.Name, from.Get(f)}
		if key.Fields[i].Value != "" {
			label = append(label, key.Fields[i].Value)
		}
	}
	key.Label = strings.Join(label, " ")
	return key
}
