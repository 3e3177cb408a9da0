package loadgen

import (
	"time"

	"github.com/lotteryctl/lotteryctl/loadgen/internal/kernel"
)

// How connections grow. A generator that opens one for every request that finds
// none idle buries an overloaded server, and itself, under connections: the more
// there are, the slower is the answer, the more are opened.
const (
	// Handshakes under way at one time: this many, or as many as connections
	// are open if that is more. So a far server gets twice as many with every
	// round trip, and a near one a few at a time.
	leastHandshakes = 16
	// turnHandshakes are begun before answers are looked at again: on loopback
	// the whole handshake happens inside of connect, at the cost of many
	// answers.
	turnHandshakes = 8

	// The default cap is capHeadroom times what Little's law gives for the rate
	// and the service time, within these bounds. The lower one allows for a
	// service time that is not known yet, the upper one for other users of this
	// machine's files and ports; see fileShare.
	capHeadroom = 4
	leastCap    = 64
	mostCap     = 4096
	// fileShare: the default cap is at most a fourth of the files that this
	// process may open.
	fileShare = 4

	// The service time that the cap rests on is that of requests sent while at
	// most lightLoad others were under way. Others tell how long the queue in
	// the server is, and a cap that follows it would grow with it.
	lightLoad = 8
)

// growth decides how many connections may be open, and when one more may be
// opened. The zero value allows none. Not safe for concurrent use.
type growth struct {
	fixed    int // the plan's cap; 0: the default rule
	rate     float64
	most     int // of the default rule
	highest  int // the highest cap that the default rule has come to
	open     int // connections, those being opened included
	opening  int
	inFlight int // requests written and not ended

	// Service time under light load, of old and of late. The first knows kinds
	// of requests that are slow and rare, the second notices that the service
	// has become slower.
	always, lately average
	unfinished     int           // such requests that have not ended
	begun          time.Duration // the sum of their times of sending
}

// average forgets: each value weighs keep times as much as the one after it.
type average struct{ keep, sum, weight float64 }

func (a *average) add(v float64) {
	a.sum = a.sum*a.keep + v
	a.weight = a.weight*a.keep + 1
}

// with returns the average as if n values of the given sum had been added.
func (a *average) with(n, sum float64) float64 {
	if a.weight+n == 0 {
		return 0
	}
	return (a.sum + sum) / (a.weight + n)
}

func newGrowth(p *Plan) growth {
	g := growth{fixed: p.Connections, rate: p.Rate, most: mostCap, always: average{keep: 1}, lately: average{keep: 15.0 / 16}}
	if files := kernel.FileLimit(); files > 0 {
		g.most = max(1, min(g.most, files/fileShare))
	}
	return g
}

// limit is the cap on connections that holds now, NoCap if there is none.
func (g *growth) limit(now time.Duration) int {
	if g.fixed != 0 {
		return g.fixed
	}
	// Requests under way have taken at least the time since they were sent. So a
	// service that needs a second gets its connections within that second.
	n, age := float64(g.unfinished), (time.Duration(g.unfinished)*now - g.begun).Seconds()
	service := max(g.always.with(n, age), g.lately.with(n, age))
	limit := min(int(min(capHeadroom*g.rate*service, mostCap)), g.most)
	limit = max(limit, min(leastCap, g.most))
	g.highest = max(g.highest, limit)
	return limit
}

// capped says that the cap on connections is reached.
func (g *growth) capped(now time.Duration) bool {
	limit := g.limit(now)
	return limit != NoCap && g.open >= limit
}

// mayOpen says that a connection may be opened now.
func (g *growth) mayOpen(now time.Duration) bool {
	return g.opening < max(leastHandshakes, g.open-g.opening) && !g.capped(now)
}

// opens notes that a connection is being opened.
func (g *growth) opens() {
	g.open++
	g.opening++
}

// opened notes that opening one has ended, in success or not.
func (g *growth) opened() { g.opening-- }

// closed notes that a connection, or what was to become one, is gone.
func (g *growth) closed() { g.open-- }

// sent notes the first write of x, and ended its end, if it was written.
func (g *growth) sent(x *Exchange) {
	if g.inFlight <= lightLoad && g.fixed == 0 {
		x.light = true
		g.unfinished++
		g.begun += x.Sent
	}
	g.inFlight++
}

func (g *growth) ended(x *Exchange) {
	if !x.written {
		return
	}
	g.inFlight--
	if x.light {
		g.unfinished--
		g.begun -= x.Sent
		took := (x.Done - x.Sent).Seconds()
		g.always.add(took)
		g.lately.add(took)
	}
}

// used is the cap for the result: the plan's, or the highest that the default
// rule came to; 0 for none.
func (g *growth) used() int {
	switch g.fixed {
	case NoCap:
		return 0
	case 0:
		return max(g.highest, min(leastCap, g.most))
	}
	return g.fixed
}
