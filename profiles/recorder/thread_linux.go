package recorder

import (
	"runtime"
	"syscall"
	"time"
)

// spent runs f and returns the CPU time that it used on its own thread.
func (*thisProcess) spent(f func()) time.Duration {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	before := threadCPU()
	f()
	return threadCPU() - before
}

func threadCPU() time.Duration {
	const thisThread = 1 // RUSAGE_THREAD, which package syscall does not name everywhere
	var usage syscall.Rusage
	if syscall.Getrusage(thisThread, &usage) != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
