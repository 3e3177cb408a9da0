package lottery

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"
)

// RecoverSoon asks for a recovery that nobody waits for. distrusted is as for
// [Keeper.Recover]. If 64 are waiting already the wish is dropped: the next
// draw that meets the contradiction repeats it.
func (k *Keeper) RecoverSoon(id string, distrusted int64) {
	select {
	case k.urgent <- staleEpoch{id, distrusted}:
	default:
	}
}

// Recover makes the activity's state in Redis and in the catalogue usable
// again, and returns when it is or cannot be. Callers that come while a
// recovery is under way share it. distrusted is the epoch whose state in Redis
// was seen to contradict the ledger and must be rebuilt even if it looks fine;
// 0 trusts what looks fine.
func (k *Keeper) Recover(ctx context.Context, id string, distrusted int64) error {
	k.mu.Lock()
	r := k.recoveries[id]
	if r == nil {
		r = &recovery{done: make(chan struct{})}
		k.recoveries[id] = r
		k.rebuilding.Go(func() { k.recover(context.WithoutCancel(ctx), id, distrusted, r) })
	}
	k.mu.Unlock()
	select {
	case <-r.done:
		return r.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// recover runs one recovery to its end, whatever becomes of the draws that wait
// for it. It is bounded by its own deadline.
func (k *Keeper) recover(ctx context.Context, id string, distrusted int64, r *recovery) {
	ctx, cancel := context.WithTimeout(ctx, k.options.Recovery)
	defer cancel()
	finished := make(chan struct{})
	defer close(finished)
	k.rebuilding.Go(func() {
		select {
		case <-k.ended:
			cancel()
		case <-finished:
		}
	})
	r.err = k.adoptOrRebuild(ctx, id, distrusted)
	k.mu.Lock()
	delete(k.recoveries, id)
	k.mu.Unlock()
	close(r.done)
}

// adoptOrRebuild waits for a rebuild of another instance as long as that one
// lives. Rebuilds of this instance take turns, a few at once: each reads the whole
// ledger of its activity. A ledger that is behind rebuilds nothing: units of wins that
// it lost would be given to others.
func (k *Keeper) adoptOrRebuild(ctx context.Context, id string, distrusted int64) error {
	if err := k.CheckLedger(ctx, id); err != nil {
		return err
	}
	for {
		seen, ok, err := k.adopt(ctx, id, distrusted)
		if ok || err != nil {
			return err
		}
		select {
		case k.rebuilds <- struct{}{}:
		case <-ctx.Done():
			return ctx.Err()
		}
		began, err := k.workshop.Suspend(ctx, id, seen)
		if began {
			err = k.rebuildAlive(ctx, id)
		}
		<-k.rebuilds
		if began || err != nil {
			return err
		}
		select {
		case <-time.After(rebuildPoll):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

const (
	// rebuildPoll is how often a rebuild of another instance is looked at, and
	// signOfLife how often this one shows that it lives.
	rebuildPoll = 50 * time.Millisecond
	signOfLife  = 500 * time.Millisecond
)

// rebuildAlive rebuilds, and shows that it lives until it has ended. Once another
// rebuild has begun it gives up.
func (k *Keeper) rebuildAlive(ctx context.Context, id string) error {
	working, cancel := context.WithCancelCause(ctx)
	var signs sync.WaitGroup
	signs.Go(func() {
		tick := time.NewTicker(signOfLife)
		defer tick.Stop()
		for {
			select {
			case <-working.Done():
				return
			case <-tick.C:
				if err := k.workshop.Renew(working, id); err != nil {
					cancel(err)
				}
			}
		}
	})
	err := k.rebuild(working, id)
	if err != nil && ctx.Err() == nil && working.Err() != nil {
		err = context.Cause(working)
	}
	cancel(nil)
	signs.Wait()
	if err != nil {
		gone, cancel := context.WithTimeout(context.WithoutCancel(ctx), signOfLife)
		defer cancel()
		_ = k.workshop.Abandon(gone, id) // else others wait until the lease has expired
	}
	return err
}

// adopt takes over the state in Redis if it was published to the running Redis
// process under the ledger's epoch.
func (k *Keeper) adopt(ctx context.Context, id string, distrusted int64) (seen string, ok bool, err error) {
	rec, err := k.registry.Activity(ctx, id)
	if err != nil {
		return "", false, err
	}
	st, err := k.workshop.State(ctx, id)
	if err != nil {
		return "", false, err
	}
	if !st.Found || !st.SameServer || st.Epoch != rec.Epoch || rec.Epoch == distrusted {
		return st.Seen, false, nil
	}
	if !st.Whole {
		k.observe.Violation(id, ViolationLostKey)
		return st.Seen, false, nil
	}
	if st.Version < rec.Version {
		if err := k.workshop.RaiseVersion(ctx, id, rec.Version); err != nil {
			return "", false, err
		}
	}
	k.install(rec)
	return "", true, nil
}

// rebuild makes Redis follow from the ledger. The order is the point:
//
//  1. Suspend (done by the caller): Redis takes no draw of this activity.
//  2. Bump the epoch: rows of the old epoch are all visible or refused for ever.
//  3. Roll forward the holds that Redis still knows, under the new epoch: their
//     dice said "win" and their units are taken.
//  4. Read the ledger, put every win on record, set counters and free units.
//  5. Resume under the new epoch.
//
// A crash anywhere leaves Redis suspended or under an old epoch, and the next
// draw starts over.
func (k *Keeper) rebuild(ctx context.Context, id string) error {
	if _, err := k.registry.BumpEpoch(ctx, id); err != nil {
		return err
	}
	rec, err := k.registry.Activity(ctx, id)
	if err != nil {
		return err
	}
	a := k.catalogue.Prepare(rec)
	if err := k.rollForward(ctx, a); err != nil {
		return err
	}
	state, err := k.replayLedger(ctx, a)
	if err != nil {
		return err
	}
	if err := k.workshop.Restock(ctx, a, state); err != nil {
		return err
	}
	if err := k.workshop.Resume(ctx, a); err != nil {
		return err
	}
	k.install(rec)
	k.observe.Rebuilt(id)
	return errors.Join(k.retire(ctx, a), k.workshop.Announce(ctx, id))
}

// rollForward ends every hold: committed, or undone where the ledger gave its
// unit to somebody else, or set aside where the ledger cannot take it: one bad
// hold must not stop all others.
func (k *Keeper) rollForward(ctx context.Context, a *Activity) error {
	unreadable, err := k.workshop.Holds(ctx, a, func(holds []WinRow) error {
		ended, err := k.commitAll(ctx, a, holds)
		if err != nil {
			return err
		}
		for range ended.refused {
			k.observe.Violation(a.Spec.ID, ViolationRefusedHold)
		}
		if err := k.workshop.SetAside(ctx, a, ended.refused); err != nil {
			return err
		}
		return errors.Join(k.workshop.Settle(ctx, a, ended.settled), k.workshop.Undo(ctx, a, slices.Concat(ended.lost, ended.refused)))
	})
	for range unreadable {
		k.observe.Violation(a.Spec.ID, ViolationRefusedHold)
	}
	return err
}

// journalPage is how many holds are ended at once. Living draws wait behind them for
// the ledger, so it is not more.
const journalPage = 1024

// endings are holds by what the ledger said of them.
type endings struct{ settled, lost, refused []WinRow }

// commitAll asks the ledger for all holds at once, so that they share commits.
func (k *Keeper) commitAll(ctx context.Context, a *Activity, holds []WinRow) (e endings, err error) {
	decisions := make([]Decision, len(holds))
	var asked sync.WaitGroup
	for i, w := range holds {
		w.Epoch = a.Epoch
		asked.Go(func() { decisions[i] = k.ledger.Commit(ctx, w) })
	}
	asked.Wait()
	for i, d := range decisions {
		switch d.Ruling {
		case RulingCommitted:
			e.settled = append(e.settled, holds[i])
		case RulingOther, RulingClash:
			e.lost = append(e.lost, holds[i])
		case RulingRefused:
			e.refused = append(e.refused, holds[i])
		case RulingMoved:
			err = errors.New("the epoch moved again while holds were rolled forward")
		case RulingUnknown, RulingSoldOut:
			err = errors.New("the ledger could not decide while holds were rolled forward")
		}
		k.observe.Reconciled(d.Ruling, 1)
	}
	return e, err
}

// replayLedger puts every durable win on record and works out which units are
// gone. Memory is proportional to the number of wins.
func (k *Keeper) replayLedger(ctx context.Context, a *Activity) (Rebuilt, error) {
	taken := make([]map[int64]struct{}, len(a.Spec.Prizes))
	for i := range taken {
		taken[i] = make(map[int64]struct{})
	}
	r := Rebuilt{Next: make([]int64, len(taken)), Free: make([][]int64, len(taken))}
	err := k.registry.Wins(ctx, a.Spec.ID, func(wins []WinRow) error {
		for _, w := range wins {
			taken[w.Prize][w.Unit] = struct{}{}
			r.Next[w.Prize] = max(r.Next[w.Prize], w.Unit)
		}
		r.Won += int64(len(wins))
		return k.workshop.Remember(ctx, a, wins)
	})
	if err != nil {
		return r, err
	}
	for i, next := range r.Next {
		for unit := int64(1); unit < next; unit++ {
			if _, ok := taken[i][unit]; !ok {
				r.Free[i] = append(r.Free[i], unit)
			}
		}
	}
	return r, nil
}
