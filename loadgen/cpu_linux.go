package loadgen

import (
	"fmt"
	"syscall"
	"time"
	"unsafe"
)

// Linux gives every process and thread a CPU clock, in nanoseconds, user and
// system together; a process's includes threads that have ended. Its clock id
// is made from the process or thread id, see clock_getcpuclockid(3).
const (
	cpuClockSched     = 2
	cpuClockPerThread = 4
	maxPID            = 1 << 22 // a kernel limit, and what a clock id has room for
)

func selfCPU() time.Duration {
	d, _ := cpuClock(cpuClockSched) // id 0 stands for ourselves; cannot fail
	return d
}

func threadCPU(tid int) time.Duration {
	d, err := cpuClock(^tid<<3 | cpuClockSched | cpuClockPerThread)
	if err != nil {
		return 0
	}
	return d
}

func processCPU(pid int) (time.Duration, error) {
	if pid > maxPID {
		return 0, fmt.Errorf("no process can have the id %d", pid)
	}
	d, err := cpuClock(^pid<<3 | cpuClockSched)
	if err != nil {
		return 0, fmt.Errorf("no CPU clock of process %d: %w", pid, err)
	}
	return d, nil
}

func cpuClock(id int) (time.Duration, error) {
	var ts syscall.Timespec
	_, _, errno := syscall.Syscall(syscall.SYS_CLOCK_GETTIME, uintptr(id), uintptr(unsafe.Pointer(&ts)), 0)
	if errno != 0 {
		return 0, errno
	}
	return time.Duration(ts.Nano()), nil
}
