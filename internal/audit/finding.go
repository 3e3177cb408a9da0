package audit

import (
	"fmt"
	"slices"
)

// finding gathers what is found about one invariant.
type finding struct {
	Invariant
	show   int
	looked bool // at least one part could be checked
}

// look counts n facts as looked at. n may be 0: there was nothing to object to.
func (v *finding) look(n int) {
	v.Checked += int64(n)
	v.looked = true
}

func (v *finding) broke(format string, args ...any) {
	v.looked = true
	v.Breaks++
	if len(v.Offenders) < v.show {
		v.Offenders = append(v.Offenders, fmt.Sprintf(format, args...))
	}
}

// skip notes a part that could not be checked. Equal reasons are listed once.
func (v *finding) skip(format string, args ...any) {
	reason := fmt.Sprintf(format, args...)
	if !slices.Contains(v.NotChecked, reason) {
		v.NotChecked = append(v.NotChecked, reason)
	}
}

func (v *finding) close() Invariant {
	switch {
	case v.Breaks > 0:
		v.Status = Broken
	case v.looked:
		v.Status = Held
	default:
		v.Status = NotChecked
	}
	return v.Invariant
}
