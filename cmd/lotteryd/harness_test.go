package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/audit"
	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// TestMain lets the test binary be lotteryd itself, so that tests can kill it.
func TestMain(m *testing.M) {
	if os.Getenv("LOTTERYD_TEST_BE_LOTTERYD") != "" {
		main()
		return
	}
	code := m.Run()
	if err := stopSharedPostgres(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// deployment is a real lotteryd process over a private Redis and Postgres.
type deployment struct {
	t        *testing.T
	servers  privateStores
	public   string // host:port, the same over restarts
	admin    string
	process  *exec.Cmd
	log      *lockedBuffer
	activity lottery.Spec
	recorder *audit.Recorder // shared by instances of one deployment
	flags    []string        // of lotteryd, on top of the addresses
}

// lockedBuffer takes the log of a process while a test may read it.
type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// deploy starts everything and seeds an activity in which four draws in ten
// win, until the prizes run out. Everything ends with the test.
func deploy(t *testing.T, edit func(*lottery.Spec), flags ...string) *deployment {
	t.Helper()
	return deployOn(t, openStores(t), edit, flags...)
}

// deployOn is deploy over stores that are there.
func deployOn(t *testing.T, servers privateStores, edit func(*lottery.Spec), flags ...string) *deployment {
	t.Helper()
	d := &deployment{t: t, servers: servers, public: freeAddress(t), admin: freeAddress(t), log: new(lockedBuffer), recorder: new(audit.Recorder), flags: flags}
	t.Cleanup(func() {
		d.kill()
		if t.Failed() {
			t.Logf("lotteryd's log, last part:\n%s", tail(d.log.String(), 4000))
		}
	})
	d.start()
	now := time.Now()
	d.activity = lottery.Spec{
		ID: "faults", Name: t.Name(), Starts: now.Add(-time.Minute), Ends: now.Add(time.Hour),
		WinsPerUser: 40, BlankWeight: 60,
		Prizes: []lottery.Prize{
			{ID: "car", Tier: "first", Name: "Car", Weight: 2, Stock: 3, Fallback: "mug"},
			{ID: "mug", Tier: "third", Name: "Mug", Weight: 38, Stock: 1500},
		},
	}
	if edit != nil {
		edit(&d.activity)
	}
	d.put(d.activity)
	return d
}

func tail(s string, n int) string { return s[max(0, len(s)-n):] }

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// start starts lotteryd and waits until it is ready.
func (d *deployment) start() {
	d.t.Helper()
	d.launch()
	d.await("/readyz")
}

// launch starts lotteryd.
func (d *deployment) launch() {
	d.t.Helper()
	d.process = exec.Command(os.Args[0], "serve", "--migrate", "--drain-delay", "0s", "--listen", d.public, "--admin-listen", d.admin,
		"--redis-url", d.servers.RedisURL(), "--postgres-url", d.servers.PostgresURL())
	d.process.Args = append(d.process.Args, d.flags...)
	d.process.Env = append(os.Environ(), "LOTTERYD_TEST_BE_LOTTERYD=1", "LOTTERYD_ALLOW_UNSAFE=true")
	d.process.Stderr = d.log
	d.process.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := d.process.Start(); err != nil {
		d.t.Fatal(err)
	}
}

// await waits until the admin port answers path with 200.
func (d *deployment) await(path string) {
	d.t.Helper()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		resp, err := http.Get("http://" + d.admin + path)
		if err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return
			}
		}
	}
	d.t.Fatalf("lotteryd did not answer %s with 200 within 30 s; its log ends:\n%s", path, tail(d.log.String(), 3000))
}

// kill ends lotteryd as a crash would.
func (d *deployment) kill() {
	if d.process != nil {
		_ = d.process.Process.Kill()
		_ = d.process.Wait()
		d.process = nil
	}
}

// terminate ends lotteryd as an operator would and returns its exit code.
func (d *deployment) terminate() int {
	_ = d.process.Process.Signal(syscall.SIGTERM)
	_ = d.process.Wait()
	code := d.process.ProcessState.ExitCode()
	d.process = nil
	return code
}

func (d *deployment) put(s lottery.Spec) {
	d.t.Helper()
	body, err := json.Marshal(s)
	if err != nil {
		d.t.Fatal(err)
	}
	req, _ := http.NewRequest(http.MethodPut, "http://"+d.admin+"/v1/activities/"+s.ID, bytes.NewReader(body))
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		d.t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode >= 300 {
		text, _ := io.ReadAll(resp.Body)
		d.t.Fatalf("putting the activity: %s: %s", resp.Status, text)
	}
}

