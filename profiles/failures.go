package profiles

import (
	"fmt"
	"slices"
	"strings"
)

// hasAnything says whether some profile, dump or trace was had, and be it at the
// start of the window alone.
func (m *Manifest) hasAnything() bool {
	return slices.ContainsFunc(m.Targets, func(s Source) bool {
		return slices.ContainsFunc(s.Profiles, Profile.had) || s.Trace != nil && s.Trace.Status == OK ||
			s.Goroutines != nil && !s.Goroutines.StartAt.IsZero()
	})
}

// failures names each reason once, and what of a target failed for it.
func (s *Source) failures() []string {
	byReason := map[string][]string{}
	var reasons []string
	for _, p := range s.Profiles {
		if p.Status != Failed {
			continue
		}
		reason := withoutPage(p.Error, p.Kind)
		if byReason[reason] == nil {
			reasons = append(reasons, reason)
		}
		byReason[reason] = append(byReason[reason], string(p.Kind))
	}
	for i, reason := range reasons {
		which := ""
		if len(reasons) > 1 || len(byReason[reason]) < len(s.Profiles) {
			which = " (" + strings.Join(byReason[reason], ", ") + ")"
		}
		reasons[i] = fmt.Sprintf("%s: %s%s", s.Name, reason, which)
	}
	return reasons
}

// withoutPage makes the same failure of different pages the same text.
func withoutPage(text string, kind Kind) string {
	page := string(kind)
	if kind == CPU {
		page = "profile"
	}
	return strings.Replace(text, pprofPath+"/"+page, pprofPath+"/", 1)
}
