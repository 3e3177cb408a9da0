package flame

import (
	"encoding/json"
	"io"
	"math"

	"github.com/lotteryctl/lotteryctl/analyze/stackprofile"
)

// TreeFormat is the version of the JSON that [Tree.WriteJSON] writes. It grows
// with every change that is not an addition.
const TreeFormat = 1

// treeJSON is the JSON of a tree; docs/flame.md describes it.
type treeJSON struct {
	Format      int                    `json:"format"`
	Type        stackprofile.ValueType `json:"type"`
	Total       json.Number            `json:"total"`
	Size        float64                `json:"size,omitempty"`
	MinShare    float64                `json:"min_share"`
	Hidden      int                    `json:"hidden"`
	HiddenTotal json.Number            `json:"hidden_total"`
	Notes       []string               `json:"notes,omitempty"`
	Nodes       []nodeJSON             `json:"nodes"`
}

// nodeJSON is a node in preorder: its parent is the last node before it of one
// depth less. Nested objects would be too deep for many readers of JSON.
type nodeJSON struct {
	Name    string      `json:"name"`
	Depth   int32       `json:"depth"`
	Total   json.Number `json:"total"`
	Self    json.Number `json:"self"`
	Folded  json.Number `json:"folded,omitempty"`
	Inlined string      `json:"inlined,omitempty"`
	Made    bool        `json:"made,omitempty"`
}

// WriteJSON writes the tree as JSON, one object; its numbers are exact. The notes
// are for people who read the file, in the words of the caller.
func (t *Tree) WriteJSON(w io.Writer, notes []string) error {
	number := func(value int64) json.Number { return json.Number(t.Type.Text(value)) }
	out := treeJSON{
		Format: TreeFormat, Type: t.Type, Total: number(t.Total()), MinShare: t.MinShare, Hidden: t.Hidden,
		HiddenTotal: number(t.HiddenTotal),
		Notes:       notes, Nodes: make([]nodeJSON, len(t.Nodes)),
	}
	if t.Size != math.Abs(float64(t.Total())) {
		out.Size = t.Size / float64(max(t.Type.Scale, 1))
	}
	for i, n := range t.Nodes {
		out.Nodes[i] = nodeJSON{Name: t.NameOf(n), Depth: n.Depth, Total: number(n.Total), Self: number(n.Self), Inlined: inlinedWord(n.Inlined), Made: n.Made}
		if n.Folded != 0 {
			out.Nodes[i].Folded = number(n.Folded)
		}
	}
	return writeIndented(w, out)
}

// inlinedWord is for JSON; never is left out there.
func inlinedWord(i stackprofile.Inlining) string {
	switch i {
	case stackprofile.AlwaysInlined:
		return "always"
	case stackprofile.PartlyInlined:
		return "partly"
	}
	return ""
}

// writeIndented writes one value, a member a line.
func writeIndented(w io.Writer, value any) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", " ")
	return encoder.Encode(value)
}
