package flame

// CertainChange is a change that is more than noise, and where it is.
type CertainChange struct {
	Place Place
	// Node is the place in the tree, an index into Diff.Nodes, and Caller the
	// name of its caller, an index into Diff.Names; -1 if there is none. Both are
	// of InTree alone.
	Node   int
	Caller int32
	Name   int32 // index into Diff.Names; -1 is everything
	Change Change
}

// Place says where a significant change is.
type Place string

// The places.
const (
	InTree      Place = "tree"                  // one node of Diff.Causes
	InFunction  Place = "function"              // a function itself, whoever called it
	WithCallees Place = "function_with_callees" // a function with what it calls
)

// Certain are the changes that are more than noise: first the Causes, then the
// Functions, in their order and at most most of either (0: all). None: no change
// is significant.
func (d *Diff) Certain(most int) (changes []CertainChange) {
	causes := d.Causes
	if most > 0 {
		causes = causes[:min(len(causes), most)]
	}
	for _, node := range causes {
		n := &d.Nodes[node]
		changes = append(changes, CertainChange{InTree, node, d.callerOf(node), n.Name, n.Total})
	}
	functions := 0
	for _, f := range d.Functions {
		if most > 0 && functions == most {
			break
		}
		switch {
		case f.Self.Significance != WithinNoise:
			changes = append(changes, CertainChange{InFunction, 0, -1, f.Name, f.Self})
		case f.Total.Significance != WithinNoise:
			changes = append(changes, CertainChange{WithCallees, 0, -1, f.Name, f.Total})
		default:
			continue
		}
		functions++
	}
	return changes
}

// callerOf is the name of the node above one; -1 if that is the root, or none.
func (d *Diff) callerOf(node int) int32 {
	for i := node - 1; i > 0; i-- {
		if d.Nodes[i].Depth < d.Nodes[node].Depth {
			return d.Nodes[i].Name
		}
	}
	return -1
}
