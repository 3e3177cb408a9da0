package lottery

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"time"
)

// Keeper keeps Redis and the catalogue in step with the ledger: it refreshes
// metadata, rebuilds Redis when it lost or may have lost something, rolls
// forward holds whose draw died, and carries out what organisers ask for.
//
// Safe for concurrent use. [Keeper.Run] owns its background work.
type Keeper struct {
	catalogue *Catalogue
	registry  Registry
	ledger    Ledger
	workshop  Workshop
	observe   Observer
	options   KeeperOptions

	mu         sync.Mutex
	recoveries map[string]*recovery // under way, by activity
	retired    map[string]int64     // the epoch whose state was told to expire, by activity
	urgent     chan staleEpoch      // to recover without a draw waiting
}

// KeeperOptions are the keeper's times. All are required.
type KeeperOptions struct {
	// Refresh is how often the ledger is asked for changed activities.
	Refresh time.Duration
	// Overdue is the age at which a hold counts as abandoned. It must exceed
	// the time a draw may take, or the reconciler races living draws (which is
	// harmless, but wasted work).
	Overdue time.Duration
	// Grace is how long after its end an activity's answers stay in Redis.
	Grace time.Duration
	// Recovery bounds one rebuild.
	Recovery time.Duration
}

// staleEpoch names state in Redis that was seen to contradict the ledger.
type staleEpoch struct {
	activity string
	epoch    int64
}

// recovery is one rebuild that any number of draws wait for.
type recovery struct {
	done chan struct{}
	err  error
}

// NewKeeper wires a keeper.
func NewKeeper(c *Catalogue, r Registry, l Ledger, w Workshop, o Observer, opt KeeperOptions) *Keeper {
	return &Keeper{
		catalogue: c, registry: r, ledger: l, workshop: w, observe: o, options: opt,
		recoveries: make(map[string]*recovery), retired: make(map[string]int64), urgent: make(chan staleEpoch, 64),
	}
}

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
		case <-early:
		}
		if ctx.Err() == nil {
			f()
		}
	}
}

// Refresh brings the catalogue up to the ledger and tells Redis of versions it
// does not know yet. While Postgres is away the catalogue stays as it is.
func (k *Keeper) Refresh(ctx context.Context) error {
	records, err := k.registry.Activities(ctx)
	if err != nil {
		return fmt.Errorf("refreshing activities: %w", err)
	}
	old, next := k.catalogue.All(), k.catalogue.Merge(records)
	k.catalogue.Publish(next)
	var errs []error
	for id, a := range next {
		if before := old[id]; before == nil || before.Version != a.Version {
			errs = append(errs, k.workshop.RaiseVersion(ctx, id, a.Version))
		}
		errs = append(errs, k.retire(ctx, a))
	}
	return errors.Join(errs...)
}

// retire lets the state of an activity that has ended expire after the grace.
// It is done once it has ended, because only then no new key can appear; once
// by each instance, because nobody knows whether another one has.
func (k *Keeper) retire(ctx context.Context, a *Activity) error {
	if time.Now().Before(a.Spec.Ends) {
		return nil
	}
	k.mu.Lock()
	done := k.retired[a.Spec.ID] == a.Epoch
	k.retired[a.Spec.ID] = a.Epoch
	k.mu.Unlock()
	if done {
		return nil
	}
	return k.workshop.Retire(ctx, a.Spec.ID, a.Spec.Ends.Add(k.options.Grace))
}

// Archived tells whether the activity ended so long ago that its answers in
// Redis have expired. Its wins are in the ledger for ever.
func (k *Keeper) Archived(a *Activity) bool {
	return time.Since(a.Spec.Ends) >= k.options.Grace
}

// Catchup is called by a draw whose ticket was refused as stale: whichever of
// catalogue and Redis is behind is brought up.
func (k *Keeper) Catchup(ctx context.Context, id string) error {
	if err := k.Refresh(ctx); err != nil {
		return err
	}
	if a := k.catalogue.Find(id); a != nil {
		return k.workshop.RaiseVersion(ctx, id, a.Version)
	}
	return Refuse(KindUnknownActivity, "there is no activity %q", id)
}

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
		go k.recover(context.WithoutCancel(ctx), id, distrusted, r)
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
	r.err = k.adoptOrRebuild(ctx, id, distrusted)
	k.mu.Lock()
	delete(k.recoveries, id)
	k.mu.Unlock()
	close(r.done)
}

func (k *Keeper) adoptOrRebuild(ctx context.Context, id string, distrusted int64) error {
	if ok, err := k.adopt(ctx, id, distrusted); ok || err != nil {
		return err
	}
	return k.registry.Exclusively(ctx, id, func(ctx context.Context) error {
		// Another instance may have rebuilt while we waited for the lock.
		if ok, err := k.adopt(ctx, id, distrusted); ok || err != nil {
			return err
		}
		return k.rebuild(ctx, id)
	})
}

