package main

import (
	"context"
	"encoding/json"
	_ "expvar"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/cli"
	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/runreport"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
)

// service is a small HTTP service with expvar metrics that counts requests.
func service(t *testing.T, handler http.HandlerFunc) (url string, served *atomic.Int64) {
	t.Helper()
	served = new(atomic.Int64)
	mux := http.NewServeMux()
	mux.Handle("/debug/vars", http.DefaultServeMux)
	mux.Handle("/metrics", http.NotFoundHandler())
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		served.Add(1)
		handler(w, r)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL, served
}

func hello(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "hello") }

// benchArgs are a short bench of url into a folder that does not exist yet.
func benchArgs(t *testing.T, url string, more ...string) (args []string, out string) {
	t.Helper()
	out = filepath.Join(t.TempDir(), "run")
	return append([]string{"bench", "--url", url, "--runs", "2", "--rate", "200", "--duration", "300ms",
		"--warmup", "50ms", "--out", out}, more...), out
}

func readRun(t *testing.T, out string) (runfolder.Manifest, []runfolder.Round) {
	t.Helper()
	m, rounds, skipped, err := runfolder.Read(os.DirFS(out))
	if err != nil || len(skipped) > 0 {
		t.Fatalf("%s: %v, %v", out, skipped, err)
	}
	return m, rounds
}

func TestBenchURL(t *testing.T) {
	var bodies atomic.Int64
	url, served := service(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.Method == http.MethodPost && strings.HasPrefix(string(body), `{"user":"user-`) &&
			r.Header.Get("X-Kind") == "test" && strings.HasPrefix(r.URL.Path, "/draw/") {
			bodies.Add(1)
		}
		hello(w, r)
	})
	bodyFile := filepath.Join(t.TempDir(), "body.json")
	if err := os.WriteFile(bodyFile, []byte(`{"user":"{{user}}"}`), 0o644); err != nil {
		t.Fatal(err)
	}
	args, out := benchArgs(t, url+"/draw/{{seq}}", "--header", "X-Kind: test", "--body", "@"+bodyFile,
		"--log-answers", "--pid", fmt.Sprint(os.Getpid()), "--name", "mine", "--seed", "5")
	stdout, stderr, err := execute(t, args...)
	if err != nil || stderr != "" {
		t.Fatalf("got %v, stderr %q", err, stderr)
	}
	if served.Load() != 140 || bodies.Load() != 140 {
		t.Errorf("the service got %d requests, %d of them as asked; want 2 × (10 + 60)", served.Load(), bodies.Load())
	}
	m, rounds := readRun(t, out)
	if m.State != runfolder.Complete || m.Seed != 5 || m.Arms[0].Name != "mine" || m.Arms[0].FreshProcess || len(rounds) != 2 {
		t.Errorf("got manifest %+v and %d rounds", m, len(rounds))
	}
	for _, r := range rounds {
		if r.Load.Requests != 60 || r.Load.Answered != 60 || r.Load.Errors != 0 {
			t.Errorf("run %d: got %+v, want 60 requests answered", r.Round, r.Load)
		}
		if r.Cost.Source != "expvar" || r.Cost.Bytes == nil || r.Cost.ServerCPU == nil || r.Cost.PeakRSS == nil {
			t.Errorf("run %d: got %+v, want memory from expvar and CPU by --pid", r.Round, r.Cost)
		}
		log := filepath.Join(out, "arms/mine", fmt.Sprintf("round-%d", r.Round), "answers.jsonl")
		if text, err := os.ReadFile(log); err != nil || strings.Count(string(text), "\n") != 70 {
			t.Errorf("%s: got %v and %d lines, want 70", log, err, strings.Count(string(text), "\n"))
		}
	}
	for _, want := range []string{"median", "run folder: " + out, "all runs loaded the same process"} {
		if !strings.Contains(stdout, want) {
			t.Errorf("no %q in the output:\n%s", want, stdout)
		}
	}
}

