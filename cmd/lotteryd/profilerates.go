package main

import "runtime"

// setProfileRates lets the block and mutex profiles of the admin port hold
// something. They cost a little at every lock and channel, so by default both
// are off, as the runtime has them; a rate of 0 touches nothing.
func setProfileRates(c Config) {
	if c.BlockProfileRate > 0 {
		runtime.SetBlockProfileRate(c.BlockProfileRate)
	}
	if c.MutexProfileFraction > 0 {
		runtime.SetMutexProfileFraction(c.MutexProfileFraction)
	}
}
