package loadgen_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/loadgen"
)

const okAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

func TestConnectionRefused(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	_ = l.Close() // nothing listens there now
	for _, arrivals := range []loadgen.Arrivals{loadgen.Constant, loadgen.Closed} {
		overClients(t, func(t *testing.T, c loadgen.Client) {
			var bodies int
			r := mustRun(t, loadgen.Plan{
				URL: "http://" + addr, Body: "x", Arrivals: arrivals, Rate: 200, Connections: 2, Duration: 200 * time.Millisecond, Client: c,
				Record: func(x *loadgen.Exchange) {
					if string(x.RequestBody) == "x" && x.Err != nil {
						bodies++
					}
				},
			})
			n := r.Counts.Errors[loadgen.KindRefused]
			if n == 0 || n != r.Counts.Intended || int(n) != bodies {
				t.Errorf("%d intended, %d recorded, errors %v; want all refused", r.Counts.Intended, bodies, r.Counts.Errors)
			}
			if n > 200 {
				t.Errorf("%d tries in 200 ms: a refused closed loop must pause", n)
			}
			if r.Response.Count() != 0 {
				t.Errorf("%d refusals are among the latencies", r.Response.Count())
			}
			if arrivals != loadgen.Closed && !hasDoubt(r, loadgen.RateNotReached) {
				t.Errorf("doubts %+v lack %q", r.Doubts, loadgen.RateNotReached)
			}
		})
	}
}

