package loadcmd

import (
	"crypto/tls"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/cli"
	"github.com/lotteryctl/lotteryctl/loadgen"
)

// newPlan is the load that the flags describe.
func (o *benchOptions) newPlan(env cli.Env, given func(string) bool) (p loadgen.Plan, err error) {
	p = loadgen.Plan{
		URL: o.url, Method: o.method, Files: hostFiles{}, Users: o.users,
		Rate: o.rate, Duration: o.duration, Warmup: o.warmup, Timeout: o.timeout,
		Connections: o.connections, ServerPID: o.pid,
	}
	if given("connections") && o.connections == 0 {
		p.Connections = loadgen.NoCap
	}
	if p.Arrivals, err = loadgen.ParseArrivals(o.arrivals); err != nil {
		return p, fmt.Errorf("--arrivals: %w", err)
	}
	if p.Arrivals != loadgen.Closed && !given("rate") {
		p.Rate = o.defaultRate()
	}
	if !given("warmup") {
		p.Warmup = min(defaultWarmup, o.duration/5)
	}
	if cli.IsTerminal(env.Stderr) {
		p.ProgressEvery = 200 * time.Millisecond
	}
	if o.url == "" {
		return p, nil
	}
	if p.Header, err = parseHeaders("header", o.headers); err != nil {
		return p, err
	}
	if p.Body, err = readBody(env.Stdin, o.body); err != nil {
		return p, err
	}
	if o.insecure {
		p.TLS = &tls.Config{InsecureSkipVerify: true}
	}
	if len(o.arms) > 0 {
		return p, nil // {{port}} is still in the URL: each arm is checked with one
	}
	return p, p.Check()
}

// defaultRate is 0 where the rate has to be found, or is what is searched.
func (o *benchOptions) defaultRate() float64 {
	running := o.url != "" && len(o.arms) == 0 // somebody's: its limits are not for us to find
	switch {
	case running:
		return urlRate
	case o.compares():
		return 0
	}
	return referenceRate
}

// parseHeaders reads the values of the flag of that name.
func parseHeaders(flag string, lines []string) (http.Header, error) {
	header := http.Header{}
	for _, line := range lines {
		name, value, ok := strings.Cut(line, ":")
		if !ok || strings.TrimSpace(name) == "" {
			// The text may be a secret, so it is not repeated.
			return nil, fmt.Errorf("--%s must be 'Name: value': write a name, a colon and the value", flag)
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
