package lottery

import (
	"encoding/hex"
	"sync/atomic"
)

// Record is an activity as the ledger keeps it.
type Record struct {
	Spec    Spec
	Version int64 // grows by one with each change of Spec or Closed
	Epoch   int64 // grows by one with each rebuild of Redis
	Closed  bool
	Secret  [SecretBytes]byte
	Won     int64 // ledger rows; filled by status calls only
}

// Status is the record as the admin port shows it: the secret only once the
// activity is closed.
func (r Record) Status() ActivityStatus {
	c := Commitment(r.Secret)
	st := ActivityStatus{
		Spec: r.Spec, Version: r.Version, Epoch: r.Epoch, Closed: r.Closed,
		Commitment: hex.EncodeToString(c[:]), Won: r.Won,
	}
	if r.Closed {
		st.Secret = hex.EncodeToString(r.Secret[:])
	}
	return st
}

// Blank is the prize index that stands for winning nothing.
const Blank = -1

// Activity is a [Record] made ready to draw from. Immutable; safe for
// concurrent use.
type Activity struct {
	Record
	table   AliasTable
	blank   int // the table's index of the blank; -1 if blanks have no weight
	chains  [][]int
	blocked map[string]struct{}
	dice    *dice
}

// NewActivity prepares a record whose spec is valid. Costs time and memory
// linear in prizes and blocked users.
func NewActivity(r Record) *Activity {
	r.Spec = r.Spec.WithDefaults()
	a := &Activity{Record: r, blank: Blank, dice: newDice(r.Spec.ID, r.Secret)}
	index := make(map[string]int, len(r.Spec.Prizes))
	weights := make([]uint64, 0, len(r.Spec.Prizes)+1)
	for i, p := range r.Spec.Prizes {
		index[p.ID] = i
		weights = append(weights, p.Weight)
	}
	if r.Spec.BlankWeight > 0 {
		a.blank = len(weights)
		weights = append(weights, r.Spec.BlankWeight)
	}
	a.table = NewAliasTable(weights)
	for i, p := range r.Spec.Prizes {
		chain := []int{i}
		for next := p.Fallback; next != ""; next = r.Spec.Prizes[chain[len(chain)-1]].Fallback {
			chain = append(chain, index[next])
		}
		a.chains = append(a.chains, chain)
	}
	a.blocked = make(map[string]struct{}, len(r.Spec.Blocked))
	for _, u := range r.Spec.Blocked {
		a.blocked[u] = struct{}{}
	}
	return a
}

// Window is the activity's window in Unix milliseconds: draws are taken at
// starts <= now < ends. A closed activity's window is empty.
func (a *Activity) Window() (starts, ends int64) {
	starts, ends = a.Spec.Starts.UnixMilli(), a.Spec.Ends.UnixMilli()
	if a.Closed {
		ends = min(starts, 0)
	}
	return starts, ends
}

// Ticket is an entry with everything the draw needs, decided before any
// network is touched: the dice are cast here and never again.
type Ticket struct {
	Entry
	Activity   *Activity
	UserKey    Key
	RequestKey Key
	Mark       uint32 // condensed Proof; 0 without one
	Blocked    bool
	Word       uint64 // the random word that chose
	Prize      int    // index into Spec.Prizes, or Blank
}

// Ticket casts the dice for e, which must have passed [Entry.Check].
func (a *Activity) Ticket(e Entry) Ticket {
	first := a.dice.roll(e.User, e.Request, 0)
	t := Ticket{
		Entry: e, Activity: a,
		UserKey: a.dice.userKey(e.User), RequestKey: first.key, Mark: proofMark(e.Proof),
	}
	_, t.Blocked = a.blocked[e.User]
	x, word := a.cast(first, e)
	t.Word = word
	if t.Prize = a.table.Outcome(x); t.Prize == a.blank {
		t.Prize = Blank
	}
	return t
}

func (a *Activity) cast(first roll, e Entry) (x, word uint64) {
	if a.Spec.Dice == DiceCommitted {
		return a.dice.choose(first, e.User, e.Request, a.table.Size())
	}
	for {
		word = systemWord()
		if x, ok := Uniform(word, a.table.Size()); ok {
			return x, word
		}
	}
}

// Chain lists the prizes to try for a ticket whose dice chose prize: itself,
// then its fallbacks. Shared; do not modify. prize must not be Blank.
func (a *Activity) Chain(prize int) []int { return a.chains[prize] }

// KeysOf gives the fingerprints of a user and a request, as a rebuild needs
// them for rows read from the ledger.
func (a *Activity) KeysOf(user, request string) (userKey, requestKey Key) {
	return a.dice.userKey(user), a.dice.roll(user, request, 0).key
}

// OutcomeOf tells which prize index (or [Blank]) a word chooses in this
// activity, for audits; ok is false for a word that [Uniform] refuses.
func (a *Activity) OutcomeOf(word uint64) (prize int, ok bool) {
	x, ok := Uniform(word, a.table.Size())
	if !ok {
		return Blank, false
	}
	if prize = a.table.Outcome(x); prize == a.blank {
		prize = Blank
	}
	return prize, true
}

// Snapshot is all activities at one moment. Immutable.
type Snapshot map[string]*Activity

// Catalogue hands out the current snapshot. A draw loads it once with one
// atomic read; a refresh swaps it whole. The zero value is an empty catalogue.
type Catalogue struct{ current atomic.Pointer[Snapshot] }

// Find returns an activity of the current snapshot, or nil.
func (c *Catalogue) Find(id string) *Activity {
	s := c.current.Load()
	if s == nil {
		return nil
	}
	return (*s)[id]
}

// All returns the current snapshot; do not modify it.
func (c *Catalogue) All() Snapshot {
	if s := c.current.Load(); s != nil {
		return *s
	}
	return nil
}

// Publish makes s the current snapshot.
func (c *Catalogue) Publish(s Snapshot) { c.current.Store(&s) }

// Merge builds the snapshot that follows from the ledger's records, keeping the
// prepared activities that did not change or that are newer than a record read
// a moment earlier.
func (c *Catalogue) Merge(records []Record) Snapshot {
	old, next := c.All(), make(Snapshot, len(records))
	for _, r := range records {
		if a := old[r.Spec.ID]; a != nil && a.Version >= r.Version && a.Epoch >= r.Epoch {
			next[r.Spec.ID] = a
			continue
		}
		next[r.Spec.ID] = NewActivity(r)
	}
	return next
}
