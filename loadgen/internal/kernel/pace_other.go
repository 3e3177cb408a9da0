//go:build !linux

package kernel

import "time"

// SharpTimers does nothing here.
func SharpTimers() {}

// NormalTimers does nothing here.
func NormalTimers() {}

// SleepThread falls back on the runtime's timers; what they overshoot is
// reported as send lateness.
func SleepThread(d time.Duration) { time.Sleep(d) }

// ThreadID is 0: threads have no id here.
func ThreadID() int { return 0 }
