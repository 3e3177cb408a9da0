package goroutine

// Growth is what became of a group of goroutines between two dumps of
// one process.
type Growth struct {
	// Group is that of the later dump, with Count 0 if it is gone; it then has
	// the waits of the earlier one.
	Group    Group
	Old, New int // goroutines in either dump
	// Stayed are those of the new ones that were in the group before already, by
	// their numbers; Stuck those of them that have waited since, for a minute or
	// longer; Moved those that have done something in between, although they are
	// at the same place again.
	Stayed, Stuck, Moved int
	// Suspect says that the group may be a leak: it waits for something in the
	// program, it grew, and its goroutines that were there before are still where
	// they were, without a sign that they did anything since.
	Suspect bool
	// Calm says why a group that grew by two or more is no suspect. It is empty
	// for all others.
	Calm Calm
}

// Delta is New-Old.
func (g Growth) Delta() int { return g.New - g.Old }

// Calm is why a group that grew is no suspect. Codes are stable; more may come.
type Calm string

// The reasons, in the order in which they are looked for.
const (
	// CalmActive: it runs, or waits for the network or the clock.
	CalmActive Calm = "active"
	// CalmResting: goroutines of Go's runtime, and of connections and pools of
	// libraries, wait at that place for their next work.
	CalmResting Calm = "resting"
	// CalmNew: there was none before, so nothing shows that they stay.
	CalmNew Calm = "new"
	// CalmEnded: some of the earlier ones ended, or do something else.
	CalmEnded Calm = "ended"
	// CalmMoved: the earlier ones are at the same place again, with other work.
	CalmMoved Calm = "moved"
	// CalmRequest: they serve requests, and have not waited for a minute and
	// since before the earlier dump. A service with more to do than it can has
	// such groups.
	CalmRequest Calm = "request"
	// CalmConnection: each belongs to a connection that is open, at which another
	// goroutine reads.
	CalmConnection Calm = "open-connection"
	// CalmLibrary: no code of the program takes part, and it grew by less than
	// ten.
	CalmLibrary Calm = "library"
)
