package experiment

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/endpoint"
)

// stopPatience is how long a process may take to end after SIGTERM.
const stopPatience = 20 * time.Second

// Process is a program started for a run. It does not outlive us: on Linux the
// kernel ends it when we die, whatever the cause; what it started itself is
// spared then, but not by Stop. It leads a process group of its own, so Ctrl-C
// reaches it only through Stop.
type Process struct {
	name    string
	process *os.Process
	logPath string
	secrets []string      // values that must not stay in its output
	ended   chan struct{} // closed when it has ended and err is set
	err     error
}

// StartProcess runs argv with extra environment env ("KEY=value"); both its
// output streams go to a new file logPath, which only its owner can read. When
// the process has ended, the values of its arguments and of env that may not be
// stored (package endpoint) are overwritten in that file.
func StartProcess(argv, env []string, logPath string) (*Process, error) {
	return startProcessIn("", argv, env, logPath, nil)
}

// startProcessIn is StartProcess in a working folder; "" is ours. secrets are
// further values that it may print, and that may not be stored.
func startProcessIn(folder string, argv, env []string, logPath string, secrets []string) (*Process, error) {
	if folder != "" {
		// Otherwise the error would say that the program is not there.
		if _, err := os.Stat(folder); err != nil {
			return nil, fmt.Errorf("starting %s: %w", argv[0], err)
		}
	}
	log, err := os.OpenFile(logPath, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Env = append(os.Environ(), env...)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.Dir = folder
	cmd.SysProcAttr = childAttributes()
	secrets = append(endpoint.Secrets(append(argv[1:len(argv):len(argv)], env...)...), secrets...)
	slices.SortStableFunc(secrets, func(a, b string) int { return len(b) - len(a) })
	p := &Process{name: argv[0], logPath: logPath, secrets: secrets, ended: make(chan struct{})}
	started := make(chan error)
	go p.keep(cmd, started)
	if err := <-started; err != nil {
		return nil, err // it names the program
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
	close(p.ended) // at once: whoever asks why it ended must not take it for alive
}

// PID is the process id.
func (p *Process) PID() int { return p.process.Pid }

// Ended is closed when the process has ended.
func (p *Process) Ended() <-chan struct{} { return p.ended }

// Log returns what the process has written so far, the last 64 KiB of it, as it
// is: to be read, not to be printed.
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
func (p *Process) EarlyEnd() error { return p.earlyEnd(1) }

// earlyEnd is EarlyEnd with the last lines, at most.
func (p *Process) earlyEnd(lines int) error {
	select {
	case <-p.ended:
	default:
		return nil
	}
	hideSecrets(p.logPath, p.secrets)
	state := "exit status 0"
	if p.err != nil {
		state = p.err.Error()
	}
	words := p.lastWords(lines)
	if words == "" {
		return fmt.Errorf("%s %w (%s) without output", p.name, ErrEndedEarly, state)
	}
	return fmt.Errorf("%s %w (%s); the last lines of its output: %s", p.name, ErrEndedEarly, state, words)
}

// lastWords are the last lines of the log that are not empty, in one line and
// without secrets.
func (p *Process) lastWords(most int) string {
	lines := slices.DeleteFunc(strings.Split(endpoint.Scrub(string(p.Log()), p.secrets), "\n"), func(line string) bool {
		return strings.TrimSpace(line) == ""
	})
	lines = lines[max(0, len(lines)-most):]
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	return strings.Join(lines, " | ")
}

// Stop asks the process and its group to end (SIGTERM) and waits; after 20 s,
// or when ctx ends, they are killed. It returns an error when the process had
// ended before, had to be killed, or did not exit with status 0. What is left
// of its group when it has ended is killed.
func (p *Process) Stop(ctx context.Context) error {
	if err := p.EarlyEnd(); err != nil {
		p.signalGroup(syscall.SIGKILL)
		hideSecrets(p.logPath, p.secrets)
		return err
	}
	if !p.end(ctx, stopPatience) {
		return fmt.Errorf("%s did not stop after SIGTERM and was killed", p.name)
	}
	if p.err != nil {
		return fmt.Errorf("%s ended with an error after SIGTERM: %w", p.name, p.err)
	}
	return nil
}

// end asks, waits, and kills what is left. It reports whether asking was
// enough.
func (p *Process) end(ctx context.Context, patience time.Duration) (asked bool) {
	p.signalGroup(syscall.SIGTERM) // harmless when it has just ended
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-p.ended:
		asked = true
	case <-timer.C:
	case <-ctx.Done():
	}
	p.signalGroup(syscall.SIGKILL)
	<-p.ended
	hideSecrets(p.logPath, p.secrets)
	return asked
}

// signalGroup reaches what the system can reach of the process's group.
func (p *Process) signalGroup(signal syscall.Signal) { signalGroupOf(p.process, signal) }
