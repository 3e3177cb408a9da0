package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/experiment"
	"github.com/lotteryctl/lotteryctl/internal/localservices"
)

// replica is one lotteryd, kept running as a supervisor would keep it: when it
// ends, whatever the cause, it is started again. Safe for concurrent use.
type replica struct {
	name          string
	program       string
	public, admin string // host:port, the same over restarts
	folder        string // of its logs, one for each start

	mu      sync.Mutex
	process *experiment.Process // nil while it does not run
	starts  int
	frozen  bool
	logs    []string // of the starts since the last look
	stop    context.CancelFunc
	work    sync.WaitGroup
}

// restartPause is the time between an end and the next start.
const restartPause = 50 * time.Millisecond

func newReplica(name, program, folder string) (*replica, error) {
	r := &replica{name: name, program: program, folder: folder}
	for _, address := range []*string{&r.public, &r.admin} {
		port, err := localservices.FreePort()
		if err != nil {
			return nil, err
		}
		*address = fmt.Sprintf("127.0.0.1:%d", port)
	}
	return r, nil
}

// run keeps the program running over the stores at two URLs until halt.
func (r *replica) run(redis, postgres string, flags []string) {
	ctx, cancel := context.WithCancel(context.Background())
	r.stop = cancel
	argv := append([]string{r.program, "serve", "--migrate", "--listen", r.public, "--admin-listen", r.admin,
		"--log-format", "json", "--recorder", "off"}, flags...)
	// In the environment, since everyone may read command lines.
	env := []string{"LOTTERYD_REDIS_URL=" + redis, "LOTTERYD_POSTGRES_URL=" + postgres, "LOTTERYD_ADMIN_TOKEN="}
	r.work.Go(func() {
		for ctx.Err() == nil {
			p, err := r.launch(argv, env)
			if err == nil {
				select {
				case <-p.Ended():
				case <-ctx.Done():
					r.signal(syscall.SIGKILL)
					<-p.Ended()
				}
				r.mu.Lock()
				r.process, r.frozen = nil, false
				r.mu.Unlock()
			}
			select {
			case <-time.After(restartPause):
			case <-ctx.Done():
			}
		}
	})
}

func (r *replica) launch(argv, env []string) (*experiment.Process, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.starts++
	log := filepath.Join(r.folder, fmt.Sprintf("%s-%d.log", r.name, r.starts))
	p, err := experiment.StartProcess(argv, env, log)
	if err == nil {
		r.process = p
		r.logs = append(r.logs, log)
	}
	return p, err
}

// halt kills the process and keeps it from being started again.
func (r *replica) halt() {
	if r.stop != nil {
		r.stop()
		r.work.Wait()
		r.stop = nil
	}
}

// signal reaches the process if there is one, and returns it. A frozen one does
// not see signals but SIGKILL until it is thawed.
func (r *replica) signal(s syscall.Signal) *experiment.Process {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.process == nil {
		return nil
	}
	select {
	case <-r.process.Ended():
		return nil
	default:
	}
	if syscall.Kill(r.process.PID(), s) != nil {
		return nil
	}
	switch s {
	case syscall.SIGSTOP:
		r.frozen = true
	case syscall.SIGCONT:
		r.frozen = false
	}
	return r.process
}

// kill ends the process as a crash would and waits for the end. It reports
// whether there was a process.
func (r *replica) kill() bool {
	p := r.signal(syscall.SIGKILL)
	if p == nil {
		return false
	}
	<-p.Ended()
	return true
}

// terminate ends the process as an operator would and waits for the end.
func (r *replica) terminate(ctx context.Context) error {
	p := r.signal(syscall.SIGTERM)
	if p == nil {
		return nil
	}
	select {
	case <-p.Ended():
		return nil
	case <-ctx.Done():
		return fmt.Errorf("%s did not end after SIGTERM: %w", r.name, context.Cause(ctx))
	}
}

// asks tells whether path of the admin port is answered with 200.
func (r *replica) asks(ctx context.Context, path string) bool {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+r.admin+path, nil)
	if err != nil {
		return false
	}
	req.Close = true
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

// awaits waits until path of the admin port is answered with 200.
func (r *replica) awaits(ctx context.Context, path string) error {
	for !r.asks(ctx, path) {
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s did not answer %s with 200 (log: %s): %w", r.name, path, r.lastWords(), context.Cause(ctx))
		case <-time.After(10 * time.Millisecond):
		}
	}
	return nil
}

func (r *replica) lastWords() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.logs) == 0 {
		return "none"
	}
	text, _ := os.ReadFile(r.logs[len(r.logs)-1])
	return string(text[max(0, len(text)-500):])
}

// panics returns the logs, since the last forget, of programs that died of
// themselves.
func (r *replica) panics() (found []string) {
	for _, log := range r.logsOf() {
		text, _ := os.ReadFile(log)
		if bytes.HasPrefix(text, []byte("panic:")) || bytes.Contains(text, []byte("\npanic:")) || bytes.Contains(text, []byte("fatal error:")) {
			found = append(found, log)
		}
	}
	return found
}

// forget deletes the logs but the one that is written.
func (r *replica) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	var current []string
	for i, log := range r.logs {
		if i == len(r.logs)-1 && r.process != nil {
			current = append(current, log)
			continue
		}
		os.Remove(log)
	}
	r.logs = current
}

// thaw lets a frozen process go on.
func (r *replica) thaw() { r.signal(syscall.SIGCONT) }

// logsOf lists the logs of the starts since the last look.
func (r *replica) logsOf() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]string(nil), r.logs...)
}
