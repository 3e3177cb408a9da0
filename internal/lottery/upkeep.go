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

// Reconcile ends the holds that are at least overdue old: their draw died or
// gave up between reserve and commit. It commits the very row the draw would
// have committed, so racing a living draw is harmless.
func (k *Keeper) Reconcile(ctx context.Context, overdue time.Duration) error {
	var errs []error
	for id, a := range k.catalogue.All() {
		errs = append(errs, k.inspect(ctx, a))
		holds, err := k.workshop.Journal(ctx, a, overdue, journalPage)
		if errors.Is(err, ErrUnreadableHold) {
			err = k.Recover(ctx, id, a.Epoch) // which sets it aside, and ends the others
			holds = nil
		}
		if err != nil || len(holds) == 0 {
			k.observe.Pending(id, 0, 0)
			errs = append(errs, err)
			continue
		}
		k.observe.Pending(id, len(holds), overdue)
		ended, err := k.commitAll(ctx, a, holds)
		errs = append(errs, err, k.workshop.Settle(ctx, a, ended.settled))
		if len(ended.lost) > 0 {
			k.observe.Violation(id, ViolationHeldUnit)
		}
		if len(ended.lost)+len(ended.refused) > 0 { // the rebuild counts what is refused
			errs = append(errs, k.Recover(ctx, id, a.Epoch))
		}
	}
	return errors.Join(errs...)
}

// inspect has an activity rebuilt of which Redis lost a part, whether or not
// anybody draws. However many holds were lost, there is one rebuild for an epoch.
func (k *Keeper) inspect(ctx context.Context, a *Activity) error {
	if epoch := k.leak(a.Spec.ID); epoch != 0 {
		err := k.Recover(ctx, a.Spec.ID, epoch)
		if err != nil {
			k.leaked(a.Spec.ID, epoch)
		}
		return err
	}
	st, err := k.workshop.State(ctx, a.Spec.ID)
	if err != nil || !st.Found || !st.SameServer || st.Epoch != a.Epoch || st.Whole {
		return err
	}
	return k.Recover(ctx, a.Spec.ID, 0)
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