func TestTimeouts(t *testing.T) {
	overClients(t, func(t *testing.T, c loadgen.Client) {
		url, stop := serve(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
		defer stop()
		r := mustRun(t, loadgen.Plan{URL: url, Rate: 50, Duration: 200 * time.Millisecond, Timeout: 100 * time.Millisecond, Client: c})
		if n := r.Counts.Errors[loadgen.KindTimeout]; n != 10 {
			t.Fatalf("errors %v, want 10 timeouts", r.Counts.Errors)
		}
		// Left out, they would make a dead server look fast.
		if r.Response.Count() != 10 || r.Response.Min() < 100*time.Millisecond {
			t.Errorf("%d latencies, the least %v; want 10 of 100 ms or more", r.Response.Count(), r.Response.Min())
		}
	})
}

func TestWaitingForAConnectionTimesOutToo(t *testing.T) {
	overClients(t, func(t *testing.T, c loadgen.Client) {
		url, stop := serve(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
		defer stop()
		r := mustRun(t, loadgen.Plan{
			URL: url, Rate: 100, Duration: 300 * time.Millisecond, Timeout: 150 * time.Millisecond, Connections: 1, Client: c,
		})
		if n := r.Counts.Errors[loadgen.KindTimeout]; n != 30 {
			t.Fatalf("errors %v, want 30 timeouts", r.Counts.Errors)
		}
		if r.Counts.Sent > 10 {
			t.Errorf("%d sent over one connection that never answers", r.Counts.Sent)
		}
	})
}

func TestAnswersOfEveryShape(t *testing.T) {
	tests := []struct {
		name, answer string
		hangUp       bool
		kind         loadgen.ErrorKind
		body         string
		reuse        bool
	}{
		{"length", okAnswer, false, "", "ok", true},
		{"chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\no\r\n1\r\nk\r\n0\r\n\r\n", false, "", "ok", true},
		{"interim", "HTTP/1.1 103 Early Hints\r\n\r\n" + okAnswer, false, "", "ok", true},
		{"redirect", "HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n", false, "", "", true},
		{"close", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok", true, "", "ok", false},
		{"1.0", "HTTP/1.0 200 OK\r\n\r\nok", true, "", "ok", false},
		{"cut off", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nok", true, loadgen.KindClosed, "ok", false},
		{"nothing", "", true, loadgen.KindClosed, "", false},
		{"malformed", "HELLO 200 OK\r\n\r\n", true, loadgen.KindMalformed, "", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			overClients(t, func(t *testing.T, c loadgen.Client) {
				url, stop := script(t, func(_ int, conn net.Conn) {
					for request(conn) {
						_, _ = io.WriteString(conn, tt.answer)
						if tt.hangUp {
							return
						}
					}
				})
				defer stop()
				r := mustRun(t, loadgen.Plan{
					URL: url, Rate: 20, Duration: 200 * time.Millisecond, Connections: 1, Timeout: 5 * time.Second, Client: c,
					Record: func(x *loadgen.Exchange) {
						if loadgen.KindOf(x.Err) != tt.kind || string(x.ResponseBody) != tt.body {
							t.Errorf("error %v, body %q; want kind %q, body %q", x.Err, x.ResponseBody, tt.kind, tt.body)
						}
					},
				})
				if tt.kind == "" && r.Counts.Answered != 4 {
					t.Errorf("counts %+v, want 4 answered", r.Counts)
				}
				if tt.reuse != (r.Connections.Opened == 1) {
					t.Errorf("%d connections opened; reuse should be %v", r.Connections.Opened, tt.reuse)
				}
			})
		})
	}
}

// TestStaleConnections has a server that hangs up on the second request of
// every connection without a word. Requests that may be sent twice are, once;
// the others are counted as closed.
func TestStaleConnections(t *testing.T) {
	tests := []struct {
		method string
		header http.Header
		retry  bool
	}{
		{"GET", nil, true},
		{"POST", http.Header{"Idempotency-Key": {"{{uuid}}"}}, true},
		{"POST", nil, false},
	}
	for _, tt := range tests {
		for _, c := range clients() {
			if c == loadgen.ClientNetHTTP {
				continue // retries inside, uncounted
			}
			t.Run(fmt.Sprintf("%s %v %s", tt.method, tt.header, c), func(t *testing.T) {
				url, stop := script(t, func(_ int, conn net.Conn) {
					if request(conn) {
						_, _ = io.WriteString(conn, okAnswer)
					}
					request(conn)
				})
				defer stop()
				r := mustRun(t, loadgen.Plan{
					URL: url, Method: tt.method, Header: tt.header, Client: c,
					Rate: 50, Duration: 200 * time.Millisecond, Connections: 1,
				})
				switch {
				case tt.retry && (r.Counts.Answered != 10 || r.Counts.Retried != 9):
					t.Errorf("counts %+v, want 10 answered, 9 of them retried", r.Counts)
				case !tt.retry && (r.Counts.Retried != 0 || r.Counts.Errors[loadgen.KindClosed] != 5):
					t.Errorf("counts %+v, want every second of 10 closed", r.Counts)
				}
			})
		}
	}
}

// TestLargeBodies makes the sockets' buffers overflow both ways.
func TestLargeBodies(t *testing.T) {
	const size = 8 << 20
	overClients(t, func(t *testing.T, c loadgen.Client) {
		var arrived atomic.Int64
		url, stop := serve(t, func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(20 * time.Millisecond) // let the sender run into a full buffer
			n, _ := io.Copy(io.Discard, r.Body)
			arrived.Add(n)
			_, _ = io.WriteString(w, strings.Repeat("y", size))
		})
		defer stop()
		r := mustRun(t, loadgen.Plan{
			URL: url, Body: strings.Repeat("x", size), Rate: 10, Duration: 200 * time.Millisecond, Client: c, MaxBody: 10,
			Record: func(x *loadgen.Exchange) {
				if string(x.ResponseBody) != "yyyyyyyyyy" || len(x.RequestBody) != size {
					t.Errorf("recorded %d bytes of the request, %q of the answer", len(x.RequestBody), x.ResponseBody)
				}
			},
		})
		if r.Counts.Answered != 2 || arrived.Load() != 2*size || r.Counts.BytesIn < 2*size || r.Counts.BytesOut < 2*size {
			t.Errorf("counts %+v, %d bytes arrived", r.Counts, arrived.Load())
		}
	})
}

func TestHTTPS(t *testing.T) {
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok") }))
	defer s.Close()
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	p := loadgen.Plan{URL: s.URL, Rate: 50, Duration: 200 * time.Millisecond, TLS: &tls.Config{RootCAs: roots}}
	if r := mustRun(t, p); r.Client != loadgen.ClientNetHTTP || r.Counts.Answered != 10 {
		t.Errorf("client %q, counts %+v; want 10 answers over nethttp", r.Client, r.Counts)
	}
	p.TLS = nil // the test server's certificate is now a stranger's
	if r := mustRun(t, p); r.Counts.Errors[loadgen.KindConnect] != 10 {
		t.Errorf("errors %v, want 10 of kind connect", r.Counts.Errors)
	}
	p.Client = loadgen.ClientGoroutine
	if _, err := loadgen.Run(context.Background(), p); err == nil {
		t.Error("a raw client was given https")
	}
}

func TestRunRefusesBeforeSending(t *testing.T) {
	for _, url := range []string{"http://name.invalid/", "http://127.0.0.1:70000/", "http://127.0.0.1/{{nope}}"} {
		r, err := loadgen.Run(context.Background(), loadgen.Plan{URL: url, Rate: 1, Duration: time.Millisecond})
		if err == nil || r != nil {
			t.Errorf("%s: result %v, error %v", url, r, err)
		}
	}
}
