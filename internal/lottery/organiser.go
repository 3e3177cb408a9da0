package lottery

import (
	"context"
	"crypto/rand"
	"errors"
	"reflect"
)

var _ Organiser = (*Keeper)(nil)

// Put implements [Organiser].
func (k *Keeper) Put(ctx context.Context, s Spec) (ActivityStatus, bool, error) {
	s = s.WithDefaults()
	if err := s.Validate(); err != nil {
		return ActivityStatus{}, false, err
	}
	rec := Record{Spec: s, Version: 1}
	rand.Read(rec.Secret[:])
	created, err := k.registry.Create(ctx, rec)
	if err != nil {
		return ActivityStatus{}, false, asUnavailable(err)
	}
	if !created {
		st, err := k.change(ctx, s.ID, func(r *Record) error { return amend(r, s) })
		return st, false, err
	}
	if err := k.Recover(ctx, s.ID, 0); err != nil {
		return ActivityStatus{}, true, asUnavailable(err)
	}
	st, err := k.Status(ctx, s.ID)
	return st, true, err
}

// amend applies what may change of an activity that exists.
func amend(r *Record, s Spec) error {
	if r.Closed {
		return Refuse(KindConflict, "activity %q is closed; use another id for a new one", s.ID)
	}
	if r.Spec.Dice != s.Dice {
		return Refuse(KindConflict, "the dice of activity %q are %s and cannot change", s.ID, r.Spec.Dice)
	}
	if len(r.Spec.Prizes) != len(s.Prizes) {
		return Refuse(KindConflict, "activity %q has %d prizes and cannot change to %d", s.ID, len(r.Spec.Prizes), len(s.Prizes))
	}
	for i, p := range r.Spec.Prizes {
		if q := s.Prizes[i]; p.ID != q.ID || p.Stock != q.Stock {
			return Refuse(KindConflict, "prizes[%d] of activity %q is %q with stock %d; id and stock cannot change", i, s.ID, p.ID, p.Stock)
		}
	}
	r.Spec = s
	return nil
}

// Close implements [Organiser].
func (k *Keeper) Close(ctx context.Context, id string) (ActivityStatus, error) {
	return k.change(ctx, id, func(r *Record) error {
		r.Closed = true
		return nil
	})
}

// change edits one activity in the ledger and spreads the new version. An edit
// that changes nothing writes nothing.
func (k *Keeper) change(ctx context.Context, id string, edit func(*Record) error) (ActivityStatus, error) {
	for range attempts {
		rec, err := k.registry.Activity(ctx, id)
		if err != nil {
			return ActivityStatus{}, asUnavailable(err)
		}
		before := rec
		if err := edit(&rec); err != nil {
			return ActivityStatus{}, err
		}
		if sameRecord(before, rec) {
			return k.Status(ctx, id)
		}
		ok, err := k.registry.Update(ctx, rec)
		if err != nil {
			return ActivityStatus{}, asUnavailable(err)
		}
		if !ok {
			continue // somebody else changed it first: look again
		}
		if err := errors.Join(k.Catchup(ctx, id), k.workshop.Announce(ctx, id)); err != nil {
			return ActivityStatus{}, asUnavailable(err)
		}
		return k.Status(ctx, id)
	}
	return ActivityStatus{}, Refuse(KindConflict, "activity %q is being changed by others; try again", id)
}

// sameRecord compares times as instants: a spec that went through the ledger
// has lost its time zone's name.
func sameRecord(a, b Record) bool {
	if !a.Spec.Starts.Equal(b.Spec.Starts) || !a.Spec.Ends.Equal(b.Spec.Ends) {
		return false
	}
	b.Spec.Starts, b.Spec.Ends = a.Spec.Starts, a.Spec.Ends
	if len(a.Spec.Blocked) == 0 && len(b.Spec.Blocked) == 0 {
		b.Spec.Blocked = a.Spec.Blocked
	}
	return reflect.DeepEqual(a, b)
}

// Status implements [Organiser].
func (k *Keeper) Status(ctx context.Context, id string) (ActivityStatus, error) {
	rec, err := k.registry.Activity(ctx, id)
	if err != nil {
		return ActivityStatus{}, asUnavailable(err)
	}
	if rec.Won, err = k.registry.CountWins(ctx, id); err != nil {
		return ActivityStatus{}, asUnavailable(err)
	}
	return rec.Status(), nil
}

// Keys implements [Organiser].
func (k *Keeper) Keys(ctx context.Context, id, user, request string) (Keys, error) {
	rec, err := k.registry.Activity(ctx, id)
	if err != nil {
		return Keys{}, asUnavailable(err)
	}
	d := newDice(id, rec.Secret)
	return Keys{User: d.userKey(user), Request: d.roll(user, request, 0).key}, nil
}

// List implements [Organiser].
func (k *Keeper) List(ctx context.Context) ([]ActivityStatus, error) {
	records, err := k.registry.Activities(ctx)
	if err != nil {
		return nil, asUnavailable(err)
	}
	list := make([]ActivityStatus, len(records))
	for i, rec := range records {
		if rec.Won, err = k.registry.CountWins(ctx, rec.Spec.ID); err != nil {
			return nil, asUnavailable(err)
		}
		list[i] = rec.Status()
	}
	return list, nil
}
