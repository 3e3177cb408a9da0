package runfolder

import (
	"fmt"
	"slices"

	"github.com/lotteryctl/lotteryctl/profiles"
)

// ChooseProfile is the profile of a kind, with a file, among those of a bundle or
// of one of its targets. A *NoProfileError says why there is none.
func ChooseProfile(all []profiles.Profile, kind profiles.Kind) (p profiles.Profile, err error) {
	if at := slices.IndexFunc(all, func(p profiles.Profile) bool { return p.Kind == kind }); at >= 0 {
		p = all[at]
	}
	missing := &NoProfileError{Kind: kind, Cause: p.Failure, StartFile: p.StartFile}
	switch {
	case p.Kind == "" || p.Status == profiles.Skipped:
		missing.Reason, missing.Cause, missing.StartFile = NotAskedFor, nil, ""
	case p.File == "" && p.StartFile != "":
		missing.Reason = OnlyStart
	case p.File == "":
		missing.Reason = NotTaken
	default:
		return p, nil
	}
	for _, other := range all {
		if other.Status == profiles.OK && other.Kind != kind {
			missing.Others = append(missing.Others, other.Kind)
		}
	}
	return p, missing
}

// NoProfileReason is why a bundle has no profile of a kind.
type NoProfileReason string

// The reasons.
const (
	NotAskedFor NoProfileReason = "not asked for"
	OnlyStart   NoProfileReason = "only the snapshot of the window's start"
	NotTaken    NoProfileReason = "not taken"
)

// NoProfileError says that a bundle has no profile of a kind.
type NoProfileError struct {
	Kind   profiles.Kind
	Reason NoProfileReason
	// Cause is what went wrong, as the bundle has it; nil where it was not asked
	// for.
	Cause *profiles.Failure
	// StartFile is the profile of the window's start within the bundle, with
	// slashes; "" without.
	StartFile string
	Others    []profiles.Kind // that the bundle has
}

// Error has the kind, the reason and the cause.
func (e *NoProfileError) Error() string {
	if e.Cause == nil {
		return fmt.Sprintf("no %s profile: %s", e.Kind, e.Reason)
	}
	return fmt.Sprintf("no %s profile: %s: %s", e.Kind, e.Reason, e.Cause)
}
