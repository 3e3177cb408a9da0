package loadgen_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/loadgen"
)

// clients are all implementations that work here: every test of behaviour runs
// over each of them.
func clients() []loadgen.Client {
	all := []loadgen.Client{loadgen.ClientGoroutine, loadgen.ClientNetHTTP}
	p := loadgen.Plan{URL: "http://127.0.0.1:1", Rate: 1, Duration: time.Nanosecond, Client: loadgen.ClientEpoll}
	if _, err := loadgen.Run(context.Background(), p); err == nil {
		all = append(all, loadgen.ClientEpoll)
	}
	return all
}

// overClients runs a test with each client and checks that nothing is left.
func overClients(t *testing.T, test func(t *testing.T, c loadgen.Client)) {
	t.Helper()
	for _, c := range clients() {
		t.Run(string(c), func(t *testing.T) {
			before := runtime.NumGoroutine()
			test(t, c)
			for range 200 {
				if runtime.NumGoroutine() <= before {
					return
				}
				time.Sleep(10 * time.Millisecond)
			}
			buf := make([]byte, 1<<20)
			t.Errorf("%d goroutines before, %d after:\n%s", before, runtime.NumGoroutine(), buf[:runtime.Stack(buf, true)])
		})
	}
}

func mustRun(t *testing.T, p loadgen.Plan) *loadgen.Result {
	t.Helper()
	r, err := loadgen.Run(context.Background(), p)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// serve starts an HTTP server that is closed before the goroutine check.
func serve(t *testing.T, h http.HandlerFunc) (url string, stop func()) {
	t.Helper()
	s := httptest.NewServer(h)
	return s.URL, s.Close
}

// script starts a raw TCP server: each accepted connection is handed to
// handle with its number from 0.
func script(t *testing.T, handle func(n int, conn net.Conn)) (url string, stop func()) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	var open []net.Conn
	wg.Go(func() {
		for n := 0; ; n++ {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			open = append(open, conn)
			mu.Unlock()
			wg.Go(func() {
				defer func() { _ = conn.Close() }()
				handle(n, conn)
			})
		}
	})
	return "http://" + l.Addr().String(), func() {
		_ = l.Close()
		mu.Lock()
		for _, conn := range open {
			_ = conn.Close()
		}
		mu.Unlock()
		wg.Wait()
	}
}

// request reads one request without a body from conn; false at its end.
func request(conn net.Conn) bool {
	var got []byte
	b := make([]byte, 1)
	for !strings.HasSuffix(string(got), "\r\n\r\n") {
		if n, err := conn.Read(b); n == 0 || err != nil {
			return false
		}
		got = append(got, b[0])
	}
	return true
}

func TestEveryRequestArrivesAsRendered(t *testing.T) {
	overClients(t, func(t *testing.T, c loadgen.Client) {
		var mu sync.Mutex
		var got []string
		url, stop := serve(t, func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			mu.Lock()
			got = append(got, fmt.Sprintf("%s %s %s %s %s", r.Method, r.Host, r.RequestURI, r.Header.Get("X-Seq"), body))
			mu.Unlock()
			_, _ = w.Write(body)
		})
		defer stop()
		var recorded []string
		r := mustRun(t, loadgen.Plan{
			URL: url + "/a%2Fb/{{seq}}?q={{pick x}}", Method: "PATCH", Body: "body {{seq}}", Client: c,
			Header: http.Header{"X-Seq": {"{{seq}}"}, "Host": {"example.test"}},
			Rate:   500, Duration: 200 * time.Millisecond,
			Record: func(x *loadgen.Exchange) {
				recorded = append(recorded, fmt.Sprintf("%d %d %s %s", x.Seq, x.Status, x.RequestBody, x.ResponseBody))
			},
		})
		mu.Lock()
		defer mu.Unlock()
		if r.Counts.Answered != 100 || len(got) != 100 || len(recorded) != 100 {
			t.Fatalf("%d answered, %d arrived, %d recorded; want 100 of each (%v)", r.Counts.Answered, len(got), len(recorded), r.Counts)
		}
		for i := range 100 {
			if want := fmt.Sprintf("PATCH example.test /a%%2Fb/%d?q=x %d body %d", i, i, i); !slices.Contains(got, want) {
				t.Errorf("the server did not get %q", want)
			}
			if want := fmt.Sprintf("%d 200 body %d body %d", i, i, i); !slices.Contains(recorded, want) {
				t.Errorf("not recorded: %q", want)
			}
		}
	})
}

