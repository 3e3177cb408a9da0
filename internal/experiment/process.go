package experiment

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

// stopPatience is how long a process may take to end after SIGTERM.
const stopPatience = 20 * time.Second

// Process is a program started for a round. It does not outlive us: on Linux
// the kernel ends it when we die, whatever the cause. It is in a process group
// of its own, so Ctrl-C reaches it only through Stop.
type Process struct {
	name    string
	process *os.Process
	logPath string
	ended   chan struct{} // closed when it has ended and err is set
	err     error
}

// StartProcess runs argv with extra environment env ("KEY=value"); both its
// output streams go to a new file logPath.
func StartProcess(argv, env []string, logPath string) (*Process, error) {
	log, err := os.OpenFile(logPath, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o644)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Env = append(os.Environ(), env...)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = childAttributes()
	p := &Process{name: argv[0], logPath: logPath, ended: make(chan struct{})}
	started := make(chan error)
	go p.keep(cmd, started)
	if err := <-started; err != nil {
		return nil, fmt.Errorf("starting %s: %w", argv[0], err)
	}
	return p, nil
}

// keep owns the process from start to end. The kernel's "end it when its
// parent dies" means the parent thread, so this goroutine keeps its own.
func (p *Process) keep(cmd *exec.Cmd, started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := cmd.Start(); err != nil {
		started <- err
		return
	}
	p.process = cmd.Process
	started <- nil
	p.err = cmd.Wait()
	close(p.ended)
}

// PID is the process id.
func (p *Process) PID() int { return p.process.Pid }

// Ended is closed when the process has ended.
func (p *Process) Ended() <-chan struct{} { return p.ended }

// Log returns what the process has written so far, the last 64 KiB of it.
func (p *Process) Log() []byte {
	file, err := os.Open(p.logPath)
	if err != nil {
		return nil
	}
	defer file.Close()
	const most = 64 << 10
	if info, err := file.Stat(); err == nil && info.Size() > most {
		_, _ = file.Seek(-most, io.SeekEnd)
	}
	text, _ := io.ReadAll(io.LimitReader(file, most))
	return text
}

// EarlyEnd describes the end of a process that should have lived on, with the
// last line it wrote. It returns nil while the process runs.
func (p *Process) EarlyEnd() error {
	select {
	case <-p.ended:
	default:
		return nil
	}
	state := "exit status 0"
	if p.err != nil {
		state = p.err.Error()
	}
	last := p.Log()
	last = bytes.TrimSpace(last)
	last = last[bytes.LastIndexByte(last, '\n')+1:]
	return fmt.Errorf("%s ended early (%s), its last words were: %s", p.name, state, bytes.TrimSpace(last))
}

// Stop asks the process to end (SIGTERM) and waits; after 20 s, or when ctx
// ends, it is killed. It returns an error when the process had ended before,
// had to be killed, or did not exit with status 0.
func (p *Process) Stop(ctx context.Context) error {
	if err := p.EarlyEnd(); err != nil {
		return err
	}
	_ = p.process.Signal(syscall.SIGTERM) // harmless when it has just ended
	patience := time.NewTimer(stopPatience)
	defer patience.Stop()
	select {
	case <-p.ended:
		if p.err != nil {
			return fmt.Errorf("%s was asked to stop and ended with %w", p.name, p.err)
		}
		return nil
	case <-patience.C:
	case <-ctx.Done():
	}
	_ = p.process.Kill()
	<-p.ended
	return fmt.Errorf("%s did not stop when asked and was killed", p.name)
}
