package lottery

import (
	"context"
	"errors"
	"time"
)

// Engine takes draws through the protocol: reserve in Redis, decide in
// Postgres, and be able to rebuild Redis from Postgres at any time.
//
// It keeps these invariants; docs/draw-protocol.md argues why:
//
//	I1  no lost win     an acknowledged win is a ledger row at every instant
//	I2  no oversell     no unit is won twice: the schema forbids it
//	I3  one answer      a request that was answered "win" always gets that win;
//	                    one answered "loss" gets that loss while Redis remembers
//	I4  conservation    at rest: units = won + free + untouched
//	I5  no stranding    every hold is brought to an end within seconds
//	I6  limits          wins per user are bounded by the schema, draws by Redis
//	I7  fence           after an epoch ends no row of it can appear
//	I8  fair            outcomes follow the weights exactly
//
// Safe for concurrent use.
type Engine struct {
	activities Activities
	reserver   Reserver
	ledger     Ledger
	keeper     *Keeper
	observe    Observer
}

var _ Drawer = (*Engine)(nil)

// NewEngine wires an engine. a is where draws find their activities, such as the
// keeper's [Catalogue]. The keeper recovers Redis when a draw finds it stale.
func NewEngine(a Activities, r Reserver, l Ledger, k *Keeper, o Observer) *Engine {
	return &Engine{activities: a, reserver: r, ledger: l, keeper: k, observe: o}
}

// attempts bounds how often one draw starts over: after a refresh, a recovery
// and an epoch that moved under it. Each needs one; more means trouble.
const attempts = 4

// Draw implements [Drawer]. A loss costs one round trip to Redis, a win one
// commit more. The dice are cast once, whatever happens afterwards.
func (e *Engine) Draw(ctx context.Context, entry Entry) (Answer, error) {
	t, err := e.ticket(ctx, entry)
	if err != nil {
		return Answer{}, err
	}
	a, err := e.draw(ctx, &t)
	a.Keys = t.keys()
	return a, err
}

func (e *Engine) draw(ctx context.Context, t *Ticket) (Answer, error) {
	if e.keeper.Archived(t.Activity) {
		return e.archived(ctx, t)
	}
	for range attempts {
		res, err := e.reserve(ctx, t)
		if err != nil {
			return Answer{}, asUnavailable(err)
		}
		switch res.Status {
		case StatusLost:
			return Answer{Result: Loss, Replayed: res.Replayed}, nil
		case StatusHeld:
			answer, done, err := e.decide(ctx, t, res)
			if done || err != nil {
				return answer, err
			}
		case StatusConfirmed:
			answer, found := e.confirmed(ctx, t)
			if found {
				return answer, nil
			}
			if err = e.keeper.CheckLedger(ctx, t.Activity.Spec.ID); err == nil {
				err = e.forget(ctx, t)
			}
		case StatusStaleEpoch:
			err = e.keeper.Recover(ctx, t.Activity.Spec.ID, 0)
		case StatusUnreadable:
			err = e.keeper.Recover(ctx, t.Activity.Spec.ID, t.Activity.Epoch)
		case StatusStaleVersion:
			err = e.keeper.Catchup(ctx, t.Activity.Spec.ID)
		default:
			return Answer{}, refusal(res.Status, t.Activity)
		}
		if err == nil {
			err = e.renew(ctx, t)
		}
		if err != nil {
			return Answer{}, asUnavailable(err)
		}
	}
	return Answer{}, Unavailable("the draw", errors.New("state kept moving under the draw"))
}

// Lookup implements [Drawer].
func (e *Engine) Lookup(ctx context.Context, entry Entry) (Answer, error) {
	t, err := e.ticket(ctx, entry)
	if err != nil {
		return Answer{}, err
	}
	a, err := e.lookup(ctx, &t)
	a.Keys = t.keys()
	return a, err
}

