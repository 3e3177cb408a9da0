package lottery

import (
	"context"
	"sync"
	"sync/atomic"
)

// Snapshot is all activities at one moment. Immutable.
type Snapshot map[string]*Activity

// Cell holds the current snapshot: read by every draw, written when an activity
// changes. Implementations are safe for concurrent use, and their zero value is
// an empty cell.
type Cell interface {
	Load() Snapshot // nil before the first Store
	Store(Snapshot)
}

// PointerCell is the cell that reads fastest: one atomic load, no lock, typed.
type PointerCell struct{ current atomic.Pointer[Snapshot] }

// Load implements [Cell].
func (c *PointerCell) Load() Snapshot {
	if s := c.current.Load(); s != nil {
		return *s
	}
	return nil
}

// Store implements [Cell].
func (c *PointerCell) Store(s Snapshot) { c.current.Store(&s) }

// ValueCell is the same with atomic.Value, which was the way before Go 1.19: it
// checks types when the program runs.
type ValueCell struct{ current atomic.Value }

// Load implements [Cell].
func (c *ValueCell) Load() Snapshot {
	s, _ := c.current.Load().(Snapshot)
	return s
}

// Store implements [Cell].
func (c *ValueCell) Store(s Snapshot) { c.current.Store(s) }

// RWMutexCell is the same with a lock. Readers do not exclude each other, but
// they all write the lock's count of readers: one cache line for all cores.
type RWMutexCell struct {
	lock    sync.RWMutex
	current Snapshot
}

// Load implements [Cell].
func (c *RWMutexCell) Load() Snapshot {
	c.lock.RLock()
	defer c.lock.RUnlock()
	return c.current
}

// Store implements [Cell].
func (c *RWMutexCell) Store(s Snapshot) {
	c.lock.Lock()
	defer c.lock.Unlock()
	c.current = s
}

// Catalogue hands out the current snapshot. A draw loads it once; a refresh
// swaps it whole. The zero value is an empty catalogue over a [PointerCell]
// with the default [Workbench].
type Catalogue struct {
	cell      Cell // nil: own
	own       PointerCell
	workbench Workbench
}

var _ Activities = (*Catalogue)(nil)

// NewCatalogue makes an empty catalogue over an empty cell, whose activities
// are prepared on workbench.
func NewCatalogue(cell Cell, workbench Workbench) *Catalogue {
	return &Catalogue{cell: cell, workbench: workbench}
}

// All returns the current snapshot; do not modify it.
func (c *Catalogue) All() Snapshot {
	if c.cell == nil {
		return c.own.Load()
	}
	return c.cell.Load()
}

// Find returns an activity of the current snapshot, or nil.
func (c *Catalogue) Find(id string) *Activity { return c.All()[id] }

// Activity implements [Activities]. It never waits.
func (c *Catalogue) Activity(_ context.Context, id string) (*Activity, error) {
	if a := c.Find(id); a != nil {
		return a, nil
	}
	return nil, unknownActivity(id)
}

// Publish makes s the current snapshot.
func (c *Catalogue) Publish(s Snapshot) {
	if c.cell == nil {
		c.own.Store(s)
		return
	}
	c.cell.Store(s)
}

// Prepare makes a record ready to draw from, on the catalogue's workbench.
func (c *Catalogue) Prepare(r Record) *Activity { return c.workbench.Activity(r) }

// Merge builds the snapshot that follows from the ledger's records, keeping the
// prepared activities that did not change or that are newer than a record read
// a moment earlier.
func (c *Catalogue) Merge(records []Record) Snapshot {
	old, next := c.All(), make(Snapshot, len(records))
	for _, r := range records {
		if a := old[r.Spec.ID]; a != nil && a.Version >= r.Version && a.Epoch >= r.Epoch {
			next[r.Spec.ID] = a
			continue
		}
		next[r.Spec.ID] = c.Prepare(r)
	}
	return next
}
