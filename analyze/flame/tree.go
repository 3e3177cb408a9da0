package flame

import (
	"fmt"
	"iter"
	"math"

	"github.com/lotteryctl/lotteryctl/analyze/stackprofile"
)

// DefaultMinShare is the share of the total below which a frame is not shown
// by itself: at 0.01 % it is a tenth of a pixel wide.
const DefaultMinShare = 0.0001

// FoldOptions say how a profile becomes a tree.
type FoldOptions struct {
	// By is what a frame is called in the tree. By default its function.
	By stackprofile.Grouping
	// MinShare is the share of the total that a frame must have to be a node of
	// its own; lighter ones become part of their parent. 0 is DefaultMinShare.
	// Less than 0 keeps all, which for large profiles costs gigabytes.
	MinShare float64
}

// Tree is a call tree: the stacks of a profile with equal beginnings together.
// Its nodes are in preorder, children of a node by weight, the heaviest first.
type Tree struct {
	Type  stackprofile.ValueType
	Names []string // what Node.Name indexes
	Nodes []Node   // Nodes[0] is the root, which stands for everything
	// MinShare is that of the options, 0 if all are kept; Hidden says how many branches are
	// lighter and therefore not shown, HiddenTotal what they weigh together.
	MinShare    float64
	Hidden      int
	HiddenTotal int64
	// Size is the sum of all values without their signs, which shares are of, see
	// [stackprofile.Profile.Size]; 0 is that of Total.
	Size  float64
	Notes []stackprofile.Note // of the profile
}

// Node is one frame in the context of its callers. Total is what was spent in
// it and below, Self in it alone, Folded in branches below it that are too
// light to be shown: Total is Self + Folded + the Totals of its children.
type Node struct {
	Name  int32 // index into Tree.Names; -1 for the root
	Depth int32 // 0 for the root
	End   int32 // the nodes below are those from the next one up to, without, End
	// Inlined says how the compiler treated the frame here.
	Inlined             stackprofile.Inlining
	Made                bool // see Frame.Made
	Total, Self, Folded int64
}

// Fold makes the tree of a profile's values of one type, an index into its Types.
// The root's Total is exactly p.Total of the type.
func Fold(p *stackprofile.Profile, valueType int, o FoldOptions) (*Tree, error) {
	share, err := leastShare(o.MinShare)
	if err != nil {
		return nil, err
	}
	names := stackprofile.NewNames()
	columns, err := p.Columns(valueType, o.By, names)
	if err != nil {
		return nil, err
	}
	t := newTree(names, fold([]source{{columns, 0}}, 1, names.List(), []int64{leastWeight(columns.Values, share)}))
	t.Type, t.MinShare, t.Size, t.Notes = p.Types[valueType], share, p.Size(valueType), p.Notes
	return t, nil
}

// leastShare is the share that options ask for.
func leastShare(asked float64) (float64, error) {
	switch {
	case math.IsNaN(asked) || asked >= 1:
		return 0, fmt.Errorf("the minimum share is %v, which is not less than 1", asked)
	case asked == 0:
		return DefaultMinShare, nil
	}
	return max(asked, 0), nil
}

// leastWeight is share of the weight of all values, signs aside, and at least 1.
func leastWeight(values []int64, share float64) int64 {
	var weight float64
	for _, v := range values {
		weight += math.Abs(float64(v))
	}
	return int64(math.Ceil(weight * share))
}

func newTree(names *stackprofile.Names, c *columnTree) *Tree {
	t := &Tree{Names: names.List(), Nodes: make([]Node, len(c.nodes))}
	for i, n := range c.nodes {
		t.Nodes[i] = Node{
			Name: int32(n.key), Depth: n.depth, End: n.end, Inlined: inlining(n), Made: i > 0 && names.Made(n.key),
			Total: c.totals[i], Self: c.selfs[i], Folded: c.pruned[i],
		}
		t.Hidden += int(n.hidden)
		t.HiddenTotal += c.pruned[i]
	}
	t.Nodes[0].Name = -1
	return t
}

func inlining(n columnNode) stackprofile.Inlining {
	return stackprofile.InliningOf(int(n.inlined), int(n.samples))
}

// Total is the weight of everything.
func (t *Tree) Total() int64 { return t.Nodes[0].Total }

// NameOf is the name of a node, "all" for the root.
func (t *Tree) NameOf(n Node) string {
	if n.Name < 0 {
		return "all"
	}
	return t.Names[n.Name]
}

// Children goes through the indices of the nodes right below node i.
func (t *Tree) Children(i int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for c := i + 1; c < int(t.Nodes[i].End); c = int(t.Nodes[c].End) {
			if !yield(c) {
				return
			}
		}
	}
}
