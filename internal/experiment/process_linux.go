package experiment

import (
	"os"
	"syscall"
)

func childAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// signalGroupOf reaches a process and whatever it started that did not leave
// its group. The group's number is not used again while a member lives; after
// the last one's end it could be another's only when process ids have gone
// round in between.
func signalGroupOf(p *os.Process, signal syscall.Signal) { _ = syscall.Kill(-p.Pid, signal) }
