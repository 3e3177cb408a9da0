package experiment

import "syscall"

func childAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// signalGroup reaches the process and whatever it started that did not leave
// its group. The group's number is not used again while a member lives; after
// the last one's end it could be another's only when process ids have gone
// round in between.
func (p *Process) signalGroup(signal syscall.Signal) { _ = syscall.Kill(-p.PID(), signal) }
