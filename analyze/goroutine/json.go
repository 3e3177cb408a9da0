package goroutine

import (
	"encoding/json"
	"io"
	"time"
)

// Format is the version of the JSON that goroutines are written in.
const Format = 1

// groupJSON is a group in JSON; docs/flame.md describes it.
type groupJSON struct {
	State     string      `json:"state"`
	Count     int         `json:"count"`
	Own       bool        `json:"own"`
	MinWait   int64       `json:"min_wait_minutes"`
	Median    int64       `json:"median_wait_minutes"`
	MaxWait   int64       `json:"max_wait_minutes"`
	CreatedBy *frameJSON  `json:"created_by,omitempty"`
	Stack     []frameJSON `json:"stack"` // root first
}

type frameJSON struct {
	Function string `json:"function"`
	File     string `json:"file,omitempty"`
	Line     int    `json:"line,omitempty"`
	Inlined  bool   `json:"inlined,omitempty"`
}

type growthJSON struct {
	groupJSON
	Old     int  `json:"old"`
	New     int  `json:"new"`
	Stayed  int  `json:"stayed"`
	Stuck   int  `json:"stuck"`
	Moved   int  `json:"moved"`
	Suspect bool `json:"suspect"`
	Calm    Calm `json:"calm,omitempty"`
}

// WriteGroupsJSON writes groups as JSON, one object.
func WriteGroupsJSON(w io.Writer, groups []Group) error {
	list := make([]groupJSON, len(groups))
	for i, g := range groups {
		list[i] = g.json()
	}
	return writeIndented(w, map[string]any{"format": Format, "groups": list})
}

// WriteGrowthJSON writes what became of all groups as JSON, one object.
func WriteGrowthJSON(w io.Writer, growths []Growth) error {
	list := make([]growthJSON, len(growths))
	for i, g := range growths {
		list[i] = growthJSON{g.Group.json(), g.Old, g.New, g.Stayed, g.Stuck, g.Moved, g.Suspect, g.Calm}
	}
	return writeIndented(w, map[string]any{"format": Format, "growth": list})
}

func (g *Group) json() groupJSON {
	out := groupJSON{
		State: g.State, Count: g.Count, Own: g.Own, MinWait: minutes(g.MinWait), Median: minutes(g.MedianWait), MaxWait: minutes(g.MaxWait),
		Stack: make([]frameJSON, len(g.Stack)),
	}
	if f := g.CreatedBy; f.Function != "" {
		out.CreatedBy = &frameJSON{f.Function, f.File, f.Line, false}
	}
	for i, f := range g.Stack {
		out.Stack[i] = frameJSON{f.Function, f.File, f.Line, f.Inlined}
	}
	return out
}

func minutes(d time.Duration) int64 { return int64(d / time.Minute) }

// writeIndented writes one value, a member a line.
func writeIndented(w io.Writer, value any) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", " ")
	return encoder.Encode(value)
}