// TestLatencyCountsFromTheIntendedTime stalls a server for 300 of 600 ms with
// few connections allowed. Service time is the figure a generator would give
// that measures from the actual send: it must be visibly wrong here, or this
// test could not tell the two apart.
func TestLatencyCountsFromTheIntendedTime(t *testing.T) {
	const stall, length, limit = 300 * time.Millisecond, 600 * time.Millisecond, 8
	overClients(t, func(t *testing.T, c loadgen.Client) {
		var first atomic.Int64
		url, stop := serve(t, func(http.ResponseWriter, *http.Request) {
			now := time.Now().UnixNano()
			first.CompareAndSwap(0, now)
			time.Sleep(stall - time.Duration(now-first.Load()))
		})
		defer stop()
		r := mustRun(t, loadgen.Plan{URL: url, Rate: 500, Duration: length, Connections: limit, Client: c})
		// Half of the requests meet the stall and wait 0 to 300 ms, evenly:
		// p75 is 150 ms, p90 240 ms. A busy machine can only add.
		for _, want := range []struct {
			q  float64
			at time.Duration
		}{{0.75, 150 * time.Millisecond}, {0.9, 240 * time.Millisecond}} {
			got := r.Response.Quantile(want.q)
			if got < want.at*9/10 || got > want.at+time.Second {
				t.Errorf("response q%v = %v, want about %v", want.q, got, want.at)
			}
		}
		if wrong, right := r.Service.Quantile(0.9), r.Response.Quantile(0.9); wrong > right/2 {
			t.Errorf("service p90 %v, response p90 %v: measured from the actual send nearly all should be fast", wrong, right)
		}
		if r.Connections.MaxOpen > limit {
			t.Errorf("%d connections open, cap %d", r.Connections.MaxOpen, limit)
		}
		if n := r.Connections.Queued; n < 100 || r.Connections.QueuedFor < 10*time.Second {
			t.Errorf("%d requests queued for %v in all, want about 140 and 21 s", n, r.Connections.QueuedFor)
		}
		if !hasDoubt(r, loadgen.CapQueued) {
			t.Errorf("the cap's queue is not among the doubts %+v", r.Doubts)
		}
	})
}

func hasDoubt(r *loadgen.Result, code loadgen.DoubtCode) bool {
	return slices.ContainsFunc(r.Doubts, func(d loadgen.Doubt) bool { return d.Code == code })
}

func TestConnectionsGrowAsNeeded(t *testing.T) {
	overClients(t, func(t *testing.T, c loadgen.Client) {
		url, stop := serve(t, func(http.ResponseWriter, *http.Request) { time.Sleep(200 * time.Millisecond) })
		defer stop()
		r := mustRun(t, loadgen.Plan{URL: url, Rate: 100, Duration: 300 * time.Millisecond, Client: c})
		if r.Counts.Answered != 30 || r.Connections.MaxOpen < 15 || r.Connections.Queued != 0 {
			t.Errorf("%d answered, %d connections, %d queued; want 30, about 20, 0", r.Counts.Answered, r.Connections.MaxOpen, r.Connections.Queued)
		}
	})
}

func TestClosedLoopKeepsItsConnectionsBusy(t *testing.T) {
	overClients(t, func(t *testing.T, c loadgen.Client) {
		var now, top atomic.Int64
		url, stop := serve(t, func(http.ResponseWriter, *http.Request) {
			n := now.Add(1)
			for old := top.Load(); n > old && !top.CompareAndSwap(old, n); old = top.Load() {
			}
			time.Sleep(5 * time.Millisecond)
			now.Add(-1)
		})
		defer stop()
		r := mustRun(t, loadgen.Plan{URL: url, Arrivals: loadgen.Closed, Connections: 5, Duration: 300 * time.Millisecond, Client: c})
		if top.Load() != 5 || r.Connections.Opened != 5 {
			t.Errorf("%d requests at a time on %d connections, want 5 and 5", top.Load(), r.Connections.Opened)
		}
		if r.Counts.Answered < 20 || r.Counts.Answered > 300 || r.Counts.ErrorCount() != 0 {
			t.Errorf("counts %+v, want up to 300 answered and no error", r.Counts)
		}
	})
}

