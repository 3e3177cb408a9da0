//go:build unix

package recorder

import (
	"syscall"
	"time"
)

// processCPU is the CPU time, of user and system, that the process has used;
// one system call, about a microsecond.
func processCPU() time.Duration {
	var usage syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &usage) != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
