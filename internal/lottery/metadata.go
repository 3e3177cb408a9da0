package lottery

import "context"

// Activities is how a draw finds the activity it belongs to. There are three:
// the snapshot ([Catalogue]), a cache ([Cached]) and no memory at all
// ([PerDraw]). Whichever is chosen, Redis compares epoch and version of what it
// found before a draw can write anything, so an old activity costs a repetition
// and never a wrong draw. Safe for concurrent use.
type Activities interface {
	// Activity returns the activity, ready to draw from. The error is a
	// [KindUnknownActivity] or [KindUnavailable] refusal.
	Activity(ctx context.Context, id string) (*Activity, error)
}

// ActivityReader is the part of a [Registry] that reads one activity.
type ActivityReader interface {
	Activity(ctx context.Context, id string) (Record, error) // KindUnknownActivity if absent
}

// PerDraw reads the activity from the ledger for each draw and makes it ready
// each time: always the newest, for a query and a preparation more a draw, and
// no draw at all while the ledger is away.
type PerDraw struct {
	ledger    ActivityReader
	workbench Workbench
}

var _ Activities = (*PerDraw)(nil)

// NewPerDraw makes a PerDraw that reads from ledger and prepares on workbench.
func NewPerDraw(ledger ActivityReader, workbench Workbench) *PerDraw {
	return &PerDraw{ledger: ledger, workbench: workbench.withDefaults()}
}

// Activity implements [Activities].
func (p *PerDraw) Activity(ctx context.Context, id string) (*Activity, error) {
	r, err := p.ledger.Activity(ctx, id)
	if err != nil {
		return nil, asUnavailable(err)
	}
	return p.workbench.Activity(r), nil
}

func unknownActivity(id string) *Error {
	return Refuse(KindUnknownActivity, "there is no activity %q", id)
}