// TestWarmupIsCutOff has a server that is bad for the 30 requests of the
// warm-up: none of it may reach the result.
func TestWarmupIsCutOff(t *testing.T) {
	overClients(t, func(t *testing.T, c loadgen.Client) {
		var count atomic.Int64
		url, stop := serve(t, func(w http.ResponseWriter, r *http.Request) {
			count.Add(1)
			if len(r.URL.Path) == len("/0") || r.URL.Path < "/30" {
				w.WriteHeader(http.StatusServiceUnavailable)
			}
		})
		defer stop()
		warm := 0
		r := mustRun(t, loadgen.Plan{
			URL: url + "/{{seq}}", Rate: 100, Warmup: 300 * time.Millisecond, Duration: 200 * time.Millisecond, Client: c,
			Record: func(x *loadgen.Exchange) {
				if x.Warmup != (x.Intended < 300*time.Millisecond) {
					t.Errorf("intended at %v, warm-up %v", x.Intended, x.Warmup)
				}
				if x.Warmup {
					warm++
				}
			},
		})
		if count.Load() != 50 || warm != 30 || r.Counts.Intended != 20 || r.Response.Count() != 20 {
			t.Errorf("%d sent, %d in warm-up, %d counted; want 50, 30, 20", count.Load(), warm, r.Response.Count())
		}
		if r.Counts.StatusClass(2) != 20 || r.Counts.StatusClass(5) != 0 {
			t.Errorf("statuses %v: the warm-up is in them", r.Counts.Statuses)
		}
	})
}

func TestCancelKeepsWhatWasMeasured(t *testing.T) {
	for _, arrivals := range []loadgen.Arrivals{loadgen.Constant, loadgen.Closed} {
		overClients(t, func(t *testing.T, c loadgen.Client) {
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			url, stop := serve(t, func(_ http.ResponseWriter, r *http.Request) {
				if strings.HasSuffix(r.URL.Path, "/27") {
					time.AfterFunc(100*time.Millisecond, cancel)
					<-r.Context().Done() // never answered: must not hold up the end
				}
				time.Sleep(time.Millisecond)
			})
			defer stop()
			began := time.Now()
			r, err := loadgen.Run(ctx, loadgen.Plan{
				URL: url + "/{{seq}}", Arrivals: arrivals, Rate: 200, Connections: 20, Duration: time.Hour, Client: c,
			})
			if err != nil {
				t.Fatal(err)
			}
			if took := time.Since(began); took > 30*time.Second {
				t.Errorf("Run took %v although it was cancelled early", took)
			}
			if !r.Partial || !hasDoubt(r, loadgen.RunPartial) {
				t.Errorf("partial %v, doubts %+v", r.Partial, r.Doubts)
			}
			if r.Counts.Answered < 5 || r.Window < 100*time.Millisecond || r.Window > 20*time.Second {
				t.Errorf("%d answered in a window of %v", r.Counts.Answered, r.Window)
			}
			if n := r.Counts.Errors[loadgen.KindUnfinished]; n < 1 {
				t.Errorf("errors %v, want the one that was never answered", r.Counts.Errors)
			}
		})
	}
}

func TestProgress(t *testing.T) {
	overClients(t, func(t *testing.T, c loadgen.Client) {
		url, stop := serve(t, func(http.ResponseWriter, *http.Request) {})
		defer stop()
		var reports []loadgen.Progress // Run has waited for the reporting goroutine
		mustRun(t, loadgen.Plan{
			URL: url, Rate: 200, Duration: 400 * time.Millisecond, Client: c,
			ProgressEvery: 50 * time.Millisecond,
			Progress:      func(p loadgen.Progress) { reports = append(reports, p) },
		})
		if len(reports) < 2 {
			t.Fatalf("%d reports in 400 ms, asked every 50 ms", len(reports))
		}
		last := reports[len(reports)-1]
		if last.Total != 400*time.Millisecond || last.Answered < 1 || last.Answered > last.Sent || last.Errors != 0 {
			t.Errorf("last report %+v", last)
		}
	})
}

func TestServerCPU(t *testing.T) {
	if runtime.GOOS != "linux" {
		return // the other systems say so in ServerErr, tested below
	}
	url, stop := serve(t, func(http.ResponseWriter, *http.Request) {})
	defer stop()
	p := loadgen.Plan{URL: url, Rate: 200, Duration: 200 * time.Millisecond, ServerPID: 1 << 30}
	if r := mustRun(t, p); r.CPU.ServerErr == "" || r.CPU.Client <= 0 {
		t.Errorf("CPU of a process that does not exist: %+v", r.CPU)
	}
}
