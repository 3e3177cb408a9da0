// Package growth decides how many connections a load generator may have open, and
// when it may open one more.
//
// A generator that opens one for every request that finds
// none idle buries an overloaded server, and itself, under connections: the more
// there are, the slower is the answer, the more are opened.
package growth

import "time"

const (
	// Handshakes under way at one time: this many, or as many as connections
	// are open if that is more. So a far server gets twice as many with every
	// round trip, and a near one a few at a time.
	leastHandshakes = 16
	// TurnHandshakes are begun before answers are looked at again: on loopback
	// the whole handshake happens inside of connect, at the cost of many
	// answers.
	TurnHandshakes = 8

	// The default cap begins with leastCap and doubles, up to mostCap, while
	// requests wait and more connections bring more answers. The limit leaves
	// room for other users of this machine's files and ports; see fileShare.
	leastCap = 64
	mostCap  = 4096
	// fileShare: the default cap is at most a fourth of the files that this
	// process may open.
	fileShare = 4
	// moreAnswers is how much a doubling must have brought for the next one. A
	// server that works on all requests at one time gives twice as many, one
	// that is overloaded gives none. One that works in batches gives a little
	// more each time: at a fourth as the limit, lotteryd stopped at three
	// quarters of its best. Measured over two answers of each connection, and
	// long enough that a busy machine seldom decides.
	moreAnswers = 1.1
	measured    = 300 * time.Millisecond
	// silence without any answer doubles it too, as long as nothing could be
	// measured. So a service that needs a second gets its connections within
	// that second.
	silence = 50 * time.Millisecond
)

// NoCap as a cap lets connections grow without limit.
const NoCap = -1

// Growth keeps account of the connections of one run. Not safe for concurrent
// use.
type Growth struct {
	fixed   int // the caller's cap; 0: the default rule
	most    int // of the default rule
	allowed int // by the default rule, now
	open    int // connections, those being opened included
	opening int

	// While the default cap makes requests wait:
	held    bool
	since   time.Duration // this cap holds them
	answers int           // since then
	last    time.Duration // time of the last answer
	raised  time.Duration // time of the last doubling
	best    float64       // the most answers per second so far; 0: not measured
}

// New begins an account with a cap of 1 or more, NoCap, or 0 for the default
// rule. Files is how many this process may have open at one time, 0 if unknown.
func New(fixed, files int) Growth {
	g := Growth{fixed: fixed, most: mostCap}
	if files > 0 {
		g.most = max(1, min(g.most, files/fileShare))
	}
	g.allowed = min(leastCap, g.most)
	return g
}

// Capped says that the cap on connections is reached, so that a request that
// finds all of them busy has to wait. It raises the default cap when it is time.
func (g *Growth) Capped(now time.Duration) bool {
	switch {
	case g.fixed == NoCap:
		return false
	case g.fixed > 0:
		return g.open >= g.fixed
	case g.open < g.allowed:
		return false
	case g.allowed == g.most:
		return true
	case !g.held:
		g.held, g.best = true, 0
		g.measure(now)
	}
	switch took := now - g.since; {
	case g.answers >= 2*g.allowed && took >= measured:
		rate, before := float64(g.answers)/took.Seconds(), g.best
		g.best = max(rate, before)
		if rate < moreAnswers*before {
			g.measure(now)
			return true
		}
	case g.best > 0 || now-max(g.last, g.raised) < silence:
		return true
	}
	g.allowed, g.raised = min(2*g.allowed, g.most), now
	g.measure(now)
	return g.open >= g.allowed
}

// measure begins to count answers anew.
func (g *Growth) measure(now time.Duration) { g.since, g.answers = now, 0 }

// Relaxed notes that a request did not have to wait. What was measured when some
// did is forgotten: the service may have become another one since.
func (g *Growth) Relaxed() { g.held = false }

// Answered notes a complete answer.
func (g *Growth) Answered(now time.Duration) {
	g.answers++
	g.last = now
}

// MayOpen says that a connection may be opened now.
func (g *Growth) MayOpen(now time.Duration) bool {
	return g.opening < max(leastHandshakes, g.open-g.opening) && !g.Capped(now)
}

// Opens notes that a connection is being opened.
func (g *Growth) Opens() {
	g.open++
	g.opening++
}

// Opened notes that opening one has ended, in success or not.
func (g *Growth) Opened() { g.opening-- }

// Closed notes that a connection, or what was to become one, is gone.
func (g *Growth) Closed() { g.open-- }

// Bound says that the cap could not be raised: it is the caller's, or the most that
// the default rule allows with the files of this process.
func (g *Growth) Bound() bool { return g.fixed > 0 || g.fixed == 0 && g.allowed == g.most }

// Used is the cap for the result: the caller's, or what the default rule came to;
// 0 for none.
func (g *Growth) Used() int {
	switch g.fixed {
	case NoCap:
		return 0
	case 0:
		return g.allowed
	}
	return g.fixed
}
