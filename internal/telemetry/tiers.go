package telemetry

import (
	"maps"
	"sync"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
)

// maxTiers is how many series of tiers there can be, "none" and "other"
// included; whatever comes after them is counted as "other". Tiers come from organisers, and there is
// no end to what an organiser may write.
const maxTiers = 64

// tierCounters gives the counter of a tier. Reading is one map lookup in an
// immutable map, without a lock; a tier seen for the first time copies the map.
//
// Safe for concurrent use.
type tierCounters struct {
	make  func(tier string) prometheus.Counter
	none  prometheus.Counter // no prize
	known atomic.Pointer[map[string]prometheus.Counter]
	grow  sync.Mutex
}

func newTierCounters(make func(tier string) prometheus.Counter) *tierCounters {
	t := &tierCounters{make: make, none: make("none")}
	t.known.Store(&map[string]prometheus.Counter{"none": t.none})
	return t
}

func (t *tierCounters) of(tier string) prometheus.Counter {
	if c, ok := (*t.known.Load())[tier]; ok {
		return c
	}
	t.grow.Lock()
	defer t.grow.Unlock()
	known := *t.known.Load()
	if c, ok := known[tier]; ok {
		return c
	}
	if len(known) >= maxTiers-1 {
		return t.make("other") // the same counter each time
	}
	next := maps.Clone(known)
	next[tier] = t.make(tier)
	t.known.Store(&next)
	return next[tier]
}
