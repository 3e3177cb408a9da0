package lottery

import (
	"context"
	"maps"
	"slices"
	"time"
)

// Shortfall looks whether the ledger has what Redis has seen in it. Redis is read
// first, so that wins which are committed meanwhile raise no alarm. It counts the
// activity's wins, which takes time in proportion to them.
func (k *Keeper) Shortfall(ctx context.Context, id string) (Shortfall, error) {
	st, err := k.workshop.State(ctx, id)
	if err != nil {
		return Shortfall{}, err
	}
	s := Shortfall{Seen: st.Committed, Published: st.Published}
	rec, err := k.registry.Activity(ctx, id)
	if err != nil {
		return s, err
	}
	s.Epoch = rec.Epoch
	if s.Seen > 0 {
		s.Won, err = k.registry.CountWins(ctx, id)
	}
	return s, err
}

// Distrusted are the activities whose ledger was behind when it was last looked at.
func (k *Keeper) Distrusted() []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.Collect(maps.Keys(k.distrusted))
}

// CheckLedger is an error, with a [Shortfall] in its chain, if the activity's ledger is
// behind: then Redis must not be rebuilt from it, and a win on record that is not in
// it is a win nevertheless.
func (k *Keeper) CheckLedger(ctx context.Context, id string) error {
	select {
	case k.counting <- struct{}{}: // many draws come with the same question
		defer func() { <-k.counting }()
	case <-ctx.Done():
		return ctx.Err()
	}
	k.mu.Lock()
	d, known := k.distrusted[id]
	k.mu.Unlock()
	if known && time.Since(d.found) < distrustFor {
		return Unavailable("the ledger", d.short)
	}
	s, err := k.Shortfall(ctx, id)
	if err != nil {
		return err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if !s.Behind() {
		delete(k.distrusted, id)
		return nil
	}
	k.distrusted[id] = distrust{time.Now(), s}
	if !known {
		k.observe.Violation(id, ViolationLedgerBehind)
	}
	return Unavailable("the ledger", s)
}
