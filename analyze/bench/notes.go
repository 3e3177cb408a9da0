package bench

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/aclements/go-moremath/stats"
	"golang.org/x/perf/benchproc"
)

// notes looks for what makes numbers misleading without a word from benchstat.
func notes(t *Tables, p *plan) []Note {
	all := procsSuffixes(t.Set, p)
	if !p.uses(".file") {
		all = append(all, pooledInputs(t)...)
	}
	all = append(all, lopsidedIntervals(t)...)
	for i, table := range t.Tables {
		all = append(all, noBaseline(t, i, table)...)
		all = append(all, doubtfulTests(i, table)...)
	}
	return all
}

// uses reports whether any projection is made of the named key, or ignores it.
func (p *plan) uses(key string) bool {
	for _, projection := range []*benchproc.Projection{p.table, p.row, p.col, p.ignore} {
		for _, field := range projection.Fields() {
			if field.Name == key {
				return true
			}
		}
	}
	return false
}

// pooledInputs notes, once, that values of several inputs share a cell. They
// look like one bigger sample, and the difference between the files is gone.
func pooledInputs(t *Tables) []Note {
	for i, table := range t.Tables {
		for r, cells := range table.Cells {
			for _, c := range cells {
				if c == nil {
					continue
				}
				labels := t.Set.labels(c)
				if len(labels) < 2 {
					continue
				}
				return []Note{{Code: NotePooled, Table: i, Unit: table.Unit, Config: table.Config, Row: table.Rows[r].Label, Rows: 1, Names: labels}}
			}
		}
	}
	return nil
}

// labels returns the labels of the sources whose values are in a cell, in
// order of first appearance.
func (s *Set) labels(c *Cell) []string {
	var labels []string
	last := int32(-1)
	for _, r := range c.Results {
		source := s.Results[r].Source
		if source == last {
			continue
		}
		last = source
		if label := s.Sources[source].Label; !slices.Contains(labels, label) {
			labels = append(labels, label)
		}
	}
	return labels
}

// noBaseline notes that a table compares nothing, because what the others are
// compared with has not measured its unit.
func noBaseline(t *Tables, index int, table *Table) []Note {
	if table.Baseline >= 0 && table.measured(table.Baseline) || table.Unit == OverloadUnit {
		return nil
	}
	return []Note{{Code: NoteNoBaseline, Table: index, Unit: table.Unit, Config: table.Config, Baseline: table.baseline, Names: table.others()}}
}

// others returns the labels of the columns that are not the baseline.
func (t *Table) others() []string {
	var labels []string
	for i, key := range t.Cols {
		if i != t.Baseline {
			labels = append(labels, key.Label)
		}
	}
	return labels
}

// procsSuffixes notes names such as step=pool-5 and step=pool-6, of which the
// key /step is "pool" in both: the format takes -5 for GOMAXPROCS. It is said
// only of keys that a projection uses.
func procsSuffixes(s *Set, p *plan) []Note {
	type stem struct{ key, name string }
	suffixes := make(map[stem]map[string]bool)
	for i := range s.Results {
		name := s.Results[i].Name
		prefix, suffix := splitProcs(name)
		key := lastKey(prefix)
		if suffix == "" || !p.uses(key) {
			continue
		}
		at := stem{key, prefix}
		if suffixes[at] == nil {
			suffixes[at] = make(map[string]bool)
		}
		suffixes[at][suffix] = true
	}

	var all []Note
	for at, ends := range suffixes {
		if len(ends) < 2 {
			continue
		}
		all = append(all, Note{Code: NoteProcsSuffix, Table: -1, Stem: at.name, Key: at.key, Names: slices.Sorted(maps.Keys(ends))})
	}
	slices.SortFunc(all, func(a, b Note) int { return cmp.Or(cmp.Compare(a.Stem, b.Stem), cmp.Compare(a.Key, b.Key)) })
	return all
}

// lastKey returns the key whose value a name ends with: "/step" of
// "Draw/step=pool", ".name" of "Draw", "" of "Draw/pool", which has no key.
func lastKey(name string) string {
	slash := strings.LastIndexByte(name, '/')
	if slash < 0 {
		return ".name"
	}
	key, _, ok := strings.Cut(name[slash:], "=")
	if !ok {
		return ""
	}
	return key
}

// lopsidedIntervals notes the sample sizes whose interval reaches further down
// than up: no symmetric pair of order statistics is as close to the level, and
// of two lopsided ones benchmath takes the lower.
func lopsidedIntervals(t *Tables) []Note {
	sizes := make(map[int]bool)
	for _, table := range t.Tables {
		if table.Exact {
			continue
		}
		for _, cells := range table.Cells {
			for _, c := range cells {
				if c != nil {
					sizes[len(c.Values)] = true
				}
			}
		}
	}
	var all []Note
	for _, n := range slices.Sorted(maps.Keys(sizes)) {
		ci := stats.QuantileCI(n, 0.5, t.Query.Confidence)
		below, above := ci.LoOrder-1, n-ci.HiOrder // values left out on each side
		if below < 0 || above < 0 || below == above {
			continue
		}
		all = append(all, Note{Code: NoteLopsided, Table: -1, Values: n, Below: below, Above: above, Better: straight(n, t.Query.Confidence)})
	}
	return all
}

// straight is the next larger sample size whose interval is not lopsided; 0 if
// none of the next ten is.
func straight(n int, confidence float64) int {
	for next := n + 1; next <= n+10; next++ {
		if ci := stats.QuantileCI(next, 0.5, confidence); ci.LoOrder-1 == next-ci.HiOrder {
			return next
		}
	}
	return 0
}

// doubtfulTests notes, once a table, that p-values printed in it are wrong.
func doubtfulTests(index int, table *Table) []Note {
	var rows []string
	for r, cells := range table.Cells {
		if slices.ContainsFunc(cells, func(c *Cell) bool { return c != nil && c.DoubtfulP }) {
			rows = append(rows, table.Rows[r].Label)
		}
	}
	if len(rows) == 0 {
		return nil
	}
	return []Note{{Code: NoteDoubtfulP, Table: index, Unit: table.Unit, Config: table.Config, Row: rows[0], Rows: len(rows)}}
}
