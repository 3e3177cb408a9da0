package lottery

import "context"

// Result is how a draw came out.
type Result uint8

// The results of a draw. A pending draw has reserved a unit whose ledger row is
// not known to be committed yet; the same request gets the final answer later.
const (
	Loss Result = iota
	Win
	Pending
)

// String gives the word used in answers, logs and metrics.
func (r Result) String() string {
	switch r {
	case Win:
		return "win"
	case Pending:
		return "pending"
	default:
		return "loss"
	}
}

// Answer is what the client is told. Prize, Unit and Code are set on a win only.
// Keys are for logs: they are set beside an error too if the activity exists.
type Answer struct {
	Result   Result
	Replayed bool   // the answer was stored before this call
	Prize    *Prize // shared and immutable
	Unit     int64  // 1 to the prize's stock
	Code     string // what the winner redeems
	Keys     Keys   // of the user and the request; not told to the client
}

// Drawer is what the HTTP room needs of the domain. [Engine] is one.
// Both methods are safe for concurrent use and return [*Error] refusals.
type Drawer interface {
	// Draw draws, or returns the stored answer if this user's request was
	// answered before.
	Draw(ctx context.Context, e Entry) (Answer, error)
	// Lookup returns the stored answer and never draws; [KindUnknownRequest]
	// if there is none. Entry.Proof is not compared.
	Lookup(ctx context.Context, e Entry) (Answer, error)
}

// Organiser is what the admin port needs of the domain: activities are
// created, changed, closed and listed. Safe for concurrent use.
type Organiser interface {
	// Put creates the activity, or changes window, weights, limits and block
	// list of one that exists; created says which. Prizes and stock of an
	// existing activity may not change ([KindConflict]). Putting the same spec
	// twice changes nothing.
	Put(ctx context.Context, s Spec) (st ActivityStatus, created bool, err error)
	// Close ends the activity now: later draws are refused as ended, stored
	// answers are still returned. It publishes the dice secret.
	Close(ctx context.Context, id string) (ActivityStatus, error)
	// Status describes one activity.
	Status(ctx context.Context, id string) (ActivityStatus, error)
	// List describes all activities, by id.
	List(ctx context.Context) ([]ActivityStatus, error)
	// Keys gives the names that logs have for a user and a request of the
	// activity. It does not tell whether there was such a draw.
	Keys(ctx context.Context, id, user, request string) (Keys, error)
}
