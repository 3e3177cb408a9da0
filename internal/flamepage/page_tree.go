package flamepage

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/lotteryctl/lotteryctl/analyze/flame"
	"github.com/lotteryctl/lotteryctl/analyze/units"
)

// treeScene is the picture of t.
func treeScene(t *flame.Tree, o Options) *scene {
	s := &scene{
		title: shownName(cmp.Or(o.Title, "Flame graph: "+t.Type.Name)), subtitle: shownName(o.Subtitle),
		flame: o.Flame, width: o.width(), names: newPageNames(t.Names),
	}
	s.frames = make([]sceneFrame, len(t.Nodes))
	for i, n := range t.Nodes {
		s.frames[i] = sceneFrame{name: s.names.use(n.Name), depth: n.Depth, end: n.End, hatched: n.Made}
	}
	weigh(t, s.frames)
	paints := s.paintPackages()
	if s.subtitle == "" {
		s.subtitle = shownName(t.Type.String() + ", in total " + valueText(t.Total(), t.Type))
	}
	s.data = func(j *jsonText) {
		treeData(j, t, o.Notes)
		j.ints("paint", len(paints), func(i int) int64 { return int64(paints[i]) })
	}
	return s
}

// weigh gives each frame its width: its total, for profiles without negative
// values. Others (differences) have frames as wide as what is in them,
// whatever its sign, so that a parent is as wide as its children together.
func weigh(t *flame.Tree, frames []sceneFrame) {
	var sums []float64
	for i := len(t.Nodes) - 1; i >= 0; i-- { // children before parents
		n := t.Nodes[i]
		for len(sums) <= int(n.Depth)+1 {
			sums = append(sums, 0)
		}
		own := float64(max(n.Self, -n.Self)) + float64(max(n.Folded, -n.Folded))
		frames[i].weight = own + sums[n.Depth+1]
		sums[n.Depth+1] = 0
		sums[n.Depth] += frames[i].weight
	}
}

// paintPackages paints each frame in the color of its package, and returns the
// paint of each name.
func (s *scene) paintPackages() []int32 {
	numbers := map[paint]int32{}
	number := func(p paint) int32 {
		n, ok := numbers[p]
		if !ok {
			n = int32(len(s.paints))
			numbers[p] = n
			s.paints = append(s.paints, p)
		}
		return n
	}
	root, made := number(rootPaint()), number(madePaint())
	packages := map[string]int32{}
	ofName := make([]int32, len(s.names.list))
	for i, n := range s.names.list {
		p, ok := packages[n.pkg]
		if !ok {
			p = number(packagePaint(n.pkg))
			packages[n.pkg] = p
		}
		ofName[i] = p
	}
	for i := range s.frames {
		f := &s.frames[i]
		switch {
		case f.name < 0:
			f.paint = root
		case f.hatched: // made
			f.paint, ofName[f.name] = made, made
		default:
			f.paint = ofName[f.name]
		}
	}
	return ofName
}

// treeData adds the nodes. Totals are left to the script, which adds up what is
// written: the parts are mostly zero. All values are in units of their greatest
// common divisor, which for CPU profiles is the sampling period.
func treeData(j *jsonText, t *flame.Tree, notes []string) {
	scale := divisor(t)
	j.strMember("kind", "tree")
	j.strMember("type", shownName(t.Type.Name))
	j.strMember("unit", shownName(t.Type.Unit))
	j.floatMember("scale", float64(scale)/float64(max(t.Type.Scale, 1)))
	if size := sizeOf(t); size != math.Abs(float64(t.Total())) {
		j.floatMember("size", size/float64(max(t.Type.Scale, 1)))
	}
	j.strsMember("notes", shownTexts(slices.Concat(notes, ProfileNotes(t.Notes), foldNotes(t))))
	j.ints("self", len(t.Nodes), func(i int) int64 { return t.Nodes[i].Self / scale })
	j.ints("folded", len(t.Nodes), func(i int) int64 { return t.Nodes[i].Folded / scale })
	j.digits("flags", len(t.Nodes), func(i int) int { return frameFlags(t.Nodes[i].Inlined, t.Nodes[i].Made) })
}

func divisor(t *flame.Tree) int64 {
	var d int64
	for _, n := range t.Nodes {
		if n.Self != 0 {
			d = gcd(d, n.Self)
		}
		if n.Folded != 0 {
			d = gcd(d, n.Folded)
		}
		if d == 1 {
			break
		}
	}
	return max(d, 1)
}

// gcd is the greatest common divisor, without sign.
func gcd(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return max(a, -a)
}

// foldNotes say what the picture leaves out.
func foldNotes(t *flame.Tree) (notes []string) {
	if t.Hidden > 0 {
		notes = append(notes, fmt.Sprintf("Branches below %s of the total (%d of them) are shown as part of their parents: together %s, which is %s.",
			units.Percent(t.MinShare), t.Hidden, valueText(t.HiddenTotal, t.Type), shareText(t.HiddenTotal, sizeOf(t))))
	}
	for _, n := range t.Nodes {
		if n.Total < 0 {
			return append(notes, "Some values are negative: the width of a frame is the size of its value, without the sign.")
		}
	}
	return notes
}
