package lottery

import (
	"context"
	"errors"
	"time"
)

// Status is what the reserver says of a ticket.
type Status uint8

// The statuses. Only Lost and Held record something; every refusal leaves
// Redis as it was.
const (
	StatusLost         Status = iota // a loss, recorded now or before
	StatusHeld                       // a unit is reserved and journaled; the ledger has to decide
	StatusConfirmed                  // a win whose ledger row was confirmed earlier: read it there
	StatusNone                       // nothing is stored under the request (peeks only)
	StatusStaleEpoch                 // Redis has another epoch, another process or no state: recover
	StatusStaleVersion               // the ticket's activity is not the version Redis knows: refresh
	StatusNotStarted
	StatusEnded
	StatusBlocked
	StatusLimitReached
	StatusReused     // the request was used before with another proof
	StatusUnreadable // a win whose hold cannot be read: rebuild
)

// Hold is a reserved unit, with what was recorded about the draw that took it.
type Hold struct {
	Prize   int    // index into Spec.Prizes
	Unit    int64  // 1..stock; a ledger that claims units itself decides on another
	Order   int    // which win of this user it is, from 1; unique per user
	Version int64  // version of the weights the dice were cast against
	Word    uint64 // the random word
}

// ErrUnreadableHold is a hold in Redis that is not of the form in which it was
// written. A rebuild sets it aside.
var ErrUnreadableHold = errors.New("a hold in Redis cannot be read")

// Reservation is the reserver's answer to one ticket.
type Reservation struct {
	Status   Status
	Replayed bool // recorded by an earlier call
	Hold     Hold // on StatusHeld
}

// Reserver is the half of the protocol that Redis keeps: fast, atomic, and
// rebuildable from the ledger. Safe for concurrent use.
type Reserver interface {
	// Reserve asks for a ticket in one round trip. The checks run in a fixed
	// order, all of them before the first write: epoch, stored answer,
	// version, window, block list, draw limit, stock.
	Reserve(ctx context.Context, t *Ticket) (Reservation, error)
	// Peek is Reserve without any write: the stored answer or StatusNone.
	Peek(ctx context.Context, t *Ticket) (Reservation, error)
	// Confirm notes that wins are committed. It returns at once and may be
	// forgotten in a crash: the reconciler does it again.
	Confirm(t *Ticket)
	// Forgotten is how often a win of the ticket's activity was forgotten.
	Forgotten(ctx context.Context, t *Ticket) (int64, error)
	// Forget undoes a win on record that has no hold, if the epoch is still the
	// ticket's: its row is not in the ledger, so nobody can say what was won. The
	// next Reserve draws afresh, with the same dice.
	// forgotten is what Forgotten gave before the ledger was asked: if another one was
	// forgotten since, nothing happens.
	Forget(ctx context.Context, t *Ticket, forgotten int64) error
}

// WinRow is a ledger row.
type WinRow struct {
	Activity, User, Request string
	Mark                    uint32
	Epoch                   int64
	Hold
}

// Ruling is what the ledger decided about a row it was asked to commit.
type Ruling uint8

// The rulings.
const (
	// RulingCommitted: the row is durable, written now or by an earlier try.
	RulingCommitted Ruling = iota
	// RulingOther: the request has another durable row, which is its answer.
	RulingOther
	// RulingMoved: the epoch has moved on; the row was refused.
	RulingMoved
	// RulingClash: the unit or the user's win number belongs to another
	// request: Redis is stale and must be rebuilt.
	RulingClash
	// RulingUnknown: nobody can tell right now whether the row is durable.
	RulingUnknown
	// RulingSoldOut: the ledger says that no unit is left although Redis had
	// reserved one. Only a ledger that may be wrong about it says so: see the
	// claim that skips a locked stock row.
	RulingSoldOut
	// RulingRefused: the ledger cannot take the row as it is, now or later: its unit
	// does not exist, or a number is out of range. Redis is wrong about it.
	RulingRefused
)

// String gives the word used in metrics and logs.
func (v Ruling) String() string {
	return [...]string{"committed", "other", "moved", "clash", "unknown", "sold_out", "refused"}[v]
}

// Decision is the ledger's ruling with the row that counts and its code.
type Decision struct {
	Ruling Ruling
	Row    WinRow
	Code   string
}

// Ledger is the half of the protocol that Postgres keeps: the truth. Its schema
// makes it impossible to win a unit twice. Safe for concurrent use.
type Ledger interface {
	// Commit asks for a row, in a group with others, and returns only when the
	// outcome is known or knowing it has failed. The context bounds the wait,
	// never the transaction.
	Commit(ctx context.Context, w WinRow) Decision
	// Find reads a request's durable win; found is false if there is none.
	Find(ctx context.Context, activity, user, request string) (d Decision, found bool, err error)
}

// RedisState is what a recovery needs to know before it decides.
type RedisState struct {
	Seen       string // for [Workshop.Suspend], whatever else was found
	Found      bool   // the activity has state in Redis
	SameServer bool   // and it was published to the very process that runs now
	Whole      bool   // no key of it was lost: all have the sizes that they must have
	Epoch      int64  // 0 while a rebuild is under way
	Version    int64
	Holds      int           // in the journal, of any age
	Oldest     time.Duration // age of the oldest of them, by Redis' clock
	Committed  int64         // wins that are known to be in the ledger; 0 if nobody counted
	Published  int64         // the newest epoch that draws were taken under; 0 if unknown
}

