package experiment

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/endpoint"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/internal/runtimemetrics"
	"github.com/lotteryctl/lotteryctl/loadgen"
	"github.com/lotteryctl/lotteryctl/profiles"
)

// ProcessArm describes an arm that is any HTTP service, started by a command:
// a fresh process on a free port for each run.
//
// {{port}} in Command, Env and the URLs is replaced by that port. A service
// with a fixed port works as well, as the arms run one after another; but if
// something listens there already, the arm refuses to start instead of
// measuring that.
type ProcessArm struct {
	Name string
	// Command starts the service and stays in the foreground; see
	// [SplitCommand] for how it is read.
	Command string
	Dir     string   // to start it in; by default ours
	Env     []string // "KEY=value" beside our own environment
	// URL is what to load. Other placeholders than {{port}} are loadgen's.
	URL string
	// ReadyURL must answer with a status below 400 before the load begins. By
	// default it is enough that the port takes connections.
	ReadyURL string
	// MetricsURL is where the service shows its runtime metrics, or "none". By
	// default they are looked for at /metrics and /debug/vars.
	MetricsURL string
	// Pprof is where profiles are taken in a profiled round. By default at the
	// host of URL.
	Pprof []profiles.Target
	// Plan is the load but for its URL and ServerPID.
	Plan loadgen.Plan
	// StartTimeout bounds the time until the service is ready. By default 30 s.
	StartTimeout time.Duration
}

// Bounds of a start and an end.
const (
	defaultStartTimeout = 30 * time.Second
	processPatience     = 10 * time.Second // after SIGTERM
	readyPoll           = 10 * time.Millisecond
	readyTimeout        = 5 * time.Second // of one question
	portTries           = 3
	lastLines           = 5 // of the log, in an error
)

// Check reports the first thing that keeps the arm from being started, in one
// sentence, without starting anything.
func (p ProcessArm) Check() error {
	if err := runfolder.CheckName(p.Name); err != nil {
		return err
	}
	if _, err := SplitCommand(p.Command); err != nil {
		return fmt.Errorf("arm %s: %w", p.Name, err)
	}
	taken := strings.Contains(p.Command+strings.Join(p.Env, " "), portPlaceholder)
	if given := strings.Contains(p.URL, portPlaceholder); given != taken {
		return fmt.Errorf("arm %s: %s must be in both the command and the URL, or in neither", p.Name, portPlaceholder)
	}
	plan := p.Plan
	plan.URL = atPort(p.URL, "1")
	if _, err := hostPort(plan.URL); err != nil {
		return fmt.Errorf("arm %s: %w", p.Name, err)
	}
	if plan.Rate == 0 {
		plan.Rate = 1 // it may still have to be found
	}
	if err := plan.Check(); err != nil {
		return fmt.Errorf("arm %s: %w", p.Name, err)
	}
	return nil
}

// Arm makes the arm. The service's output goes to server.log of each run.
func (p ProcessArm) Arm() Arm {
	return Arm{Name: p.Name, Start: p.start}
}

// start tries again with another port when somebody took the one found free
// before the service had it.
func (p ProcessArm) start(ctx context.Context, lap Lap) (*Target, error) {
	if err := p.Check(); err != nil {
		return nil, err
	}
	for try := 1; ; try++ {
		target, err := p.startOnce(ctx, lap)
		taken := errors.Is(err, errTaken) || err != nil && strings.Contains(err.Error(), "address already in use")
		if lost := taken && strings.Contains(p.URL, portPlaceholder); !lost || try == portTries {
			return target, err
		}
	}
}

// errTaken: the port is somebody else's. One that was free a moment ago may be.
var errTaken = errors.New("something listens")

