package flame

import (
	"cmp"
	"math"
)

// scene is the picture of d.
func (d *Diff) scene(o PageOptions) *scene {
	s := &scene{
		title: shownName(cmp.Or(o.Title, "What changed: "+d.Type.Name)), subtitle: shownName(o.Subtitle),
		flame: o.Flame, width: o.width(), names: newPageNames(d.Names), paints: changePaints(),
		legend: "red: more, blue: less, grey: within noise, hatched: vanished",
	}
	total, self := d.largest()
	s.frames = make([]sceneFrame, len(d.Nodes))
	for i, n := range d.Nodes {
		s.frames[i] = sceneFrame{
			name: s.names.use(n.Name), depth: n.Depth, end: n.End, hatched: n.Made || n.Total.Verdict == Vanished,
			weight: (n.Total.Old + n.Total.New) / 2, paint: changePaint(n.Total, total), note: changeNote(n.Total),
		}
	}
	for _, f := range d.Functions {
		s.names.use(f.Name)
	}
	if s.subtitle == "" {
		root := d.Nodes[0].Total
		s.subtitle = shownName(d.Type.String() + ": " + amountText(root.Old, d.Unit) + " before, " + amountText(root.New, d.Unit) + " after")
	}
	s.data = func(j *jsonText) { d.data(j, s, total, self) }
	return s
}

// largest are the sizes of the largest certain changes, of totals and of selfs.
func (d *Diff) largest() (total, self float64) {
	for _, n := range d.Nodes {
		if n.Total.Verdict != WithinNoise {
			total = max(total, math.Abs(n.Total.Delta()))
		}
		if n.Self.Verdict != WithinNoise {
			self = max(self, math.Abs(n.Self.Delta()))
		}
	}
	return total, self
}

// changeNote is a change in the fewest characters: "+12 %", "new", "gone"; ""
// for what may be nothing.
func changeNote(c Change) string {
	switch {
	case c.Verdict == WithinNoise:
		return ""
	case c.Verdict == Appeared || c.Old == 0:
		return "new"
	case c.Verdict == Vanished:
		return "gone"
	}
	percent := 100 * c.Delta() / c.Old
	if percent < 0 {
		return "−" + figures(-percent) + " %"
	}
	return "+" + figures(percent) + " %"
}

// data adds the nodes and the functions.
func (d *Diff) data(j *jsonText, s *scene, total, self float64) {
	n := len(d.Nodes)
	j.strMember("kind", "diff")
	j.strMember("type", shownName(d.Type.Name))
	j.strMember("unit", shownName(d.Unit))
	j.strMember("basis", d.Basis.String())
	j.strMember("evidence", string(d.Evidence))
	j.strsMember("notes", shownTexts(d.Notes))
	j.ints("profiles", 2, func(i int) int64 { return int64([]int{d.Old.Profiles, d.New.Profiles}[i]) })
	d.changes(j, "total", n, func(i int) Change { return d.Nodes[i].Total })
	j.digits("totalPaint", n, func(i int) int { return int(changePaint(d.Nodes[i].Total, total)) })
	selfs := d.withSelf()
	j.ints("selfAt", len(selfs), func(i int) int64 { return int64(selfs[i]) })
	d.changes(j, "self", len(selfs), func(i int) Change { return d.Nodes[selfs[i]].Self })
	j.digits("selfPaint", len(selfs), func(i int) int { return int(changePaint(d.Nodes[selfs[i]].Self, self)) })
	j.digits("flags", n, func(i int) int { return frameFlags(d.Nodes[i].Inlined, d.Nodes[i].Made) })
	j.ints("causes", len(d.Causes), func(i int) int64 { return int64(d.Causes[i]) })
	d.functions(j, s)
}

// mostFunctions is how many functions the table of a diff holds. They are
// sorted by what is worth knowing.
const mostFunctions = 500

func (d *Diff) functions(j *jsonText, s *scene) {
	listed := d.Functions[:min(len(d.Functions), mostFunctions)]
	j.intMember("functionsInAll", int64(len(d.Functions)))
	j.ints("functions", len(listed), func(i int) int64 { return int64(s.names.use(listed[i].Name)) })
	d.changes(j, "functionTotal", len(listed), func(i int) Change { return listed[i].Total })
	d.changes(j, "functionSelf", len(listed), func(i int) Change { return listed[i].Self })
}

// withSelf are the nodes that have something of their own on either side: few
// of those that call others do.
func (d *Diff) withSelf() (nodes []int) {
	for i, n := range d.Nodes {
		if n.Self.Old != 0 || n.Self.New != 0 {
			nodes = append(nodes, i)
		}
	}
	return nodes
}

// changes adds n changes in columns, with six digits of the values, three of the
// interval and two of p. What nothing is known of is left out.
func (d *Diff) changes(j *jsonText, name string, n int, change func(i int) Change) {
	j.floats(name+"Old", n, 6, func(i int) float64 { return change(i).Old })
	j.floats(name+"New", n, 6, func(i int) float64 { return change(i).New })
	j.digits(name+"Verdict", n, func(i int) int { return int(change(i).Verdict) })
	if d.Evidence == FromNothing {
		return
	}
	j.floats(name+"Low", n, 3, func(i int) float64 { return change(i).Low })
	j.floats(name+"High", n, 3, func(i int) float64 { return change(i).High })
	j.floats(name+"P", n, 2, func(i int) float64 { return change(i).P })
}
