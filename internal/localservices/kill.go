package localservices

import (
	"syscall"
	"time"
)

// killTree kills pid and all that descend from it with SIGKILL and returns when
// none of them runs any more, or after five seconds.
//
// Each is stopped before its children are looked up: a postmaster that saw its
// children die would fork new ones, and one that forks between our look and our
// kill would leave a child behind. Initdb's servers are its grandchildren, by
// way of a shell.
func killTree(pid int) {
	family := stopTree(pid)
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

// stopTree stops pid and all that descend from it and lists them.
func stopTree(pid int) []int {
	syscall.Kill(pid, syscall.SIGSTOP)
	family := []int{pid}
	for _, child := range childrenOf(pid) {
		family = append(family, stopTree(child)...)
	}
	return family
}
