package httpapi_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/httpapi"
	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

const goodBody = `{"user":"u","request":"r"}`

// TestTurnedAway: a request that has waited for too long is refused before anything
// is read of it, and whoever is told so can come again.
func TestTurnedAway(t *testing.T) {
	away := true
	p := newPort(answering(lottery.Answer{}, nil), func(o *httpapi.PublicOptions) {
		o.TurnedAway = func(context.Context) bool { return away }
	})
	for _, w := range []*httptest.ResponseRecorder{
		p.send("POST", drawPath, "the body is not even read"),
		p.send("GET", drawPath+"/r?user=u", ""),
	} {
		if w.Code != 503 || w.Header().Get("Retry-After") != "1" || !strings.Contains(w.Body.String(), `"kind":"overloaded"`) {
			t.Errorf("got %d %v %s; want 503 overloaded", w.Code, w.Header(), w.Body)
		}
		checkProblem(t, w)
	}
	if got, want := p.observer.taken(), []string{"refused overloaded", "refused overloaded"}; !reflect.DeepEqual(got, want) {
		t.Errorf("observer heard %q; want %q", got, want)
	}
	away = false
	if w := p.send("POST", drawPath, goodBody); w.Code != 200 {
		t.Errorf("afterwards: got %d; want 200", w.Code)
	}
}

// TestCrowded: the connection of a request is closed where others wait for it.
func TestCrowded(t *testing.T) {
	crowded := true
	p := newPort(answering(lottery.Answer{}, nil), func(o *httpapi.PublicOptions) { o.Crowded = func() bool { return crowded } })
	if w := p.send("POST", drawPath, goodBody); w.Code != 200 || w.Header().Get("Connection") != "close" {
		t.Errorf("got %d %v; want 200 and a connection that closes", w.Code, w.Header())
	}
	crowded = false
	if w := p.send("POST", drawPath, goodBody); w.Code != 200 || w.Header().Get("Connection") != "" {
		t.Errorf("got %d %v; want 200 and a connection that stays", w.Code, w.Header())
	}
}

func TestPanicIsAnswered(t *testing.T) {
	boom := func(context.Context, lottery.Entry) (lottery.Answer, error) { panic("boom") }
	p := newPort(fakeDrawer{boom, boom})
	for range 2 {
		w := p.send("POST", drawPath, goodBody)
		if w.Code != 500 || strings.Contains(w.Body.String(), "boom") {
			t.Fatalf("got %d %s; want 500 without the panic's words", w.Code, w.Body)
		}
		checkProblem(t, w)
		if got, want := p.observer.taken(), []string{"started", "failed internal", "panicked"}; !reflect.DeepEqual(got, want) {
			t.Errorf("observer heard %q; want %q", got, want)
		}
	}
	if log := p.log.String(); !strings.Contains(log, "panic=boom") || !strings.Contains(log, "lifecycle_test.go") {
		t.Errorf("the log has no reason or stack: %s", log)
	}
}

func TestAbortPassesThrough(t *testing.T) {
	abort := func(context.Context, lottery.Entry) (lottery.Answer, error) { panic(http.ErrAbortHandler) }
	p := newPort(fakeDrawer{abort, abort})
	defer func() {
		if recover() != http.ErrAbortHandler {
			t.Error("net/http did not get its own panic back")
		}
	}()
	p.send("POST", drawPath, goodBody)
}

func TestDrainClosesConnectionsButServes(t *testing.T) {
	drain := &httpapi.Drain{}
	p := newPort(answering(lottery.Answer{}, nil), func(o *httpapi.PublicOptions) { o.Drain = drain })
	if got := p.send("POST", drawPath, goodBody).Header().Get("Connection"); got != "" {
		t.Errorf("before: Connection is %q", got)
	}
	drain.Start()
	for _, w := range []*httptest.ResponseRecorder{p.send("POST", drawPath, goodBody), p.send("GET", "/", "")} {
		if got := w.Header().Get("Connection"); got != "close" {
			t.Errorf("draining: Connection is %q; want close (status %d)", got, w.Code)
		}
	}
	if w := p.send("POST", drawPath, goodBody); w.Code != 200 {
		t.Errorf("draining: got %d; want 200", w.Code)
	}
}

