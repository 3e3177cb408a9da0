package flame

import (
	"encoding/json"
	"io"
	"math"

	"github.com/lotteryctl/lotteryctl/analyze/stackprofile"
)

// DiffFormat is the version of the JSON that [Diff.WriteJSON] writes. It grows
// with every change that is not an addition.
const DiffFormat = 1

// diffJSON is the JSON of a diff; docs/flame.md describes it.
type diffJSON struct {
	Format    int                    `json:"format"`
	Type      stackprofile.ValueType `json:"type"`
	Basis     string                 `json:"basis"`
	Unit      string                 `json:"unit"`
	Evidence  Evidence               `json:"evidence"`
	Old       sideJSON               `json:"old"`
	New       sideJSON               `json:"new"`
	MinShare  float64                `json:"min_share"`
	Hidden    int                    `json:"hidden"`
	Notes     []string               `json:"notes,omitempty"`
	Causes    []int                  `json:"causes"` // indices of nodes
	Functions []functionChangeJSON   `json:"functions"`
	Nodes     []diffNodeJSON         `json:"nodes"`
}

type sideJSON struct {
	Profiles int         `json:"profiles"`
	Total    json.Number `json:"total"`
	Per      float64     `json:"per"`
	Served   float64     `json:"requests,omitempty"`
}

type functionChangeJSON struct {
	Name  string     `json:"name"`
	Total changeJSON `json:"total"`
	Self  changeJSON `json:"self"`
}

type diffNodeJSON struct {
	Name    string     `json:"name"`
	Depth   int32      `json:"depth"`
	Inlined string     `json:"inlined,omitempty"`
	Made    bool       `json:"made,omitempty"`
	Total   changeJSON `json:"total"`
	Self    changeJSON `json:"self"`
}

// changeJSON leaves out what is not known: JSON has no NaN.
type changeJSON struct {
	Old     float64  `json:"old"`
	New     float64  `json:"new"`
	Low     *float64 `json:"low,omitempty"`
	High    *float64 `json:"high,omitempty"`
	P       *float64 `json:"p,omitempty"`
	Verdict string   `json:"verdict"`
}

// WriteJSON writes the diff as JSON, one object. The notes are for people who read
// the file, in the words of the caller.
func (d *Diff) WriteJSON(w io.Writer, notes []string) error {
	return writeIndented(w, d.json(notes))
}

func (d *Diff) json(notes []string) diffJSON {
	out := diffJSON{
		Format: DiffFormat, Type: d.Type, Basis: d.Basis.String(), Unit: d.Unit, Evidence: d.Evidence, Old: d.Old.json(d.Type), New: d.New.json(d.Type),
		MinShare: d.MinShare, Hidden: d.Hidden, Notes: notes, Causes: append([]int{}, d.Causes...),
		Functions: make([]functionChangeJSON, len(d.Functions)), Nodes: make([]diffNodeJSON, len(d.Nodes)),
	}
	for i, f := range d.Functions {
		out.Functions[i] = functionChangeJSON{d.Names[f.Name], f.Total.json(), f.Self.json()}
	}
	for i, n := range d.Nodes {
		name := "all"
		if n.Name >= 0 {
			name = d.Names[n.Name]
		}
		out.Nodes[i] = diffNodeJSON{name, n.Depth, inlinedWord(n.Inlined), n.Made, n.Total.json(), n.Self.json()}
	}
	return out
}

func (s Side) json(t stackprofile.ValueType) sideJSON {
	return sideJSON{s.Profiles, json.Number(t.Text(s.Total)), s.Per, s.Served}
}

func (c Change) json() changeJSON {
	return changeJSON{c.Old, c.New, known(c.Low), known(c.High), known(c.P), c.Significance.String()}
}

func known(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return &v
}
