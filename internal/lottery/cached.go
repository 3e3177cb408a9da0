package lottery

import (
	"context"
	"sync"
	"time"
)

// Cached keeps activities read from the ledger for a while. Draws that miss the
// same activity at once share one load. An entry is given up when it has
// expired, or when [Cached.Invalidate] says that the activity changed.
//
// A load that races an invalidation may have read the activity as it was
// before. What it read is given to those who waited for it, whose draws Redis
// then sends back as stale, but it is not kept: else the old version would
// stay for a whole lifetime. Nor does an older version ever replace a newer one.
//
// Compared with the [Catalogue] a draw may have to wait for the ledger, and
// cannot be answered while the ledger is away and the entry has expired.
// Unknown ids are not remembered; each asks the ledger anew.
//
// Memory is bounded by the number of activities in the ledger.
type Cached struct {
	ledger    ActivityReader
	workbench Workbench
	lifetime  time.Duration

	lock    sync.Mutex
	entries map[string]cacheEntry
	loads   map[string]*load // under way, and not overtaken by an invalidation
}

var _ Activities = (*Cached)(nil)

// cacheEntry stays after it expired: its version is the least to be kept next.
type cacheEntry struct {
	activity *Activity
	expires  time.Time
}

// load is one query that any number of draws wait for.
type load struct {
	done     chan struct{} // closed when the fields below are set
	activity *Activity
	err      error
}

// loadDeadline bounds one load, whatever becomes of the draws that wait for it.
const loadDeadline = 5 * time.Second

// NewCached makes an empty cache that reads from ledger, prepares on workbench
// and keeps entries for lifetime.
func NewCached(ledger ActivityReader, workbench Workbench, lifetime time.Duration) *Cached {
	return &Cached{
		ledger: ledger, workbench: workbench.withDefaults(), lifetime: lifetime,
		entries: make(map[string]cacheEntry), loads: make(map[string]*load),
	}
}

// Invalidate says that the activity changed: the next draw reads it anew. It
// does not wait; it is what [KeeperOptions.Changed] is for.
func (c *Cached) Invalidate(id string) {
	c.lock.Lock()
	defer c.lock.Unlock()
	if e, ok := c.entries[id]; ok {
		e.expires = time.Time{}
		c.entries[id] = e
	}
	delete(c.loads, id) // whoever comes now starts another; finish sees that
}

// Activity implements [Activities].
func (c *Cached) Activity(ctx context.Context, id string) (*Activity, error) {
	c.lock.Lock()
	if e, ok := c.entries[id]; ok && time.Now().Before(e.expires) {
		c.lock.Unlock()
		return e.activity, nil
	}
	l, shared := c.loads[id]
	if !shared {
		l = &load{done: make(chan struct{})}
		c.loads[id] = l
	}
	c.lock.Unlock()
	if !shared {
		c.run(ctx, id, l)
		return l.activity, l.err
	}
	select {
	case <-l.done:
		return l.activity, l.err
	case <-ctx.Done():
		return nil, asUnavailable(ctx.Err())
	}
}

// run carries out one load on the first caller's goroutine. It outlives that
// caller's context, because others wait for it too.
func (c *Cached) run(ctx context.Context, id string, l *load) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), loadDeadline)
	defer cancel()
	l.err = Unavailable("the activity", nil) // should reading panic
	defer c.finish(id, l)
	r, err := c.ledger.Activity(ctx, id)
	if err != nil {
		l.err = asUnavailable(err)
		return
	}
	l.activity, l.err = c.workbench.Activity(r), nil
}

// finish hands out what a load brought and keeps it, unless the activity
// changed meanwhile or a newer version is known.
func (c *Cached) finish(id string, l *load) {
	c.lock.Lock()
	defer c.lock.Unlock()
	defer close(l.done)
	if c.loads[id] != l {
		return // overtaken
	}
	delete(c.loads, id)
	if l.err != nil || l.activity.olderThan(c.entries[id].activity) {
		return
	}
	c.entries[id] = cacheEntry{l.activity, time.Now().Add(c.lifetime)}
}

// olderThan tells whether b, which may be nil, is known to be newer.
func (a *Activity) olderThan(b *Activity) bool {
	return b != nil && (a.Version < b.Version || a.Epoch < b.Epoch)
}