// TestDrawOutlivesItsClient hangs up in the middle of a draw: the draw's
// context must not notice, and must still have a deadline.
func TestDrawOutlivesItsClient(t *testing.T) {
	entered, leave, ended := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	hold := func(ctx context.Context, _ lottery.Entry) (lottery.Answer, error) {
		if _, ok := ctx.Deadline(); !ok {
			t.Error("the draw has no deadline")
		}
		close(entered)
		<-leave
		ended <- ctx.Err()
		return lottery.Answer{}, nil
	}
	p := newPort(fakeDrawer{hold, hold}, func(o *httpapi.PublicOptions) { o.DrawTimeout = time.Minute })
	left := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		go func() { <-r.Context().Done(); close(left) }()
		p.ServeHTTP(w, r)
	}))
	defer server.Close()
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	writeDraw(t, conn, goodBody, len(goodBody))
	<-entered
	_ = conn.Close()
	<-left
	close(leave)
	if err := <-ended; err != nil {
		t.Errorf("the draw was cancelled with its client: %v", err)
	}
}

// TestDrawDeadline measures, on a clock of its own, when draws that never
// finish by themselves are told to stop.
func TestDrawDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const budget, slack = 2 * time.Second, 50 * time.Millisecond
		wait := func(ctx context.Context, _ lottery.Entry) (lottery.Answer, error) {
			<-ctx.Done()
			return lottery.Answer{}, lottery.Unavailable("the store", ctx.Err())
		}
		p := newPort(fakeDrawer{wait, wait})
		var wg sync.WaitGroup
		for i := range 20 { // starts spread over several shared deadlines
			wg.Go(func() {
				time.Sleep(time.Duration(i) * 7 * time.Millisecond)
				start := time.Now()
				if w := p.send("POST", drawPath, goodBody); w.Code != 503 {
					t.Errorf("got %d; want 503", w.Code)
				}
				if took := time.Since(start); took < budget || took > budget+slack {
					t.Errorf("draw %d stopped after %v; want %v to %v", i, took, budget, budget+slack)
				}
			})
		}
		wg.Wait()
	})
}

// writeDraw writes a draw whose body is announced as size bytes long.
func writeDraw(t *testing.T, conn net.Conn, body string, size int) {
	t.Helper()
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	head := "POST " + drawPath + " HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: " + strconv.Itoa(size) + "\r\n\r\n"
	if _, err := io.WriteString(conn, head+body); err != nil {
		t.Fatal(err)
	}
}

// TestSlowBody sends half a body and then nothing: the server gives up by itself,
// and says so. (That the client keeps nobody out meanwhile is shown in
// internal/admission.)
func TestSlowBody(t *testing.T) {
	p := newPort(answering(lottery.Answer{}, nil))
	server := httpapi.NewPublicServer(p, quiet())
	server.ReadTimeout = 300 * time.Millisecond
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	defer func() { _ = server.Close(); <-served }()
	conn, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	writeDraw(t, conn, goodBody[:10], len(goodBody))
	if w := p.send("POST", drawPath, goodBody); w.Code != 200 {
		t.Errorf("beside the slow client: got %d; want 200", w.Code)
	}
	answer, err := io.ReadAll(conn) // ends because the server closes
	if err != nil || !strings.HasPrefix(string(answer), "HTTP/1.1 408 ") || !strings.Contains(string(answer), `"kind":"request-timeout"`) {
		t.Errorf("got %q, %v; want a 408 problem", answer, err)
	}
}

func TestServersHaveTimeouts(t *testing.T) {
	public, admin := httpapi.NewPublicServer(nil, quiet()), httpapi.NewAdminServer(nil, quiet())
	for _, row := range []struct {
		name string
		s    *http.Server
	}{{"public", public}, {"admin", admin}} {
		if row.s.ReadHeaderTimeout <= 0 || row.s.ReadTimeout <= 0 || row.s.IdleTimeout <= 0 || row.s.MaxHeaderBytes <= 0 || row.s.ErrorLog == nil {
			t.Errorf("%s: a client can hold the server for ever: %+v", row.name, row.s)
		}
	}
	if public.WriteTimeout <= 0 || admin.WriteTimeout != 0 {
		t.Errorf("write timeouts are %v and %v; want some, and none (profiles take their time)", public.WriteTimeout, admin.WriteTimeout)
	}
}
