package localservices

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
)

// gateScript waits for one line, enters the folder $0 and becomes the server,
// keeping its process id. If we die before the line is written, read fails and
// nothing starts.
//
// It is the script that enters the folder, and not the fork in front of it: while
// that waits for a file system, all of us can come to a stop with it.
const gateScript = `read -r go && cd "$0" && exec "$@" </dev/null`

// tailLines is how much of a server's log an error carries.
const tailLines = 12

// server is one process of ours and what survives its restarts.
type server struct {
	name     string // "redis", "postgres" or "initdb": also the watchdog's word for it
	folder   *folder
	watchdog *watchdog
	argv     []string // program and arguments
	dir      string   // working folder, which is the data folder

	mu   sync.Mutex // guards proc
	proc *running   // nil when not running
}

// running is one life of the process.
type running struct {
	cmd  *exec.Cmd
	done chan struct{} // closed when the process is reaped
}

func (s *server) logPath() string { return filepath.Join(s.folder.path, s.name+".log") }

// pid is the process id, or 0 when the server does not run.
func (s *server) pid() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.proc == nil {
		return 0
	}
	return s.proc.cmd.Process.Pid
}

// launch starts the process. One goroutine waits for it, tells the watchdog
// and the owner record when it is gone, and ends with it.
func (s *server) launch() (*running, error) {
	log, err := os.OpenFile(s.logPath(), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	cmd := exec.Command("/bin/sh", append([]string{"-c", gateScript, s.dir}, s.argv...)...)
	cmd.Dir = "/"
	cmd.Env = serverEnv(s.dir)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = s.folder.account.sysProcAttr()
	gate, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("localservices: starting %s: %w", s.name, err)
	}
	run := &running{cmd: cmd, done: make(chan struct{})}
	s.mu.Lock()
	s.proc = run
	s.mu.Unlock()
	err = s.announce(cmd.Process.Pid)
	if err == nil {
		_, err = gate.Write([]byte("go\n"))
	}
	gate.Close() // without the line the gate ends instead of becoming the server
	go s.reap(run)
	if err != nil {
		<-run.done
		return nil, err
	}
	return run, nil
}

// announce makes the process known to those who would clean up after us.
func (s *server) announce(pid int) error {
	start, _ := processStart(pid)
	if err := s.folder.setServer(s.name, &process{pid, start}); err != nil {
		return err
	}
	return s.watchdog.watch(s.name, pid)
}

// reap waits for the process. Between the reaping and the message to the
// watchdog the process id could in theory be given away; the window is
// microseconds wide and matters only if we are killed in it.
func (s *server) reap(run *running) {
	run.cmd.Wait()              // the status stays in cmd.ProcessState
	s.watchdog.watch(s.name, 0) // fails only when there is no watchdog to mislead
	s.folder.setServer(s.name, nil)
	s.mu.Lock()
	s.proc = nil
	s.mu.Unlock()
	close(run.done)
}

// signal sends sig to the process if it runs, and returns its life.
func (s *server) signal(sig syscall.Signal) *running {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.proc != nil {
		s.proc.cmd.Process.Signal(sig) // an error means that it has just ended
	}
	return s.proc
}

// end kills the process and all that descend from it with SIGKILL, and waits
// until none is left: a Postgres has its backends, and a Redis the child that
// rewrites its file.
func (s *server) end() error {
	s.mu.Lock()
	run := s.proc
	s.mu.Unlock()
	if run == nil {
		return nil
	}
	killTree(run.cmd.Process.Pid)
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	return s.awaitExit(ctx, run)
}

// awaitExit waits until run, which may be nil, is over or ctx ends.
func (s *server) awaitExit(ctx context.Context, run *running) error {
	if run == nil {
		return nil
	}
	select {
	case <-run.done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("localservices: %s did not end in time: %w", s.name, context.Cause(ctx))
	}
}

// startUntilReady launches the process and calls ready every few milliseconds
// until it succeeds. It fails when ctx ends or the process does; the error
// then carries the end of the server's log, and no process is left.
func (s *server) startUntilReady(ctx context.Context, ready func(context.Context) error) error {
	logged := fileSize(s.logPath())
	run, err := s.launch()
	if err != nil {
		return err
	}
	for {
		err := ready(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-run.done:
			return s.startError(logged, errors.New("it ended at once"))
		case <-ctx.Done():
			killTree(run.cmd.Process.Pid)
			<-run.done
			return s.startError(logged, fmt.Errorf("%w (last try: %w)", context.Cause(ctx), err))
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// startError explains a failed start with what the server wrote during it.
func (s *server) startError(logged int64, cause error) error {
	text := readFrom(s.logPath(), logged)
	err := fmt.Errorf("localservices: %s did not start: %w; the end of its log:\n%s", s.name, cause, tail(text, tailLines))
	if strings.Contains(text, "Address already in use") || strings.Contains(text, "Failed listening on port") {
		return &portTakenError{err}
	}
	return err
}

func fileSize(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}

func readFrom(path string, offset int64) string {
	data, err := os.ReadFile(path)
	if err != nil || int64(len(data)) < offset {
		return ""
	}
	return string(data[offset:])
}

// tail is the last n lines of text, each indented.
func tail(text string, n int) string {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	if len(lines) > n {
		lines = lines[len(lines)-n:]
	}
	return "    " + strings.Join(lines, "\n    ")
}

// serverEnv is the whole environment of a server. Ours is not passed on:
// variables such as PGDATA or a foreign locale would change what starts.
func serverEnv(home string) []string {
	env := []string{"PATH=/usr/local/bin:/usr/bin:/bin", "HOME=" + home, "LC_ALL=C", "TZ=UTC"}
	for _, name := range []string{"LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"} {
		if value, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+value)
		}
	}
	return env
}