func (e *Engine) lookup(ctx context.Context, t *Ticket) (Answer, error) {
	res, redisErr := e.reserver.Peek(ctx, t)
	if redisErr == nil && res.Status == StatusLost {
		return Answer{Result: Loss, Replayed: true}, nil
	}
	// The ledger is asked in every other case: it knows wins that a Redis that
	// is away or under rebuild does not.
	d, found, err := e.ledger.Find(ctx, t.Entry.Activity, t.User, t.Request)
	switch {
	case err != nil:
		return Answer{}, asUnavailable(err)
	case found:
		return e.win(t.Activity, d, true), nil
	case e.keeper.Archived(t.Activity):
		return Answer{}, Refuse(KindUnknownRequest, "no win is stored for this user and request, and losses of activity %q have expired", t.Activity.Spec.ID)
	case redisErr != nil:
		return Answer{}, asUnavailable(redisErr)
	case res.Status == StatusHeld || res.Status == StatusConfirmed || res.Status == StatusUnreadable:
		return Answer{Result: Pending, Replayed: true}, nil
	case res.Status == StatusStaleEpoch:
		return Answer{}, Unavailable("Redis", errors.New("state is stale"))
	}
	return Answer{}, Refuse(KindUnknownRequest, "no answer is stored for this user and request; draw first")
}

func (e *Engine) ticket(ctx context.Context, entry Entry) (Ticket, error) {
	if err := entry.Check(); err != nil {
		return Ticket{}, err
	}
	a, err := e.activities.Activity(ctx, entry.Activity)
	if KindOf(err) == KindUnknownActivity && e.activities == Activities(e.keeper.catalogue) { // the others have asked the ledger
		a, err = e.keeper.discover(ctx, entry.Activity)
	}
	if err != nil {
		return Ticket{}, err
	}
	return a.Ticket(entry), nil
}

// renew points the ticket at the activity's newest version. The word stays: a
// retry never re-samples. New weights read the same word anew, which is what
// the stale version would have been refused for.
func (e *Engine) renew(ctx context.Context, t *Ticket) error {
	a, err := e.activities.Activity(ctx, t.Entry.Activity)
	if err != nil || a == t.Activity {
		return err
	}
	weightsMoved := a.Version != t.Activity.Version
	t.Activity = a
	_, t.Blocked = a.blocked[t.User]
	if weightsMoved {
		if p, ok := a.OutcomeOf(t.Word); ok && a.Spec.Dice == DiceRandom {
			t.Prize = p
		} else {
			*t = a.Ticket(t.Entry)
		}
	}
	return nil
}

func (e *Engine) reserve(ctx context.Context, t *Ticket) (Reservation, error) {
	start := time.Now()
	res, err := e.reserver.Reserve(ctx, t)
	e.observe.Reserved(time.Since(start))
	return res, err
}

// decide brings a held unit to its end. done is false if the draw must start
// over: the epoch moved, or Redis was found stale and has been rebuilt.
func (e *Engine) decide(ctx context.Context, t *Ticket, res Reservation) (a Answer, done bool, err error) {
	start := time.Now()
	d := e.ledger.Commit(ctx, WinRow{
		Activity: t.Entry.Activity, User: t.User, Request: t.Request, Mark: t.Mark,
		Epoch: t.Activity.Epoch, Hold: res.Hold,
	})
	e.observe.Committed(time.Since(start))
	switch d.Ruling {
	case RulingCommitted:
		e.reserver.Confirm(t)
		return e.win(t.Activity, d, res.Replayed), true, nil
	case RulingOther:
		// Redis forgot this win and handed out a second unit. The ledger's row is
		// the answer; the rebuild takes the unit back.
		e.observe.Violation(t.Activity.Spec.ID, ViolationForgottenWin)
		e.keeper.RecoverSoon(t.Activity.Spec.ID, t.Activity.Epoch)
		return e.win(t.Activity, d, true), true, nil
	case RulingSoldOut:
		// Wrong, and passed on so that it is measured: the unit is held and will be
		// won by nobody who knows of it.
		e.observe.Violation(t.Activity.Spec.ID, ViolationFalseSoldOut)
		return Answer{Result: Loss}, true, nil
	case RulingMoved:
		err = e.keeper.Recover(ctx, t.Activity.Spec.ID, 0)
	case RulingRefused: // the rebuild counts it
		err = e.keeper.Recover(ctx, t.Activity.Spec.ID, t.Activity.Epoch)
	case RulingClash:
		e.observe.Violation(t.Activity.Spec.ID, ViolationTakenUnit)
		err = e.keeper.Recover(ctx, t.Activity.Spec.ID, t.Activity.Epoch)
	default:
		return Answer{Result: Pending, Replayed: res.Replayed}, true, nil
	}
	if err != nil {
		// The hold is journaled: the reconciler will end it.
		return Answer{Result: Pending, Replayed: res.Replayed}, true, nil
	}
	return Answer{}, false, nil
}

