package localservices

import (
	"syscall"
	"time"
)

// killTree kills pid and its children with SIGKILL and returns when none of
// them runs any more, or after five seconds.
//
// The parent is stopped first: a postmaster that saw its children die would
// fork new ones, and one that forks between our look and our kill would leave
// a child behind.
func killTree(pid int) {
	syscall.Kill(pid, syscall.SIGSTOP)
	family := append(childrenOf(pid), pid)
	for _, p := range family {
		syscall.Kill(p, syscall.SIGKILL)
	}
	deadline := time.Now().Add(5 * time.Second)
	for _, p := range family {
		for time.Now().Before(deadline) {
			if _, runs := processStart(p); !runs {
				break
			}
			time.Sleep(2 * time.Millisecond)
		}
	}
}
