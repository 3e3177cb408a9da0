//go:build !unix

package kernel

import (
	"errors"
	"time"
)

// SelfCPU is the CPU time of this process so far, user and system; 0 if unknown.
func SelfCPU() time.Duration { return 0 }

// ThreadCPU is that of one thread of this process, by its id; 0 if unknown.
func ThreadCPU(int) time.Duration { return 0 }

// ProcessCPU is that of another process. An error says why it cannot be had.
func ProcessCPU(int) (time.Duration, error) {
	return 0, errors.New("the CPU of another process can be read on Linux only")
}
