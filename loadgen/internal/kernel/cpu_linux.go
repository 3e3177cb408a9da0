package kernel

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

// SelfCPU is the CPU time of this process so far, user and system; 0 if unknown.
func SelfCPU() time.Duration {
	d, _ := cpuClock(cpuClockSched) // id 0 stands for ourselves; cannot fail
	return d
}

// ThreadCPU is that of one thread of this process, by its id; 0 if unknown.
func ThreadCPU(tid int) time.Duration {
	d, err := cpuClock(^tid<<3 | cpuClockSched | cpuClockPerThread)
	if err != nil {
		return 0
	}
	return d
}

// ProcessCPU is that of another process. An error says why it cannot be had.
func ProcessCPU(pid int) (time.Duration, error) {
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
