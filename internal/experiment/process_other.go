//go:build !linux

package experiment

import (
	"os"
	"syscall"
)

func childAttributes() *syscall.SysProcAttr { return nil }

// signalGroupOf reaches the process alone: elsewhere it has no group of its own.
func signalGroupOf(p *os.Process, signal syscall.Signal) {
	if signal == syscall.SIGKILL {
		_ = p.Kill()
		return
	}
	_ = p.Signal(signal)
}
