package main

import (
	"fmt"
	"os"
	"strconv"
	"syscall"
	"unsafe"
)

// useCores keeps this process, and those that it starts from now on, on the cores
// from..to-1.
func useCores(from, to int) error {
	var set [16]uint64
	for i := from; i < to; i++ {
		set[i/64] |= 1 << (i % 64)
	}
	// Each thread has its own; new ones inherit it.
	threads, err := os.ReadDir("/proc/self/task")
	if err != nil {
		return err
	}
	for _, t := range threads {
		id, err := strconv.Atoi(t.Name())
		if err != nil {
			return err
		}
		_, _, no := syscall.RawSyscall(syscall.SYS_SCHED_SETAFFINITY, uintptr(id), unsafe.Sizeof(set), uintptr(unsafe.Pointer(&set)))
		if no != 0 && no != syscall.ESRCH {
			return fmt.Errorf("keeping a thread on cores %d to %d: %w", from, to-1, no)
		}
	}
	return nil
}
