package main

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"net/http"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/lotteryctl/lotteryctl/internal/experiment"
	"github.com/lotteryctl/lotteryctl/loadgen"
)

// The load when it is not said otherwise. The reference's rate is the one its
// latency is quoted at; that of a stranger's service is cautious.
const (
	referenceRate  = 1200
	urlRate        = 100
	defaultWarmup  = 2 * time.Second
	maxBodyFile    = 64 << 20
	maxRuns        = 10_000
	referenceName  = "lotteryd"
	runsFolder     = "runs"
	timeInFileName = "20060102T150405Z"
)

// newBench checks every flag without touching the network.
func newBench(cmd *cobra.Command, env environment, o *benchOptions) (*bench, error) {
	given := cmd.Flags().Changed
	for _, check := range []func(func(string) bool) error{o.checkCombination, o.checkNumbers} {
		if err := check(given); err != nil {
			return nil, err
		}
	}
	b := &bench{env: env, options: o, seed: o.seed, command: redactArgs(cmd)}
	if !given("seed") {
		b.seed = uint64(time.Now().UnixMicro())
	}
	var err error
	if o.expectStatus != "" {
		if b.statuses, err = experiment.ParseStatuses(o.expectStatus); err != nil {
			return nil, fmt.Errorf("--expect-status: %w", err)
		}
	}
	if b.plan, err = o.newPlan(env, given); err != nil {
		return nil, err
	}
	b.name = o.name
	if b.name == "" {
		b.name = o.defaultName()
	}
	if err := experiment.CheckName(b.name); err != nil {
		return nil, fmt.Errorf("--name: %w", err)
	}
	return b, nil
}

// checkCombination refuses flags that would be ignored.
func (o *benchOptions) checkCombination(given func(string) bool) error {
	if given("url") && o.url == "" {
		return errors.New("--url is empty: give an address such as http://127.0.0.1:8080/path")
	}
	only, with := []string{"method", "header", "body", "insecure", "metrics-url", "pid"}, "needs --url"
	if o.url != "" {
		only, with = []string{"redis", "postgres", "lotteryd"}, "is for the reference service: leave out --url"
	}
	for _, flag := range only {
		if given(flag) {
			return fmt.Errorf("--%s %s", flag, with)
		}
	}
	if o.arrivals == string(loadgen.Closed) && given("rate") {
		return errors.New("--rate means nothing with --arrivals closed: the service sets the pace")
	}
	return nil
}

func (o *benchOptions) checkNumbers(given func(string) bool) error {
	switch {
	case given("rate") && (!(o.rate > 0) || math.IsInf(o.rate, 0)):
		return fmt.Errorf("--rate must be a positive number of requests per second, not %v", o.rate)
	case o.rate > loadgen.MaxRate:
		return fmt.Errorf("--rate is %v requests per second; at most %d are possible", o.rate, int64(loadgen.MaxRate))
	case o.connections < 0:
		return fmt.Errorf("--connections must be 0 (as many as needed) or more, not %d", o.connections)
	case o.users < 1:
		return fmt.Errorf("--users must be 1 or more, not %d", o.users)
	case o.duration <= 0:
		return fmt.Errorf("--duration must be positive, not %v", o.duration)
	case o.warmup < 0:
		return fmt.Errorf("--warmup must not be negative, not %v", o.warmup)
	case o.warmup > o.duration:
		return fmt.Errorf("--warmup %v is longer than --duration %v: measure for at least as long as you warm up", o.warmup, o.duration)
	case o.timeout <= 0:
		return fmt.Errorf("--timeout must be positive, not %v", o.timeout)
	case o.runs < 1 || o.runs > maxRuns:
		return fmt.Errorf("--runs must be 1 to %d, not %d", maxRuns, o.runs)
	case given("pid") && !processExists(o.pid):
		return fmt.Errorf("--pid: there is no process %d on this machine", o.pid)
	}
	return nil
}

// processExists asks by signal 0. Not being allowed to send it is a yes.
func processExists(pid int) bool {
	if pid <= 0 {
		return false
	}
	process, err := os.FindProcess(pid)
	if err != nil {
		return false
	}
	err = process.Signal(syscall.Signal(0))
	return err == nil || errors.Is(err, syscall.EPERM)
}

// newPlan is the load that the flags describe.
func (o *benchOptions) newPlan(env environment, given func(string) bool) (p loadgen.Plan, err error) {
	p = loadgen.Plan{
		URL: o.url, Method: o.method, Files: hostFiles{}, Users: o.users,
		Rate: o.rate, Duration: o.duration, Warmup: o.warmup, Timeout: o.timeout,
		Connections: o.connections, ServerPID: o.pid,
	}
	if p.Arrivals, err = loadgen.ParseArrivals(o.arrivals); err != nil {
		return p, fmt.Errorf("--arrivals: %w", err)
	}
	if p.Arrivals != loadgen.Closed && !given("rate") {
		p.Rate = referenceRate
		if o.url != "" {
			p.Rate = urlRate
		}
	}
	if !given("warmup") {
		p.Warmup = min(defaultWarmup, o.duration/5)
	}
	if isTerminal(env.stderr) {
		p.ProgressEvery = 200 * time.Millisecond
	}
	if o.url == "" {
		return p, nil
	}
	if p.Header, err = parseHeaders(o.headers); err != nil {
		return p, err
	}
	if p.Body, err = readBody(env.stdin, o.body); err != nil {
		return p, err
	}
	if o.insecure {
		p.TLS = &tls.Config{InsecureSkipVerify: true}
	}
	return p, p.Check()
}

func parseHeaders(lines []string) (http.Header, error) {
	header := http.Header{}
	for _, line := range lines {
		name, value, ok := strings.Cut(line, ":")
		if !ok || strings.TrimSpace(name) == "" {
			// The text may be a secret, so it is not repeated.
			return nil, errors.New("--header must be 'Name: value'")
		}
		header.Add(strings.TrimSpace(name), strings.TrimSpace(value))
	}
	return header, nil
}

// readBody follows @FILE and @-.
func readBody(stdin io.Reader, body string) (string, error) {
	name, isFile := strings.CutPrefix(body, "@")
	if !isFile {
		return body, nil
	}
	source := stdin
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return "", fmt.Errorf("--body: %w", err)
		}
		defer file.Close()
		source = file
	}
	text, err := io.ReadAll(io.LimitReader(source, maxBodyFile+1))
	if err != nil {
		return "", fmt.Errorf("--body: %w", err)
	}
	if len(text) > maxBodyFile {
		return "", fmt.Errorf("--body: %s is longer than %d MiB", name, maxBodyFile>>20)
	}
	return string(text), nil
}

// hostFiles lets {{line FILE}} name any file as a shell would.
type hostFiles struct{}

func (hostFiles) Open(name string) (fs.File, error) { return os.Open(name) }

// defaultName is the reference service's, or the URL's host.
func (o *benchOptions) defaultName() string {
	if o.url == "" {
		return referenceName
	}
	_, rest, _ := strings.Cut(o.url, "://")
	host := rest
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		host = rest[:i]
	}
	return experiment.CleanName(host[strings.LastIndexByte(host, '@')+1:])
}
