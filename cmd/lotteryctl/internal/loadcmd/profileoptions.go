package loadcmd

import (
	"time"
)

// profileOptions are the flags of profile, as given.
type profileOptions struct {
	profileLoad
	targets []string // [name=]URL

	duration      time.Duration // of the window, and of the load
	kinds         string
	trace         bool
	traceDuration time.Duration
}

// profileLoad is `lotteryctl profile` where it makes the load itself: latency
// and profiles belong to the same window. It is a bench of which only the
// profiled runs are made.
type profileLoad struct {
	bench    benchOptions
	steps    string   // which tuning steps of lotteryd are on
	override []string // switch=variant
}
