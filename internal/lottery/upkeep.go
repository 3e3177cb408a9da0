package lottery

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// Run refreshes, reconciles and recovers until ctx ends; pushed delivers the
// ids of activities that another instance announced as changed. It returns when
// everything it started has ended.
func (k *Keeper) Run(ctx context.Context, pushed <-chan string, report func(error)) {
	var work sync.WaitGroup
	work.Go(func() { k.every(ctx, k.options.Refresh, pushed, func() { report(k.Refresh(ctx)) }) })
	work.Go(func() { k.every(ctx, time.Second, nil, func() { report(k.Reconcile(ctx, k.options.Overdue)) }) })
	work.Go(func() {
		for {
			select {
			case <-ctx.Done():
				return
			case stale := <-k.urgent:
				report(k.Recover(ctx, stale.activity, stale.epoch))
			}
		}
	})
	work.Wait()
}

func (k *Keeper) every(ctx context.Context, d time.Duration, early <-chan string, f func()) {
	tick := time.NewTicker(d)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case id, ok := <-early:
			if !ok {
				early = nil // nobody announces any more; the ticks go on
				continue
			}
			k.options.Changed(id)
		}
		if ctx.Err() == nil {
			f()
		}
	}
}

// Refresh brings the catalogue up to the ledger and tells Redis of versions it
// does not know yet. While Postgres is away the catalogue stays as it is.
func (k *Keeper) Refresh(ctx context.Context) error {
	mark := k.mark()
	records, err := k.registry.Activities(ctx)
	if err != nil {
		return fmt.Errorf("refreshing activities: %w", err)
	}
	old, next := k.replace(records, mark)
	var errs []error
	for id, a := range next {
		if before := old[id]; before != a {
			k.options.Changed(id)
		}
		if before := old[id]; before == nil || before.Version != a.Version {
			errs = append(errs, k.workshop.RaiseVersion(ctx, id, a.Version))
		}
		errs = append(errs, k.retire(ctx, a))
	}
	return errors.Join(errs...)
}

// Catchup is called by a draw whose ticket was refused as stale: whichever of
// catalogue and Redis is behind is brought up.
func (k *Keeper) Catchup(ctx context.Context, id string) error {
	if err := k.Refresh(ctx); err != nil {
		return err
	}
	k.options.Changed(id) // the catalogue may be up to date and the draw's source not
	if a := k.catalogue.Find(id); a != nil {
		return k.workshop.RaiseVersion(ctx, id, a.Version)
	}
	return unknownActivity(id)
}

// activitiesAtOnce bounds how many activities are reconciled at a time: one with a
// long journal keeps few others waiting.
const activitiesAtOnce = 8

// Reconcile ends the holds that are at least overdue old: their draw died or
// gave up between reserve and commit. It commits the very row the draw would
// have committed, so racing a living draw is harmless. It returns when none is left,
// or the ledger cannot decide.
func (k *Keeper) Reconcile(ctx context.Context, overdue time.Duration) error {
	var mu sync.Mutex
	var errs []error
	var work sync.WaitGroup
	places := make(chan struct{}, activitiesAtOnce)
	for _, a := range k.catalogue.All() {
		places <- struct{}{}
		work.Go(func() {
			defer func() { <-places }()
			err := k.reconcile(ctx, a, overdue)
			mu.Lock()
			defer mu.Unlock()
			errs = append(errs, err)
		})
	}
	work.Wait()
	return errors.Join(errs...)
}

// reconcile ends the overdue holds of one activity, page after page: what draws
// left behind while the ledger was away is committed as fast as the ledger can.
func (k *Keeper) reconcile(ctx context.Context, a *Activity, overdue time.Duration) error {
	if err := k.inspect(ctx, a); err != nil {
		return err
	}
	for ctx.Err() == nil {
		n, err := k.reconcilePage(ctx, a, overdue)
		if err != nil || n == 0 {
			return err
		}
		if _, err := k.measure(ctx, a); err != nil || n < journalPage {
			return err
		}
	}
	return ctx.Err()
}

// reconcilePage ends one page of holds and tells how many it had. The error is that
// of holds which have not ended.
func (k *Keeper) reconcilePage(ctx context.Context, a *Activity, overdue time.Duration) (n int, err error) {
	id := a.Spec.ID
	holds, err := k.workshop.Journal(ctx, a, overdue, journalPage)
	if errors.Is(err, ErrUnreadableHold) {
		return 0, k.Recover(ctx, id, a.Epoch) // which sets it aside, and ends the others
	}
	if err != nil || len(holds) == 0 {
		return 0, err
	}
	ended, err := k.commitAll(ctx, a, holds)
	err = errors.Join(err, k.workshop.Settle(ctx, a, ended.settled))
	if len(ended.lost) > 0 {
		k.observe.Violation(id, ViolationHeldUnit)
	}
	if len(ended.lost)+len(ended.refused) > 0 { // the rebuild counts what is refused
		return 0, errors.Join(err, k.Recover(ctx, id, a.Epoch))
	}
	return len(holds), err
}

// inspect has an activity rebuilt of which Redis lost a part, whether or not
// anybody draws, and measures its journal. However many holds were lost, there is one
// rebuild for an epoch.
func (k *Keeper) inspect(ctx context.Context, a *Activity) error {
	if epoch := k.leak(a.Spec.ID); epoch != 0 {
		err := k.Recover(ctx, a.Spec.ID, epoch)
		if err != nil {
			k.leaked(a.Spec.ID, epoch)
		}
		return err
	}
	st, err := k.measure(ctx, a)
	if err != nil || !st.Found || !st.SameServer || st.Epoch != a.Epoch || st.Whole {
		return err
	}
	return k.Recover(ctx, a.Spec.ID, 0)
}

// measure tells the observer how much waits for the ledger.
func (k *Keeper) measure(ctx context.Context, a *Activity) (RedisState, error) {
	st, err := k.workshop.State(ctx, a.Spec.ID)
	if err == nil {
		k.observe.Pending(a.Spec.ID, st.Holds, st.Oldest)
	}
	return st, err
}

// mostSought bounds how many draws of activities that are not in the catalogue ask
// the ledger between two refreshes: ids are whatever clients send.
const mostSought = 1000

// discover looks in the ledger for an activity that the catalogue lacks: another
// instance may just have created it. The error is a [KindUnknownActivity] or
// [KindUnavailable] refusal.
func (k *Keeper) discover(ctx context.Context, id string) (*Activity, error) {
	k.mu.Lock()
	k.sought++
	over := k.sought > mostSought
	k.mu.Unlock()
	if over {
		return nil, Unavailable("the list of activities", errors.New("too many draws of unknown activities"))
	}
	if err := k.Recover(ctx, id, 0); err != nil {
		return nil, asUnavailable(err)
	}
	return k.catalogue.Activity(ctx, id)
}
