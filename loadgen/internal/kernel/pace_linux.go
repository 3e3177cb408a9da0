package kernel

import (
	"syscall"
	"time"
	"unsafe"
)

const (
	clockMonotonic  = 1
	prSetTimerSlack = 29
)

// SharpTimers asks the kernel to wake this thread when asked instead of up to
// 50 us later. The thread must be locked to the goroutine. It is only a wish:
// failure shows as lateness, so it is not reported apart.
func SharpTimers() { setTimerSlack(1) }

// NormalTimers undoes [SharpTimers] before the thread is given back.
func NormalTimers() { setTimerSlack(0) }

func setTimerSlack(ns uintptr) {
	_, _, _ = syscall.RawSyscall(syscall.SYS_PRCTL, prSetTimerSlack, ns, 0)
}

// SleepThread blocks the thread for d. Unlike time.Sleep it does not pass the
// runtime's poller, which rounds waits up to a millisecond when idle
// (golang/go#53824); it overshoots by the kernel's wake-up, 25 us or so.
func SleepThread(d time.Duration) {
	ts := syscall.NsecToTimespec(int64(d))
	// Interrupted by a signal it returns early; callers look at the clock again.
	_, _, _ = syscall.Syscall6(syscall.SYS_CLOCK_NANOSLEEP, clockMonotonic, 0, uintptr(unsafe.Pointer(&ts)), 0, 0, 0)
}

// ThreadID is the id of the calling thread; 0 where threads have none.
func ThreadID() int { return syscall.Gettid() }