func (p ProcessArm) startOnce(ctx context.Context, lap Lap) (*Target, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	plan := p.Plan
	plan.URL = atPort(p.URL, port)
	address, err := hostPort(plan.URL)
	if err != nil {
		return nil, err
	}
	if listens(ctx, address) {
		return nil, fmt.Errorf("%w at %s already; stop it, or use %s in the command", errTaken, address, portPlaceholder)
	}
	argv, err := SplitCommand(p.Command)
	if err != nil {
		return nil, err
	}
	process, err := startProcessIn(p.Dir, allAtPort(argv, port), allAtPort(p.Env, port), filepath.Join(lap.Dir, runfolder.ServerLogFile),
		append(endpoint.HeaderSecrets(p.Plan.Header), endpoint.Secrets(plan.URL, p.MetricsURL, p.ReadyURL)...))
	if err != nil {
		return nil, err
	}
	if err := p.awaitReady(ctx, process, address, atPort(p.ReadyURL, port)); err != nil {
		process.end(context.WithoutCancel(ctx), processPatience)
		return nil, err
	}
	plan.ServerPID = process.PID()
	metricsURL := p.metrics(ctx, plan, port)
	return &Target{
		Plan: plan, MetricsURL: metricsURL, Pprof: PprofTargets(p.Pprof, plan, port, metricsURL),
		Ended: process.Ended(), Stop: process.stopService,
	}, nil
}

// stopService ends a service of which nothing is asked but to go: without a
// handler of its own a program ends by the signal, and that is fine.
func (p *Process) stopService(ctx context.Context) error {
	if err := p.earlyEnd(lastLines); err != nil {
		p.signalGroup(syscall.SIGKILL)
		return err
	}
	p.end(ctx, processPatience)
	return nil
}

// awaitReady returns when the service takes connections and, if asked, answers
// well; or at once when the process ends.
func (p ProcessArm) awaitReady(ctx context.Context, process *Process, address, readyURL string) error {
	timeout := p.StartTimeout
	if timeout <= 0 {
		timeout = defaultStartTimeout
	}
	waiting, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	tick := time.NewTicker(readyPoll)
	defer tick.Stop()
	missing, answered := "nothing listens at "+address, false
	for {
		if listens(waiting, address) {
			if readyURL == "" {
				break
			}
			answer := ask(waiting, readyURL, &p.Plan)
			if answer == nil {
				break
			}
			if waiting.Err() == nil || !answered {
				missing = answer.Error() // the end of our patience hides what was answered before
			}
			answered = true
		}
		select {
		case <-process.Ended():
			return process.earlyEnd(lastLines)
		case <-waiting.Done():
			if ctx.Err() != nil {
				return ctx.Err()
			}
			late := fmt.Errorf("it was not ready within %v: %s", timeout, missing)
			if words := process.lastWords(lastLines); words != "" {
				return fmt.Errorf("%w; the last lines of its output: %s", late, words)
			}
			return fmt.Errorf("%w; it has written nothing", late)
		case <-tick.C:
		}
	}
	// What listens could be somebody else, and ours have ended over it.
	return process.earlyEnd(lastLines)
}

// listens reports whether address takes connections.
func listens(ctx context.Context, address string) bool {
	dialer := net.Dialer{Timeout: readyTimeout}
	conn, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return false
	}
	_ = conn.Close()
	return true
}

// ask is nil when rawURL answers with a status below 400.
func ask(ctx context.Context, rawURL string, plan *loadgen.Plan) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, rawURL, nil)
	if err != nil {
		return err
	}
	client := http.Client{Timeout: readyTimeout, Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: plan.TLS}}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode >= http.StatusBadRequest {
		return fmt.Errorf("%s answered %s", endpoint.Redact(rawURL), response.Status)
	}
	return nil
}

func (p ProcessArm) metrics(ctx context.Context, plan loadgen.Plan, port string) string {
	switch p.MetricsURL {
	case "none":
		return ""
	case "":
		if source := runtimemetrics.Find(ctx, endpoint.Base(plan.URL), plan.TLS); source != nil {
			return source.URL
		}
		return ""
	}
	return atPort(p.MetricsURL, port)
}

// hostPort is the address behind a URL whose path and query may hold
// placeholders.
func hostPort(rawURL string) (string, error) {
	address, err := endpoint.HostPort(rawURL)
	switch {
	case errors.Is(err, endpoint.ErrNoPort):
		return "", errors.New("a URL must begin with http:// or https://")
	case err != nil:
		return "", fmt.Errorf("%q is not the URL of a host", endpoint.Redact(rawURL))
	}
	return address, nil
}