// draw sends one draw and writes down what the client learnt.
func (d *deployment) draw(client *http.Client, user, request string) audit.Answer {
	d.t.Helper()
	x := audit.Exchange{
		URL:     "http://" + d.public + "/v1/activities/" + d.activity.ID + "/draws",
		Request: fmt.Appendf(nil, `{"user":%q,"request":%q}`, user, request),
		Sent:    time.Now(),
	}
	resp, err := client.Post(x.URL, "application/json", bytes.NewReader(x.Request))
	if err == nil {
		x.Status = resp.StatusCode
		x.Response, err = io.ReadAll(resp.Body)
		resp.Body.Close()
	}
	if err != nil {
		x.Error = err.Error()
	}
	x.Done = time.Now()
	a, err := d.recorder.RecordExchange(x)
	if err != nil {
		d.t.Errorf("%s %s: %v: %s", user, request, err, x.Response)
	}
	return a
}

// final tells whether a request has an answer that may never change.
func final(a audit.Answer) bool { return a.Result == audit.Win || a.Result == audit.Loss }

// patience is how long a client waits after an answer that says nothing. Without
// it, most of the load would be requests to a service that is not there.
const patience = 10 * time.Millisecond

// load draws with many clients until stop is called: new requests, copies of
// old ones, retries of all that is not final. stop waits for the clients, lets
// them retry whatever has no final answer yet, and replays every answer once.
func (d *deployment) load(clients int, seed uint64) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	for c := range clients {
		running.Go(func() { d.runClient(ctx, c, rand.New(rand.NewPCG(seed, uint64(c)))) })
	}
	return func() {
		cancel()
		running.Wait()
	}
}

func (d *deployment) runClient(ctx context.Context, number int, rng *rand.Rand) {
	client := &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 1}}
	defer client.CloseIdleConnections()
	type draw struct{ user, request string }
	var asked, open []draw
	ask := func(x draw) {
		a := d.draw(client, x.user, x.request)
		if !final(a) && a.Kind != string(lottery.KindLimitReached) {
			open = append(open, x)
		}
		if a.Result == audit.Unknown {
			time.Sleep(patience)
		}
	}
	for ctx.Err() == nil {
		switch n := rng.IntN(10); {
		case n < 2 && len(asked) > 0:
			ask(asked[rng.IntN(len(asked))])
		case n < 4 && len(open) > 0:
			x := open[0]
			open = open[1:]
			ask(x)
		default:
			x := draw{fmt.Sprintf("user-%d-%d", number, rng.IntN(20)), fmt.Sprintf("r%d", len(asked))}
			asked = append(asked, x)
			ask(x)
		}
		time.Sleep(time.Duration(rng.IntN(4)) * time.Millisecond)
	}
	for deadline := time.Now().Add(30 * time.Second); len(open) > 0 && time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		x := open[0]
		open = open[1:]
		ask(x)
	}
	if len(open) > 0 {
		d.t.Errorf("client %d: %d requests have no final answer 30 s after the last fault, %v first", number, len(open), open[0])
	}
	for _, x := range asked {
		d.draw(client, x.user, x.request)
	}
}

// audit checks every invariant against ledger, Redis and the clients' log.
func (d *deployment) audit(opt audit.Options) *audit.Report {
	d.t.Helper()
	return d.auditWithin(20*time.Second, opt)
}

// auditWithin is audit that waits no longer than that for holds to end.
func (d *deployment) auditWithin(wait time.Duration, opt audit.Options) *audit.Report {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	r, err := audit.Run(ctx, audit.Sources{
		Postgres: d.servers.PostgresURL(), Redis: d.servers.RedisURL(), Activity: d.activity.ID, Wait: wait,
	}, d.recorder.Log(), opt)
	if err != nil {
		d.t.Fatal(err)
	}
	return r
}

// mustHold fails the test unless every invariant was checked and held.
func mustHold(t *testing.T, r *audit.Report) {
	t.Helper()
	var text strings.Builder
	if err := r.WriteText(&text); err != nil {
		t.Fatal(err)
	}
	ok := r.Held
	for _, v := range r.Invariants {
		ok = ok && v.Status == audit.Held
	}
	if !ok {
		t.Errorf("not every invariant held:\n%s", &text)
	} else {
		t.Logf("\n%s", &text)
	}
}
