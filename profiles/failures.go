package profiles

import (
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"
)

// NothingError is what [Capture] returns when no target gave anything.
type NothingError struct {
	// Failures say what failed and why, each target at least once. Their code is
	// WarnFailed.
	Failures []Warning
}

// Error names each target with what became of it.
func (e *NothingError) Error() string {
	var parts []string
	for _, w := range e.Failures {
		which := ""
		if len(w.Kinds) > 0 {
			which = " (" + joinKinds(w.Kinds) + ")"
		}
		parts = append(parts, fmt.Sprintf("%s: %v%s", w.Target, w.Failure, which))
	}
	return "nothing was captured: " + strings.Join(parts, "; ")
}

// UnwrittenError is what [Capture] returns with a bundle of which some files could
// not be written, such as on a full disk: each is called failed in the manifest.
type UnwrittenError struct {
	Files int   // how many
	Err   error // of the first
}

// Error has the first error.
func (e *UnwrittenError) Error() string {
	if e.Files == 1 {
		return "a file of the bundle could not be written: " + e.Err.Error()
	}
	return fmt.Sprintf("%d files of the bundle could not be written: %v", e.Files, e.Err)
}

// Unwrap returns the first error.
func (e *UnwrittenError) Unwrap() error { return e.Err }

// hasAnything says whether some profile, dump or trace was had, and be it at the
// start of the window alone.
func (m *Manifest) hasAnything() bool {
	return slices.ContainsFunc(m.Targets, func(s Source) bool {
		return slices.ContainsFunc(s.Profiles, Profile.had) || s.Trace != nil && s.Trace.Status == OK ||
			s.Goroutines != nil && !s.Goroutines.StartAt.IsZero()
	})
}

// failures names each reason once, and what of a target failed for it. The same
// failure of different pages is one, with the folder that they are in.
func (s *Source) failures() []Warning {
	var all []Warning
	at := map[string]int{}
	for _, p := range s.Profiles {
		if p.Status != Failed {
			continue
		}
		failure := *p.Failure
		if failure.Page != "" {
			failure.Page = path.Dir(failure.Page) + "/"
		}
		key := failure.key()
		if _, seen := at[key]; !seen {
			at[key] = len(all)
			all = append(all, Warning{Code: WarnFailed, Target: s.Name, Failure: &failure})
		}
		w := &all[at[key]]
		w.Kinds = append(w.Kinds, p.Kind)
	}
	if len(all) == 1 && len(all[0].Kinds) == len(s.Profiles) {
		all[0].Kinds = nil
	}
	return all
}

// key is the same text for equal failures.
func (f Failure) key() string {
	text, err := json.Marshal(f)
	if err != nil {
		panic(err) // it has no field that could fail
	}
	return string(text)
}
