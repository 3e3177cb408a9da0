package flamepage

import (
	"cmp"
	"math"
	"slices"

	"github.com/lotteryctl/lotteryctl/analyze/flame"
	"github.com/lotteryctl/lotteryctl/analyze/units"
)

// diffScene is the picture of d.
func diffScene(d *flame.Diff, o Options) *scene {
	s := &scene{
		title: shownName(cmp.Or(o.Title, "What changed: "+d.Type.Name)), subtitle: shownName(o.Subtitle),
		flame: o.Flame, width: o.width(), names: newPageNames(d.Names), paints: changePaints(),
		legend: "red: more, blue: less, grey: within noise, hatched: vanished",
	}
	total, self := largest(d)
	s.frames = make([]sceneFrame, len(d.Nodes))
	for i, n := range d.Nodes {
		s.frames[i] = sceneFrame{
			name: s.names.use(n.Name), depth: n.Depth, end: n.End, hatched: n.Made || n.Total.Significance == flame.Vanished,
			weight: (n.Total.Old + n.Total.New) / 2, paint: changePaint(n.Total, total), note: changeNote(n.Total),
		}
	}
	for _, f := range d.Functions {
		s.names.use(f.Name)
	}
	if s.subtitle == "" {
		root := d.Nodes[0].Total
		s.subtitle = shownName(d.Type.String() + ": " + units.Rough(root.Old, d.Unit) + " before, " + units.Rough(root.New, d.Unit) + " after")
	}
	s.data = func(j *jsonText) { diffData(j, d, s, o.Notes, total, self) }
	return s
}

// largest are the sizes of the largest certain changes, of totals and of selfs.
func largest(d *flame.Diff) (total, self float64) {
	for _, n := range d.Nodes {
		if n.Total.Significance != flame.WithinNoise {
			total = max(total, math.Abs(n.Total.Delta()))
		}
		if n.Self.Significance != flame.WithinNoise {
			self = max(self, math.Abs(n.Self.Delta()))
		}
	}
	return total, self
}

// changeNote is a change in the fewest characters: "+12 %", "new", "gone"; ""
// for what is within noise.
func changeNote(c flame.Change) string {
	switch {
	case c.Significance == flame.WithinNoise:
		return ""
	case c.Significance == flame.Appeared || c.Old == 0:
		return "new"
	case c.Significance == flame.Vanished:
		return "gone"
	}
	return units.Change(c.New / c.Old)
}

// diffData adds the nodes and the functions.
func diffData(j *jsonText, d *flame.Diff, s *scene, notes []string, total, self float64) {
	n := len(d.Nodes)
	j.strMember("kind", "diff")
	j.strMember("type", shownName(d.Type.Name))
	j.strMember("unit", shownName(d.Unit))
	j.strMember("basis", d.Basis.String())
	j.strMember("evidence", string(d.Evidence))
	j.strsMember("notes", shownTexts(slices.Concat(notes, DiffNotes(d))))
	j.ints("profiles", 2, func(i int) int64 { return int64([]int{d.Old.Profiles, d.New.Profiles}[i]) })
	changes(j, d, "total", n, func(i int) flame.Change { return d.Nodes[i].Total })
	j.digits("totalPaint", n, func(i int) int { return int(changePaint(d.Nodes[i].Total, total)) })
	selfs := withSelf(d)
	j.ints("selfAt", len(selfs), func(i int) int64 { return int64(selfs[i]) })
	changes(j, d, "self", len(selfs), func(i int) flame.Change { return d.Nodes[selfs[i]].Self })
	j.digits("selfPaint", len(selfs), func(i int) int { return int(changePaint(d.Nodes[selfs[i]].Self, self)) })
	j.digits("flags", n, func(i int) int { return frameFlags(d.Nodes[i].Inlined, d.Nodes[i].Made) })
	j.ints("causes", len(d.Causes), func(i int) int64 { return int64(d.Causes[i]) })
	functions(j, d, s)
}

// mostFunctions is how many functions the table of a diff holds. They are
// sorted by what is worth knowing.
const mostFunctions = 500

func functions(j *jsonText, d *flame.Diff, s *scene) {
	listed := d.Functions[:min(len(d.Functions), mostFunctions)]
	j.intMember("functionsInAll", int64(len(d.Functions)))
	j.ints("functions", len(listed), func(i int) int64 { return int64(s.names.use(listed[i].Name)) })
	changes(j, d, "functionTotal", len(listed), func(i int) flame.Change { return listed[i].Total })
	changes(j, d, "functionSelf", len(listed), func(i int) flame.Change { return listed[i].Self })
}

// withSelf are the nodes that have something of their own on either side: few
// of those that call others do.
func withSelf(d *flame.Diff) (nodes []int) {
	for i, n := range d.Nodes {
		if n.Self.Old != 0 || n.Self.New != 0 {
			nodes = append(nodes, i)
		}
	}
	return nodes
}

// changes adds n changes in columns, with six digits of the values, three of the
// interval and two of p. What nothing is known of is left out.
func changes(j *jsonText, d *flame.Diff, name string, n int, change func(i int) flame.Change) {
	j.floats(name+"Old", n, 6, func(i int) float64 { return change(i).Old })
	j.floats(name+"New", n, 6, func(i int) float64 { return change(i).New })
	j.digits(name+"Verdict", n, func(i int) int { return int(change(i).Significance) })
	if d.Evidence == flame.FromNothing {
		return
	}
	j.floats(name+"Low", n, 3, func(i int) float64 { return change(i).Low })
	j.floats(name+"High", n, 3, func(i int) float64 { return change(i).High })
	j.floats(name+"P", n, 2, func(i int) float64 { return change(i).P })
}
