package audit

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// FormatVersion is the version of the JSON form of a [Report].
const FormatVersion = 1

// Status is the verdict on one invariant.
type Status string

// The verdicts. NotChecked means that nothing at all could be checked; a held
// invariant may still have parts that were not, see [Invariant.NotChecked].
const (
	Held       Status = "held"
	Broken     Status = "broken"
	NotChecked Status = "not checked"
)

// Report is what a check found. It holds no secrets and no codes of prizes.
type Report struct {
	Version    int               `json:"version"` // [FormatVersion]
	Held       bool              `json:"held"`    // no invariant is broken
	Complete   bool              `json:"complete"`
	Counts     Counts            `json:"counts"`
	Activities []ActivitySummary `json:"activities"`
	Invariants [8]Invariant      `json:"invariants"` // I1 to I8
	Malformed  []Malformed       `json:"malformed"`  // lines of logs that were passed over
}

// Counts say what was looked at.
type Counts struct {
	Answers   int64 `json:"answers"`   // in the logs, those below together
	Wins      int64 `json:"wins"`      // acknowledged, replays included
	Losses    int64 `json:"losses"`    // acknowledged, replays included
	Pendings  int64 `json:"pendings"`  // promised for later
	Refusals  int64 `json:"refusals"`  // answered that nothing was drawn
	Unknowns  int64 `json:"unknowns"`  // no answer, or one that leaves it open
	Elsewhere int64 `json:"elsewhere"` // of activities that were not asked for
	Requests  int64 `json:"requests"`  // distinct in the logs
	Rows      int64 `json:"ledger_rows"`
	Units     int64 `json:"units"`
	Journal   int64 `json:"journal_entries"`
	// Forgotten are losses that were answered and drawn again to another end,
	// allowed by [Options.RedisLostData].
	Forgotten int64 `json:"forgotten_losses"`
}

// ActivitySummary describes one activity of the ledger.
type ActivitySummary struct {
	ID         string `json:"id"`
	Version    int64  `json:"version"`
	Epoch      int64  `json:"epoch"`
	Closed     bool   `json:"closed"`
	Won        int64  `json:"won"`
	Units      int64  `json:"units"`
	Commitment string `json:"commitment"` // hex SHA-256 of the dice secret
}

// Invariant is the verdict on one promise.
type Invariant struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Status  Status `json:"status"`
	Checked int64  `json:"checked"` // facts looked at
	Breaks  int64  `json:"breaks"`
	// Offenders are the first breaks in words, at most [Options.Show].
	Offenders []string `json:"offenders"`
	// NotChecked are the parts that could not be checked, each with its reason.
	NotChecked []string `json:"not_checked"`
}

// Invariant returns the verdict on "I1" to "I8"; it panics on any other id.
func (r *Report) Invariant(id string) *Invariant {
	for i := range r.Invariants {
		if r.Invariants[i].ID == id {
			return &r.Invariants[i]
		}
	}
	panic("audit: no invariant " + id)
}

// WriteJSON writes the report as indented JSON, described in docs/verify.md.
func (r *Report) WriteJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

// WriteText writes the report for people.
func (r *Report) WriteText(w io.Writer) error {
	p := &printer{w: w}
	for _, a := range r.Activities {
		p.line("activity %s: %d of %d units won, version %d, epoch %d", a.ID, a.Won, a.Units, a.Version, a.Epoch)
		p.line("  commitment %s", a.Commitment)
	}
	c := r.Counts
	if c.Answers > 0 || len(r.Malformed) > 0 {
		p.line("answers: %d wins, %d losses, %d pending, %d refused, %d unknown, in %d requests",
			c.Wins, c.Losses, c.Pendings, c.Refusals, c.Unknowns, c.Requests)
	}
	p.notes(r)
	p.line("")
	for i := range r.Invariants {
		p.invariant(&r.Invariants[i])
	}
	p.line("")
	p.line("%s", r.Summary())
	return p.err
}

// Summary is the report in one sentence.
func (r *Report) Summary() string {
	var broken, partly []string
	for _, v := range r.Invariants {
		if v.Status == Broken {
			broken = append(broken, v.ID)
		} else if len(v.NotChecked) > 0 {
			partly = append(partly, v.ID)
		}
	}
	switch {
	case len(broken) > 0:
		return "broken: " + strings.Join(broken, ", ")
	case len(partly) > 0:
		return "nothing is broken; not checked, or only in part: " + strings.Join(partly, ", ")
	}
	return fmt.Sprintf("all %d invariants held", len(r.Invariants))
}

// printer keeps the first error.
type printer struct {
	w   io.Writer
	err error
}

func (p *printer) line(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format+"\n", args...)
	}
}

func (p *printer) notes(r *Report) {
	if n := r.Counts.Elsewhere; n > 0 {
		p.line("%d answers of other activities were skipped", n)
	}
	if n := r.Counts.Forgotten; n > 0 {
		p.line("Redis lost %d losses, which were drawn again", n)
	}
	const most = 5
	for i, m := range r.Malformed {
		if i == most {
			p.line("and %d more lines were skipped", len(r.Malformed)-most)
			break
		}
		p.line("%s, line %d was skipped: %s", m.Source, m.Line, m.Reason)
	}
}

func (p *printer) invariant(v *Invariant) {
	p.line("%s  %-12s  %-11s  %d facts checked", v.ID, v.Name, v.Status, v.Checked)
	for _, o := range v.Offenders {
		p.line("      broken: %s", o)
	}
	if more := v.Breaks - int64(len(v.Offenders)); more > 0 {
		p.line("      and %d more", more)
	}
	for _, reason := range v.NotChecked {
		p.line("      not checked: %s", reason)
	}
}
