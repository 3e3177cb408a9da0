//go:build !linux

package loadgen

import "time"

func sharpTimers() {}

func normalTimers() {}

// sleepThread falls back on the runtime's timers; what they overshoot is
// reported as send lateness.
func sleepThread(d time.Duration) { time.Sleep(d) }

func threadID() int { return 0 }