// confirmed answers the replay of a win from the ledger, the only place that
// may say what was won. found is false if it has no such win: Redis keeps a
// record whose hold was lost before it could be committed, so nobody was told
// of a win. Or the ledger lost a row, see [Keeper.CheckLedger].
func (e *Engine) confirmed(ctx context.Context, t *Ticket) (a Answer, found bool) {
	d, found, err := e.ledger.Find(ctx, t.Entry.Activity, t.User, t.Request)
	if err != nil {
		return Answer{Result: Pending, Replayed: true}, true
	}
	if !found {
		e.observe.Violation(t.Activity.Spec.ID, ViolationMissingRow)
		return Answer{}, false
	}
	return e.win(t.Activity, d, true), true
}

// forget has a win on record without hold and row drawn again. All is looked at once
// more, behind the count of those forgotten before: another instance may have done
// the same meanwhile, and the win may be in the ledger by now.
func (e *Engine) forget(ctx context.Context, t *Ticket) error {
	forgotten, err := e.reserver.Forgotten(ctx, t)
	if err != nil {
		return err
	}
	res, err := e.reserver.Peek(ctx, t)
	if err != nil || res.Status != StatusConfirmed {
		return err // the next attempt finds out what it is now
	}
	if _, found, err := e.ledger.Find(ctx, t.Entry.Activity, t.User, t.Request); found || err != nil {
		return err
	}
	e.keeper.leaked(t.Activity.Spec.ID, t.Activity.Epoch)
	return e.reserver.Forget(ctx, t, forgotten)
}

// archived answers for an activity whose state in Redis has expired: wins are
// replayed from the ledger, everything else came too late.
func (e *Engine) archived(ctx context.Context, t *Ticket) (Answer, error) {
	d, found, err := e.ledger.Find(ctx, t.Entry.Activity, t.User, t.Request)
	switch {
	case err != nil:
		return Answer{}, asUnavailable(err)
	case found:
		return e.win(t.Activity, d, true), nil
	}
	return Answer{}, refusal(StatusEnded, t.Activity)
}

func (e *Engine) win(a *Activity, d Decision, replayed bool) Answer {
	return Answer{
		Result: Win, Replayed: replayed,
		Prize: &a.Spec.Prizes[d.Row.Prize], Unit: d.Row.Unit, Code: d.Code,
	}
}

// refusal turns a status that refuses into the error for the client.
func refusal(s Status, a *Activity) *Error {
	switch s {
	case StatusNotStarted:
		return Refuse(KindNotStarted, "activity %q starts at %s", a.Spec.ID, stamp(a.Spec.Starts))
	case StatusEnded:
		return Refuse(KindEnded, "activity %q has ended", a.Spec.ID)
	case StatusBlocked:
		return Refuse(KindBlocked, "this user may not draw in activity %q", a.Spec.ID)
	case StatusLimitReached:
		return Refuse(KindLimitReached, "this user has used all %d draws of activity %q", a.Spec.DrawsPerUser, a.Spec.ID)
	case StatusReused:
		return Refuse(KindRequestReused, "this request id was used before with another proof; use a new id for a new draw")
	default:
		return Refuse(KindInternal, "unexpected reservation status %d", s)
	}
}
