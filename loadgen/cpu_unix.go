//go:build unix && !linux

package loadgen

import (
	"errors"
	"syscall"
	"time"
)

func selfCPU() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func threadCPU(int) time.Duration { return 0 }

func processCPU(int) (time.Duration, error) {
	return 0, errors.New("the CPU of another process can be read on Linux only")
}
