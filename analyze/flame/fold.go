package flame

import (
	"cmp"
	"slices"

	"github.com/lotteryctl/lotteryctl/analyze/stackprofile"
)

// source is one profile on its way into a tree.
type source struct {
	*stackprofile.Columns
	column int // of the tree
}

// folder folds sources into a tree with one column for each of them.
//
// It does not build a tree of all stacks and prune it, which for half a million
// stacks costs gigabytes. It divides the samples by their first frame, each
// group by the second, and so on, and stops where a group weighs less than
// what is to be seen. The cost is that of the stacks that are seen; nothing is
// allocated for a stack.
type folder struct {
	sources []source
	names   []string
	columns int
	// least is, for each column, the weight below which a group is not divided
	// and becomes part of its parent; a group is kept when it has that weight
	// in any column.
	least []int64

	// order are all samples, so arranged that the groups at hand lie together;
	// other is room to rearrange them in, and slots the group of each sample.
	order, other []entry
	slots        []int32
	// slotOf is, for each name, its group among those being made, from 1.
	slotOf []int32
	out    *columnTree
}

// entry is a sample on its way: where its stack lies and what it weighs. These
// are copied here because samples are visited out of order, and each look into
// another large array would miss the cache.
type entry struct {
	value      int64
	begin, end uint32 // in the source's stacks
	source     uint32
}

// group are the samples that share the frames so far.
type group struct {
	key     uint32
	totals  []int64
	size    int64 // of the largest column, without sign
	samples int   // how many
	inlined int   // in how many of them the frame was inlined
	begin   int   // where they lie, once arranged
	kept    bool
}

// columnTree is a tree in preorder, with a value in each column: the nodes
// below node i are those from i+1 up to, without, end[i].
type columnTree struct {
	columns int
	nodes   []columnNode
	totals  []int64 // columns for each node
	selfs   []int64
	pruned  []int64 // of the total, what lies in nodes that are not shown
}

type columnNode struct {
	key             uint32
	depth           int32
	end             int32
	samples         int32
	inlined, hidden int32 // samples; hidden: nodes not shown below this one
}

// fold returns the tree of sources, whose keys index names.
func fold(sources []source, columns int, names []string, least []int64) *columnTree {
	n := 0
	for _, s := range sources {
		n += len(s.Ends)
	}
	f := &folder{
		sources: sources, names: names, columns: columns, least: least, slotOf: make([]int32, len(names)),
		order: make([]entry, 0, n), other: make([]entry, n), slots: make([]int32, n),
		out: &columnTree{columns: columns},
	}
	root := group{totals: make([]int64, columns), samples: n}
	for i, s := range sources {
		begin := uint32(0)
		for sample, end := range s.Ends {
			f.order = append(f.order, entry{value: s.Values[sample], begin: begin, end: end, source: uint32(i)})
			root.totals[s.column] += s.Values[sample]
			begin = end
		}
	}
	f.divide(root, 0)
	return f.out
}

// divide adds the node of a group whose stacks agree in depth frames, and those
// below it.
func (f *folder) divide(g group, depth int) {
	first := f.out.add(g, depth)
	node := first
	for range f.common(g, depth) {
		k := f.key(&f.order[g.begin], depth)
		g.key, g.inlined = k.Name(), k.Inlined()*g.samples
		depth++
		node = f.out.add(g, depth)
	}
	groups := f.collect(g, depth, node)
	f.arrange(g, groups)
	slices.SortFunc(groups, func(a, b group) int {
		if c := cmp.Compare(b.size, a.size); c != 0 {
			return c
		}
		return cmp.Compare(f.names[a.key], f.names[b.key])
	})
	for _, child := range groups {
		if child.kept {
			f.divide(child, depth+1)
		}
	}
	for i := first; i <= node; i++ {
		f.out.nodes[i].end = int32(len(f.out.nodes))
	}
}

// common is how many frames from depth on all stacks of a group share. Below
// the chain that it makes there is one group instead of one for each frame:
// every pass over many samples costs a cache miss for each.
func (f *folder) common(g group, depth int) int {
	if g.samples == 0 {
		return 0
	}
	leader := &f.order[g.begin]
	shared := int(leader.end-leader.begin) - depth
	all := f.order[g.begin : g.begin+g.samples]
	// The last one first: where stacks differ, it nearly always does.
	for i := len(all) - 1; i > 0 && shared > 0; i-- {
		e := &all[i]
		shared = min(shared, int(e.end-e.begin)-depth)
		for d := range shared {
			if f.key(e, depth+d) != f.key(leader, depth+d) {
				shared = d
				break
			}
		}
	}
	return shared
}

func (f *folder) key(e *entry, depth int) stackprofile.FrameKey {
	s := &f.sources[e.source]
	return s.Keys[s.Stacks[e.begin+uint32(depth)]]
}

// collect makes the groups below g and gives node what ends there.
func (f *folder) collect(g group, depth, node int) []group {
	var groups []group
	var totals []int64 // of all groups, one after the other
	for i := g.begin; i < g.begin+g.samples; i++ {
		e := &f.order[i]
		s := &f.sources[e.source]
		at := e.begin + uint32(depth)
		if at >= e.end {
			f.slots[i] = 0
			f.out.selfs[node*f.columns+s.column] += e.value
			continue
		}
		k := s.Keys[s.Stacks[at]]
		slot := f.slotOf[k.Name()]
		if slot == 0 {
			groups = append(groups, group{key: k.Name()})
			for range f.columns {
				totals = append(totals, 0)
			}
			slot = int32(len(groups))
			f.slotOf[k.Name()] = slot
		}
		f.slots[i] = slot
		child := &groups[slot-1]
		child.samples++
		child.inlined += k.Inlined()
		totals[int(slot-1)*f.columns+s.column] += e.value
	}
	for i := range groups {
		f.slotOf[groups[i].key] = 0
		groups[i].totals = totals[i*f.columns : (i+1)*f.columns]
		f.weigh(&groups[i], node)
	}
	return groups
}

// weigh decides whether a group is seen. What is not counts as its parent's.
func (f *folder) weigh(g *group, parent int) {
	for column, total := range g.totals {
		size := max(total, -total)
		g.size = max(g.size, size)
		if size >= f.least[column] && size > 0 {
			g.kept = true
		}
	}
	if g.kept {
		return
	}
	f.out.nodes[parent].hidden++
	for column, total := range g.totals {
		f.out.pruned[parent*f.columns+column] += total
	}
}

// arrange moves the samples of each group together, those of groups that are
// not seen to the end.
func (f *folder) arrange(g group, groups []group) {
	next := g.begin
	places := make([]int, len(groups)+1)
	for i := range groups {
		if groups[i].kept {
			groups[i].begin, places[i+1] = next, next
			next += groups[i].samples
		}
	}
	end := next
	for i := g.begin; i < g.begin+g.samples; i++ {
		slot := f.slots[i]
		if slot == 0 || !groups[slot-1].kept {
			continue
		}
		f.other[places[slot]] = f.order[i]
		places[slot]++
	}
	copy(f.order[g.begin:end], f.other[g.begin:end])
}

// add appends a node without anything below it.
func (t *columnTree) add(g group, depth int) int {
	i := len(t.nodes)
	t.nodes = append(t.nodes, columnNode{
		key: g.key, depth: int32(depth), end: int32(i + 1), samples: int32(g.samples), inlined: int32(g.inlined),
	})
	t.totals = append(t.totals, g.totals...)
	for range t.columns {
		t.selfs, t.pruned = append(t.selfs, 0), append(t.pruned, 0)
	}
	return i
}
