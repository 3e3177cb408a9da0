package httpapi

import (
	"maps"
	"sync"
	"sync/atomic"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
	"github.com/lotteryctl/lotteryctl/profiles/recorder"
)

// mostTierLabels bounds how many label sets of tiers there are; wins of tiers
// beyond them have the tier "other". Tiers come from organisers.
const mostTierLabels = 64

// drawLabels puts pprof labels on the goroutine of a draw or lookup: the route
// from its start, the result and the prize's tier from when they are known. All
// sets are made once, so that a request allocates nothing for them and pays
// some 50 ns. A nil *drawLabels sets nothing.
//
// Safe for concurrent use.
type drawLabels struct {
	routes [2]routeLabels // by operation
}

// routeLabels are the label sets of one route.
type routeLabels struct {
	name          string
	open          recorder.LabelSet // the result is not known
	loss, pending recorder.LabelSet
	wins          atomic.Pointer[map[string]recorder.LabelSet] // by tier; replaced, never changed
	grow          sync.Mutex
}

func newDrawLabels() *drawLabels {
	l := new(drawLabels)
	for op, name := range map[operation]string{drawing: "draw", lookingUp: "lookup"} {
		r := &l.routes[op]
		r.name = name
		r.open = recorder.NewLabelSet("route", name)
		r.loss = recorder.NewLabelSet("route", name, "result", lottery.Loss.String())
		r.pending = recorder.NewLabelSet("route", name, "result", lottery.Pending.String())
		r.wins.Store(&map[string]recorder.LabelSet{})
	}
	return l
}

// begin labels a request that has just come.
func (l *drawLabels) begin(op operation) {
	if l != nil {
		l.routes[op].open.Set()
	}
}

// answered labels what is still to do for a request with its answer.
func (l *drawLabels) answered(op operation, a *lottery.Answer) {
	if l == nil {
		return
	}
	r := &l.routes[op]
	switch {
	case a.Result == lottery.Win:
		r.win(a.Prize.Tier).Set()
	case a.Result == lottery.Pending:
		r.pending.Set()
	default:
		r.loss.Set()
	}
}

// end takes the labels off: the goroutine serves other requests next.
func (l *drawLabels) end() {
	if l != nil {
		recorder.LabelSet{}.Set()
	}
}

func (r *routeLabels) win(tier string) recorder.LabelSet {
	if set, ok := (*r.wins.Load())[tier]; ok {
		return set
	}
	r.grow.Lock()
	defer r.grow.Unlock()
	known := *r.wins.Load()
	if len(known) >= mostTierLabels {
		tier = "other" // one set more
	}
	if set, ok := known[tier]; ok {
		return set
	}
	next := maps.Clone(known)
	next[tier] = recorder.NewLabelSet("route", r.name, "result", lottery.Win.String(), "tier", tier)
	r.wins.Store(&next)
	return next[tier]
}