// Rebuilt is the state of an activity that follows from its ledger alone.
type Rebuilt struct {
	Next []int64   // by prize: the highest unit taken
	Free [][]int64 // by prize: units below Next that nobody took
	Won  int64     // durable wins
}

// Workshop is the reserver's back door, for recovery, refresh and the
// reconciler. Methods are safe for concurrent use; of two rebuilds of one
// activity at once, the one that began last may finish.
type Workshop interface {
	State(ctx context.Context, activity string) (RedisState, error)
	// Suspend begins a rebuild: it refuses all draws of the activity until Resume,
	// and ends every rebuild that began before. It does nothing and reports false if
	// the state is no longer the one seen, or if another rebuild gave a sign of life
	// within the last two seconds.
	Suspend(ctx context.Context, activity, seen string) (began bool, err error)
	// Renew is the rebuild's sign of life; it fails once another rebuild began.
	Renew(ctx context.Context, activity string) error
	// Abandon ends a rebuild that failed, so that another one may begin at once.
	Abandon(ctx context.Context, activity string) error
	// Journal (whose error is [ErrUnreadableHold] if there are others beside those it
	// returns) lists holds reserved at least age ago and not confirmed, with
	// epoch 0; at most limit of them, oldest first, then those that a clock which
	// was set back since has stamped with the future.
	Journal(ctx context.Context, a *Activity, age time.Duration, limit int) ([]WinRow, error)
	// Holds hands out all holds that are not confirmed, whenever they were made, in
	// groups, with epoch 0. Those that f settles or undoes do not disturb it. What
	// cannot be read is set aside and counted. It is a step of a rebuild.
	Holds(ctx context.Context, a *Activity, f func([]WinRow) error) (unreadable int, err error)
	// Settle removes holds from the journal: the ledger has them.
	Settle(ctx context.Context, a *Activity, wins []WinRow) error
	// Undo, Remember, Restock and Resume are steps of a rebuild: each fails without
	// a trace unless the rebuild that this process began with Suspend is still the
	// newest one of the activity, whoever began the others.
	//
	// Undo forgets holds that can never be committed, with the draw and the win
	// they counted for, as if those requests had not come. The unit is not
	// given back: only a rebuild may do that.
	Undo(ctx context.Context, a *Activity, wins []WinRow) error
	// SetAside keeps a copy of holds that the ledger cannot take, for people to look
	// at. It is a step of a rebuild, before Undo.
	SetAside(ctx context.Context, a *Activity, wins []WinRow) error
	// Remember makes sure that every win is on record and counted. The wins of a
	// user come in the order in which they were won: a later one would count as the
	// draws that led to it.
	Remember(ctx context.Context, a *Activity, wins []WinRow) error
	// Restock sets the counters and free units, notes how many wins the ledger has, and
	// empties the journal.
	Restock(ctx context.Context, a *Activity, r Rebuilt) error
	// Resume publishes epoch and version of a and accepts draws again.
	Resume(ctx context.Context, a *Activity) error
	// RaiseVersion tells Redis of a newer version; older ones are ignored.
	RaiseVersion(ctx context.Context, activity string, version int64) error
	// Announce tells the other instances that an activity changed. A lost
	// announcement costs one poll interval.
	Announce(ctx context.Context, activity string) error
	// Retire lets the activity's state expire at the given time.
	Retire(ctx context.Context, activity string, at time.Time) error
}

// Registry is the ledger's administration: activities and epochs.
type Registry interface {
	Activities(ctx context.Context) ([]Record, error)
	Activity(ctx context.Context, id string) (Record, error) // KindUnknownActivity if absent
	// Create stores a new activity with its units and reports false if the id
	// is taken.
	Create(ctx context.Context, r Record) (bool, error)
	// Update stores spec and closed as the version after r.Version; false if
	// somebody else changed the activity meanwhile.
	Update(ctx context.Context, r Record) (bool, error)
	// BumpEpoch moves the activity to the next epoch and returns it. Once it
	// returns, every row of an older epoch is either visible or refused for ever.
	BumpEpoch(ctx context.Context, id string) (int64, error)
	// Wins calls f with the activity's durable wins, in groups; those of one user
	// come together, in the order in which they were won.
	Wins(ctx context.Context, id string, f func([]WinRow) error) error
	// CountWins is the number of durable wins.
	CountWins(ctx context.Context, id string) (int64, error)
}

// Observer is told what the engine's measurements are made of. Methods are
// called on the hot path: they must not block or allocate.
type Observer interface {
	Reserved(d time.Duration)        // one reserve round trip
	Committed(d time.Duration)       // one wait for the ledger
	Reconciled(v Ruling, n int)      // journal entries the reconciler brought to an end
	Rebuilt(activity string)         // Redis was rebuilt from the ledger
	Violation(activity, what string) // impossible events were counted: one of Violations
	// Pending tells how many holds of an activity wait for the ledger, of any age.
	Pending(activity string, n int, oldest time.Duration)
}
