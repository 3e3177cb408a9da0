//go:build !linux

package experiment

import "syscall"

func childAttributes() *syscall.SysProcAttr { return nil }

// signalGroup reaches the process alone: elsewhere it has no group of its own.
func (p *Process) signalGroup(signal syscall.Signal) {
	if signal == syscall.SIGKILL {
		_ = p.process.Kill()
		return
	}
	_ = p.process.Signal(signal)
}
