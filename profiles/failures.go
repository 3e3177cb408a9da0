package profiles

import (
	"fmt"
	"slices"
	"strings"
)

// hasAnything says whether some profile or trace was had.
func (m *Manifest) hasAnything() bool {
	had := func(p Profile) bool { return p.Status == OK || p.Status == Empty }
	return slices.ContainsFunc(m.Targets, func(s Source) bool {
		return slices.ContainsFunc(s.Profiles, had) || s.Trace != nil && s.Trace.Status == OK
	})
}

// failures names each reason once, and what failed for it.
func (m *Manifest) failures() string {
	byReason := map[string][]string{}
	var reasons []string
	for _, s := range m.Targets {
		for _, p := range s.Profiles {
			if p.Status != Failed {
				continue
			}
			reason := s.Name + ": " + withoutPage(p.Error, p.Kind)
			if byReason[reason] == nil {
				reasons = append(reasons, reason)
			}
			byReason[reason] = append(byReason[reason], string(p.Kind))
		}
	}
	if len(reasons) == 1 {
		return reasons[0]
	}
	for i, reason := range reasons {
		reasons[i] = fmt.Sprintf("%s (%s)", reason, strings.Join(byReason[reason], ", "))
	}
	return strings.Join(reasons, "; ")
}

// withoutPage makes the same failure of different pages the same text.
func withoutPage(text string, kind Kind) string {
	page := string(kind)
	switch kind {
	case CPU:
		page = "profile"
	}
	return strings.Replace(text, pprofPath+"/"+page, pprofPath+"/", 1)
}