// adopt takes over the state in Redis if it was published to the running Redis
// process under the ledger's epoch.
func (k *Keeper) adopt(ctx context.Context, id string, distrusted int64) (bool, error) {
	rec, err := k.registry.Activity(ctx, id)
	if err != nil {
		return false, err
	}
	st, err := k.workshop.State(ctx, id)
	if err != nil {
		return false, err
	}
	if !st.Found || !st.SameServer || st.Epoch != rec.Epoch || rec.Epoch == distrusted {
		return false, nil
	}
	if st.Version < rec.Version {
		if err := k.workshop.RaiseVersion(ctx, id, rec.Version); err != nil {
			return false, err
		}
	}
	k.install(rec)
	return true, nil
}

// rebuild makes Redis follow from the ledger. The order is the point:
//
//  1. Suspend: Redis takes no draw of this activity.
//  2. Bump the epoch: rows of the old epoch are all visible or refused for ever.
//  3. Roll forward the holds that Redis still knows, under the new epoch: their
//     dice said "win" and their units are taken.
//  4. Read the ledger, put every win on record, set counters and free units.
//  5. Resume under the new epoch.
//
// A crash anywhere leaves Redis suspended or under an old epoch, and the next
// draw starts over.
func (k *Keeper) rebuild(ctx context.Context, id string) error {
	if err := k.workshop.Suspend(ctx, id); err != nil {
		return err
	}
	if _, err := k.registry.BumpEpoch(ctx, id); err != nil {
		return err
	}
	rec, err := k.registry.Activity(ctx, id)
	if err != nil {
		return err
	}
	a := NewActivity(rec)
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

// rollForward ends every hold in the journal: committed, or undone where the
// ledger gave its unit to somebody else.
func (k *Keeper) rollForward(ctx context.Context, a *Activity) error {
	for {
		holds, err := k.workshop.Journal(ctx, a, 0, journalPage)
		if err != nil || len(holds) == 0 {
			return err
		}
		settled, lost, err := k.commitAll(ctx, a, holds)
		if err != nil {
			return err
		}
		if err := errors.Join(k.workshop.Settle(ctx, a, settled), k.workshop.Undo(ctx, a, lost)); err != nil {
			return err
		}
		if len(settled)+len(lost) == 0 {
			return fmt.Errorf("rolling forward %q: the ledger decided none of %d holds", a.Spec.ID, len(holds))
		}
	}
}

// journalPage is how many holds are ended at once.
const journalPage = 512

// commitAll asks the ledger for all holds at once, so that they share commits.
func (k *Keeper) commitAll(ctx context.Context, a *Activity, holds []WinRow) (settled, lost []WinRow, err error) {
	decisions := make([]Decision, len(holds))
	var asked sync.WaitGroup
	for i, w := range holds {
		w.Epoch = a.Epoch
		asked.Go(func() { decisions[i] = k.ledger.Commit(ctx, w) })
	}
	asked.Wait()
	for i, d := range decisions {
		switch d.Verdict {
		case VerdictCommitted:
			settled = append(settled, holds[i])
		case VerdictOther, VerdictClash:
			lost = append(lost, holds[i])
		case VerdictMoved:
			err = errors.New("the epoch moved again while holds were rolled forward")
		case VerdictUnknown:
			err = errors.New("the ledger could not decide while holds were rolled forward")
		}
		k.observe.Reconciled(d.Verdict, 1)
	}
	return settled, lost, err
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

// install puts one record into the catalogue, leaving the others alone.
func (k *Keeper) install(rec Record) {
	k.mu.Lock()
	defer k.mu.Unlock()
	next := make(Snapshot)
	for id, a := range k.catalogue.All() {
		next[id] = a
	}
	next[rec.Spec.ID] = NewActivity(rec)
	k.catalogue.Publish(next)
}

// Reconcile ends the holds that are at least overdue old: their draw died or
// gave up between reserve and commit. It commits the very row the draw would
// have committed, so racing a living draw is harmless.
func (k *Keeper) Reconcile(ctx context.Context, overdue time.Duration) error {
	var errs []error
	for id, a := range k.catalogue.All() {
		holds, err := k.workshop.Journal(ctx, a, overdue, journalPage)
		if err != nil || len(holds) == 0 {
			k.observe.Pending(id, 0, 0)
			errs = append(errs, err)
			continue
		}
		k.observe.Pending(id, len(holds), overdue)
		settled, lost, err := k.commitAll(ctx, a, holds)
		errs = append(errs, err, k.workshop.Settle(ctx, a, settled))
		if len(lost) > 0 {
			k.observe.Violation(id, "redis held a taken unit")
			errs = append(errs, k.Recover(ctx, id, a.Epoch))
		}
	}
	return errors.Join(errs...)
}

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
		return Refuse(KindConflict, "activity %q is closed; give the new one another id", s.ID)
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
