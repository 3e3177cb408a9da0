package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"time"
)

// arrivals is what the server saw: Welford's running spread of the gaps.
type arrivals struct {
	mu       sync.Mutex
	last     time.Time
	Count    int64
	gaps     float64
	mean, m2 float64
	GapCV    float64
}

func (a *arrivals) note(now time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.Count++
	if a.Count > 1 {
		gap := now.Sub(a.last).Seconds()
		a.gaps++
		delta := gap - a.mean
		a.mean += delta / a.gaps
		a.m2 += delta * (gap - a.mean)
		a.GapCV = math.Sqrt(a.m2/a.gaps) / a.mean
	}
	a.last = now
}

// runServer answers until its input ends, which it does when the parent dies.
// Its first line of output is its address.
func runServer(stdin io.Reader, stdout io.Writer) error {
	runtime.GOMAXPROCS(1)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Fprintln(stdout, listener.Addr())
	server := &http.Server{Handler: newHandler(time.Now()), ReadHeaderTimeout: time.Minute}
	go func() {
		_, _ = io.Copy(io.Discard, stdin)
		_ = server.Close()
	}()
	if err := server.Serve(listener); err != http.ErrServerClosed {
		return err
	}
	return nil
}

const (
	stallEvery = time.Second
	stallFor   = 200 * time.Millisecond
)

func newHandler(start time.Time) http.Handler {
	var seen arrivals
	var stalled gate
	body := []byte(`{"pad":"` + strings.Repeat("x", 190) + `"}`)
	reply := func(w http.ResponseWriter) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(body)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		seen.note(time.Now())
		reply(w)
	})
	answer := fmt.Appendf(nil, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
	raw := func(w http.ResponseWriter, pause func()) {
		conn, rw, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		defer func() { _ = conn.Close() }()
		for err == nil {
			seen.note(time.Now())
			pause()
			if _, err = conn.Write(answer); err == nil {
				err = skipRequest(rw.Reader)
			}
		}
	}
	mux.HandleFunc("/raw", func(w http.ResponseWriter, _ *http.Request) { raw(w, func() {}) })
	mux.HandleFunc("/stall", func(w http.ResponseWriter, _ *http.Request) {
		raw(w, func() {
			if since := time.Since(start); since%stallEvery < stallFor {
				stalled.wait(start.Add(since.Truncate(stallEvery) + stallFor))
			}
		})
	})
	mux.HandleFunc("/seen", func(w http.ResponseWriter, _ *http.Request) {
		seen.mu.Lock()
		defer seen.mu.Unlock()
		_ = json.NewEncoder(w).Encode(&seen)
	})
	return mux
}

// skipRequest reads a request without a body to its end. Behind a stall 200
// requests wait at once, and what net/http takes for each would be added to
// latencies that are compared with the stall alone.
func skipRequest(in *bufio.Reader) error {
	for {
		line, err := in.ReadSlice('\n')
		if err != nil || len(line) <= len("\r\n") {
			return err
		}
	}
}

// gate holds requests back until a time, and then lets them go in the order
// they came.
type gate struct {
	mu    sync.Mutex
	until time.Time
	open  chan struct{}
}

func (g *gate) wait(until time.Time) {
	g.mu.Lock()
	if g.until != until {
		g.until, g.open = until, make(chan struct{})
		go func(open chan struct{}) {
			sleepSharply(time.Until(until))
			close(open)
		}(g.open)
	}
	open := g.open
	g.mu.Unlock()
	<-open
}

// sleepSharply sleeps without the runtime's overshoot of a millisecond: a stall
// must be as long as the client's figures are compared with.
func sleepSharply(d time.Duration) {
	end := time.Now().Add(d)
	time.Sleep(d - 2*time.Millisecond)
	for time.Now().Before(end) {
		runtime.Gosched()
	}
}

// server is a server process.
type server struct {
	url   string
	pid   int
	cmd   *exec.Cmd
	stdin io.Closer
}

func startServer(ctx context.Context) (*server, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, self, "-serve")
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	addr, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		_ = stdin.Close()
		_ = cmd.Wait()
		return nil, fmt.Errorf("server did not start: %w", err)
	}
	return &server{url: "http://" + strings.TrimSpace(addr), pid: cmd.Process.Pid, cmd: cmd, stdin: stdin}, nil
}

func (s *server) stop() {
	_ = s.stdin.Close()
	_ = s.cmd.Wait()
}

func (s *server) seen() (count int64, gapCV float64, err error) {
	client := http.Client{Timeout: 5 * time.Second}
	defer client.CloseIdleConnections()
	resp, err := client.Get(s.url + "/seen")
	if err != nil {
		return 0, 0, err
	}
	defer func() { _ = resp.Body.Close() }()
	var a struct {
		Count int64
		GapCV float64
	}
	err = json.NewDecoder(resp.Body).Decode(&a)
	return a.Count, a.GapCV, err
}
