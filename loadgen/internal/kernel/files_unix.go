//go:build unix

package kernel

import (
	"math"
	"syscall"
)

// FileLimit is how many files this process may have open at one time; 0 if
// unknown or unlimited.
func FileLimit() int {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil || uint64(limit.Cur) > math.MaxInt32 {
		return 0
	}
	return int(limit.Cur)
}
