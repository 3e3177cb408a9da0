package lottery

import (
	"context"
	"maps"
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
	leaks      map[string]int64     // the epoch in which holds were found lost, by activity
	installs   int64                // how often an activity was installed
	installed  map[string]int64     // the last such number, by activity
	sought     int                  // activities looked for in the ledger since the last refresh
	rebuilding sync.WaitGroup       // the goroutines of recoveries
	rebuilds   chan struct{}        // one for each rebuild under way
	ended      chan struct{}        // closed by Stop: recoveries under way give up
	urgent     chan staleEpoch      // to recover without a draw waiting
	distrusted map[string]distrust  // activities whose ledger was found to be behind
	counting   chan struct{}        // one for each count of an activity's wins under way
}

// KeeperOptions are the keeper's times, all of which are required, and who else
// wants to know what it learns.
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
	// Changed is told the id of an activity that changed, or of which a draw was
	// found to hold an old version: a [Cached] forgets it then. It is called
	// before whoever asked for the refresh or recovery goes on, and must not
	// wait. By default, nobody is told.
	Changed func(id string)
}

// rebuildsAtOnce bounds the rebuilds of one instance. Each uses a connection to
// the ledger at a time, and holds none while it waits for another.
const rebuildsAtOnce = 4

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
	if opt.Changed == nil {
		opt.Changed = func(string) {}
	}
	return &Keeper{
		catalogue: c, registry: r, ledger: l, workshop: w, observe: o, options: opt,
		recoveries: make(map[string]*recovery), retired: make(map[string]int64), leaks: make(map[string]int64), installed: make(map[string]int64), ended: make(chan struct{}), rebuilds: make(chan struct{}, rebuildsAtOnce), urgent: make(chan staleEpoch, 64),
		distrusted: make(map[string]distrust), counting: make(chan struct{}, countsAtOnce),
	}
}

// Stop ends the recoveries under way and waits for them. Call it once, after
// the last draw and before the stores are closed.
func (k *Keeper) Stop() {
	close(k.ended)
	k.rebuilding.Wait()
}

// leaked notes that a hold was lost in an epoch, with a unit that nobody can name:
// the reconciler has the activity rebuilt, which takes the unit back.
func (k *Keeper) leaked(id string, epoch int64) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.leaks[id] = epoch
}

// leak returns what was noted last, 0 for nothing, and forgets it.
func (k *Keeper) leak(id string) (epoch int64) {
	k.mu.Lock()
	defer k.mu.Unlock()
	epoch = k.leaks[id]
	delete(k.leaks, id)
	return epoch
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

// install puts one record into the catalogue, leaving the others alone. One that
// is older than what is there stays away: it was read before, and came late.
func (k *Keeper) install(rec Record) {
	k.mu.Lock()
	defer k.mu.Unlock()
	id, prepared := rec.Spec.ID, k.catalogue.Prepare(rec)
	k.installs++
	k.installed[id] = k.installs
	defer k.options.Changed(id)
	if prepared.olderThan(k.catalogue.Find(id)) {
		return
	}
	next := maps.Clone(k.catalogue.All())
	if next == nil {
		next = make(Snapshot)
	}
	next[id] = prepared
	k.catalogue.Publish(next)
}

// mark is a moment for [Keeper.replace].
func (k *Keeper) mark() int64 {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.installs
}

// replace makes the catalogue follow from records that were read after mark: what
// was installed since may be missing there, and stays. It returns the catalogue
// before and after.
func (k *Keeper) replace(records []Record, mark int64) (old, next Snapshot) {
	k.mu.Lock()
	defer k.mu.Unlock()
	old, next = k.catalogue.All(), k.catalogue.Merge(records)
	for id, a := range old {
		if next[id] == nil && k.installed[id] > mark {
			next[id] = a
		}
	}
	k.catalogue.Publish(next)
	k.sought = 0
	return old, next
}
