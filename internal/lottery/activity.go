package lottery

import "encoding/hex"

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
	sampler Sampler
	size    uint64 // how many numbers the sampler knows
	blank   int    // the sampler's index of the blank; -1 if blanks have no weight
	chains  [][]int
	blocked map[string]struct{}
	dice    *dice
	words   Words // for dice "random"
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

func (t *Ticket) keys() Keys { return Keys{User: t.UserKey, Request: t.RequestKey} }

// Ticket casts the dice for e, which must have passed [Entry.Check].
func (a *Activity) Ticket(e Entry) Ticket {
	first := a.dice.roll(e.User, e.Request, 0)
	t := Ticket{
		Entry: e, Activity: a,
		UserKey: a.dice.userKey(e.User), RequestKey: first.key, Mark: proofMark(e.Proof),
	}
	_, t.Blocked = a.blocked[e.User]
	if t.Word, t.Prize = a.cast(first, e); t.Prize == a.blank {
		t.Prize = Blank
	}
	return t
}

// cast draws the word and the outcome it chooses.
func (a *Activity) cast(first roll, e Entry) (word uint64, outcome int) {
	if a.Spec.Dice != DiceCommitted {
		return a.sampler.Draw(a.words)
	}
	x, word := a.dice.choose(first, e.User, e.Request, a.size)
	return word, a.sampler.Outcome(x)
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
	x, ok := Uniform(word, a.size)
	if !ok {
		return Blank, false
	}
	if prize = a.sampler.Outcome(x); prize == a.blank {
		prize = Blank
	}
	return prize, true
}