func TestBenchShowsAPlantedDelay(t *testing.T) {
	p95 := func(delay time.Duration) time.Duration {
		url, _ := service(t, func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(delay)
			hello(w, r)
		})
		args, out := benchArgs(t, url, "--runs", "1")
		if _, _, err := execute(t, args...); err != nil {
			t.Fatal(err)
		}
		_, rounds := readRun(t, out)
		return rounds[0].Load.Response.P95
	}
	fast, slow := p95(0), p95(250*time.Millisecond)
	if slow < 250*time.Millisecond || fast >= slow {
		t.Errorf("got p95 %v, and %v with 250ms planted", fast, slow)
	}
}

func TestBenchExitCodes(t *testing.T) {
	ok, _ := service(t, hello)
	broken, _ := service(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) })
	lost, _ := service(t, http.NotFound)
	var one sync.Mutex
	slow, _ := service(t, func(w http.ResponseWriter, r *http.Request) {
		one.Lock()
		defer one.Unlock()
		time.Sleep(20 * time.Millisecond) // 50/s are possible
		hello(w, r)
	})
	overload := []string{"--rate", "200", "--duration", "1s"}
	few := append([]string{"--connections", "1"}, overload...)
	for name, row := range map[string]struct {
		url    string
		more   []string
		code   int
		stderr string
	}{
		"fine":                      {ok, nil, 0, ""},
		"closed":                    {ok, []string{"--strict"}, 0, ""},
		"every answer a 503":        {broken, nil, cli.CodeGateFailed, "every request failed: 120 status 503"},
		"a 503 is what is expected": {broken, []string{"--expect-status", "503"}, 0, ""},
		"every answer a 404":        {lost, nil, cli.CodeGateFailed, "every request failed: 120 status 404; check the path of --url"},
		"overload":                  {slow, overload, 0, ""},
		"too few connections":       {slow, few, 0, ""},
		"too few, and strict":       {slow, append(slices.Clone(few), "--strict"), cli.CodeInconclusive, "run 1 is not as requested: the load was more than its connections carried"},
		"overload and strict":       {slow, append(overload, "--strict"), cli.CodeInconclusive, "run 1 is not as requested: the load was more than the service could take"},
	} {
		t.Run(name, func(t *testing.T) {
			args, out := benchArgs(t, row.url, row.more...)
			if name == "closed" {
				args = []string{"bench", "--url", row.url, "--arrivals", "closed", "--connections", "2", "--runs", "1",
					"--duration", "100ms", "--out", out, "--strict"}
			}
			stdout, stderr, err := execute(t, args...)
			if got := cli.ExitCode(err); got != row.code || !strings.Contains(stderr, row.stderr) || (row.stderr == "") != (stderr == "") {
				t.Errorf("got exit code %d and stderr %q, want %d and %q", got, stderr, row.code, row.stderr)
			}
			if m, _ := readRun(t, out); m.State != runfolder.Complete {
				t.Errorf("got state %q, want the folder whole whatever the verdict", m.State)
			}
			why := "/s of the 200/s asked: more than it could take; latencies describe a queue that was still growing\n"
			if strings.HasPrefix(name, "too few") {
				why = "/s of the 200/s asked with at most 1 connection, always in use: more connections may bring more answers;"
			}
			if overloaded := row.url == slow; strings.HasPrefix(stdout, "overload in 2 of 2 runs: it answered ") != overloaded ||
				strings.Contains(stdout, why) != overloaded {
				t.Errorf("the first line does not fit the load:\n%s", stdout)
			}
			if failed := row.code == cli.CodeGateFailed; strings.HasPrefix(stdout, "failed: "+row.stderr) != failed ||
				failed && strings.Contains(stdout, "note: the ") {
				t.Errorf("the first line or the notes do not fit what failed:\n%s", stdout)
			}
		})
	}
}

func TestBenchInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	url, served := service(t, hello)
	go func() { // ends with the cancel
		for served.Load() < 30 && ctx.Err() == nil {
			time.Sleep(time.Millisecond)
		}
		cancel()
	}()
	args, out := benchArgs(t, url, "--duration", "1m")
	var stdout, stderr strings.Builder
	err := run(ctx, args, strings.NewReader(""), &stdout, &stderr)
	if got := cli.ExitCode(err); got != cli.CodeInterrupted || !strings.Contains(stderr.String(), "interrupted in or after run 1 of 2; what was measured is in "+out) {
		t.Errorf("got exit code %d, stderr %q", got, stderr.String())
	}
	m, rounds := readRun(t, out)
	if m.State != runfolder.Partial || !strings.Contains(m.Reason, "interrupted") || len(rounds) != 1 || !rounds[0].Partial {
		t.Errorf("got state %q (%s) and %d rounds, want a partial one", m.State, m.Reason, len(rounds))
	}
	if !strings.Contains(stdout.String(), "cut short") {
		t.Errorf("the output does not say that the run was cut short:\n%s", stdout.String())
	}
}

func TestBenchInterruptedBeforeTheFirstRunWritesNothing(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	url, served := service(t, hello)
	go func() { // ends with the first request, which the run is sure to send
		for served.Load() == 0 {
			time.Sleep(time.Millisecond)
		}
		cancel()
	}()
	args, out := benchArgs(t, url, "--duration", "1m", "--warmup", "1m")
	err := run(ctx, args, strings.NewReader(""), io.Discard, io.Discard)
	if got := cli.ExitCode(err); got != cli.CodeInterrupted {
		t.Errorf("got exit code %d (%v)", got, err)
	}
	if left, _ := filepath.Glob(filepath.Dir(out) + "/*"); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

// closedPort is an address of this machine where nothing listens.
func closedPort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func TestBenchBadInput(t *testing.T) {
	url, served := service(t, hello)
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	with := func(more ...string) []string { return append([]string{"--url", url}, more...) }
	for _, row := range []struct {
		args []string
		want string
	}{
		{[]string{"--url", ""}, "--url is empty"},
		{[]string{"--url", "localhost:8080"}, `URL "localhost:8080" must start with http:// or https://`},
		{[]string{"--url", "http://"}, "names no host"},
		{[]string{"--url", "http://{{user}}/"}, "placeholders are allowed in path and query"},
		{[]string{"--url", "http://127.0.0.1:99999/"}, "port"},
		{[]string{"--url", "http://" + closedPort(t) + "/"}, "nothing answers at 127.0.0.1 port"},
		{[]string{"--url", "http://no-such-host.invalid/"}, "nothing answers at no-such-host.invalid"},
		{with("--rate", "0"), "--rate must be a positive number"},
		{with("--rate", "-5"), "--rate must be a positive number"},
		{with("--rate", "NaN"), "--rate must be a positive number"},
		{with("--rate", "+Inf"), "--rate must be a positive number"},
		{with("--rate", "1e300"), "--rate is 1e+300 requests per second; at most 1000000"},
		{with("--rate", "fast"), `invalid argument "fast"`},
		{with("--rate", "5", "--arrivals", "closed"), "--rate has no effect"},
		{with("--arrivals", "bursts"), "--arrivals: "},
		{with("--connections", "-1"), "--connections must be 0"},
		{with("--connections", "0", "--arrivals", "closed"), "--connections 0 cannot be combined with --arrivals closed"},
		{with("--users", "0"), "--users must be 1 or more"},
		{with("--duration", "0s"), "--duration must be positive"},
		{with("--duration", "10"), "missing unit"},
		{with("--warmup", "-1s"), "--warmup must not be negative"},
		{with("--warmup", "20s", "--duration", "10s"), "--warmup 20s is longer than --duration 10s"},
		{with("--timeout", "0s"), "--timeout must be positive"},
		{with("--runs", "0"), "--runs must be 1 to"},
		{with("--seed", "-1"), `invalid argument "-1"`},
		{with("--name", "pool-5"), "GOMAXPROCS"},
		{with("--name", "../up"), "--name: "},
		{with("--out", file), "exists; remove it"},
		{with("--out", filepath.Join(file, "below")), "--out: "},
		{with("--expect-status", "fine"), "--expect-status: "},
		{with("--method", "GET IT"), "not an HTTP token"},
		{with("--header", "no colon"), "--header must be 'Name: value'"},
		{with("--header", "Content-Length: 5"), "Content-Length is computed"},
		{with("--body", "{{nonsense}}"), `unknown placeholder "nonsense"`},
		{with("--body", "{{line /no/such/file}}"), "/no/such/file"},
		{with("--body", "@/no/such/file"), "--body: open /no/such/file"},
		{with("--metrics-url", url+"/"), "--metrics-url: metrics at " + url},
		{with("--pid", "0"), "there is no process 0"},
		{with("--pid", "999999999"), "there is no process 999999999"},
		{with("--redis", "redis://localhost"), "--redis is only for the reference service"},
		{[]string{"--body", "x"}, "--body requires --url"},
		{[]string{"--lotteryd", "/no/such/program"}, "--lotteryd: "},
		{with("more"), `unexpected argument "more"`},
	} {
		out := filepath.Join(t.TempDir(), "run")
		args := append([]string{"bench", "--out", out}, row.args...)
		stdout, stderr, err := execute(t, args...)
		if cli.ExitCode(err) != cli.CodeUsage || !strings.Contains(stderr, row.want) || strings.Count(stderr, "\n") != 1 || stdout != "" {
			t.Errorf("%q: got exit code %d, stderr %q, stdout %q; want one line with %q", row.args, cli.ExitCode(err), stderr, stdout, row.want)
		}
		if left, _ := filepath.Glob(filepath.Dir(out) + "/*"); len(left) != 0 {
			t.Errorf("%q: left behind %v", row.args, left)
		}
	}
	// The two rows that look for metrics at "/" and the like ask there; no load
	// was sent.
	if served.Load() > 2 {
		t.Errorf("bad input sent %d requests", served.Load())
	}
}

func TestBenchKeepsSecretsToItself(t *testing.T) {
	url, _ := service(t, hello)
	withUser := strings.Replace(url, "http://", "http://me:hunter2@", 1)
	args, out := benchArgs(t, withUser+"/?api_key=hunter2&q=visible", "--header", "Authorization: Bearer hunter2",
		"--body", `{"password":"hunter2"}`, "--metrics-url", withUser+"/debug/vars?token=hunter2")
	stdout, stderr, err := execute(t, args...)
	if err != nil {
		t.Fatal(err)
	}
	text := stdout + stderr
	for _, name := range []string{"run.json", "bench.txt", "rounds.jsonl", "arms/127.0.0.1_" + url[strings.LastIndexByte(url, ':')+1:] + "/round-1/metrics.json"} {
		content, err := os.ReadFile(filepath.Join(out, name))
		if err != nil {
			t.Fatal(err)
		}
		text += string(content)
	}
	if i := strings.Index(text, "hunter2"); i >= 0 {
		t.Errorf("a secret was written: ...%s", text[max(0, i-100):i+7])
	}
	for _, want := range []string{"q=visible", `"Authorization"`, `"body_bytes": 22`} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in what was written", want)
		}
	}
}

func TestBenchJSONIsOneDocument(t *testing.T) {
	url, _ := service(t, hello)
	args, out := benchArgs(t, url, "--json")
	stdout, _, err := execute(t, args...)
	if err != nil {
		t.Fatal(err)
	}
	var report runreport.Report
	decoder := json.NewDecoder(strings.NewReader(stdout))
	if err := decoder.Decode(&report); err != nil || decoder.More() {
		t.Fatalf("got %v from\n%s", err, stdout)
	}
	arm := report.Run.Arms[0].Name
	if report.Format != runreport.Format || report.Folder != out || len(report.Rounds) != 2 || len(report.Summary[arm]) == 0 || report.Run.State != runfolder.Complete {
		t.Errorf("got %+v", report)
	}
}
