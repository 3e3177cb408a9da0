package loadgen_test

import (
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/loadgen"
)

// oddServer is a server, what a client must make of its answers and, where net/http
// makes something else of them, what that is and why we do not follow.
type oddServer struct {
	name   string
	answer string
	later  string // sent by a write of its own
	bytes  bool   // sent byte by byte
	end    connEnd
	method string // GET by default
	header string // of the request: "Name: value"
	size   int    // of the request's body; the server does not read it

	want outcome
	std  *outcome // of net/http, if it differs
	why  string
}

type outcome struct {
	status int
	kind   loadgen.ErrorKind
	body   string
}

func (o outcome) String() string {
	return fmt.Sprintf("status %d, kind %q, body %q", o.status, o.kind, o.body)
}

type connEnd int

const (
	keepOpen connEnd = iota
	hangUp
	reset // after the answer was read, as far as a server can know
)

// serve answers every request of a connection.
func (s *oddServer) serve(conn net.Conn) {
	for request(conn) {
		if s.bytes {
			for i := range len(s.answer) {
				_, _ = io.WriteString(conn, s.answer[i:i+1])
			}
		} else {
			_, _ = io.WriteString(conn, s.answer)
		}
		if s.later != "" {
			_, _ = io.WriteString(conn, s.later)
		}
		switch s.end {
		case hangUp:
			return
		case reset:
			time.Sleep(20 * time.Millisecond)
			_ = conn.(*net.TCPConn).SetLinger(0)
			return
		}
	}
}

func oddServers() []oddServer {
	const ok, length = "HTTP/1.1 200 OK\r\n", "Content-Length: 2\r\n"
	good := outcome{200, "", "ok"}
	malformed := outcome{kind: loadgen.KindMalformed}
	status := func(n int) outcome { return outcome{status: n} }
	header := func(n int) string { return "X-Filler: " + strings.Repeat("f", n-len("X-Filler: \r\n")) + "\r\n" }
	const limit = 1 << 20
	return []oddServer{
		// Bytes behind a complete answer.
		{name: "204 and a last chunk", answer: "HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", want: status(204)},
		{name: "304 and a last chunk", answer: "HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", want: status(304)},
		{name: "304 with a length and no body", answer: "HTTP/1.1 304 Not Modified\r\nContent-Length: 77\r\n\r\n", want: status(304)},
		{name: "204 with a length and a body", answer: "HTTP/1.1 204 No Content\r\n" + length + "\r\nok", want: status(204)},
		{name: "205 with an empty chunked body", answer: "HTTP/1.1 205 Reset Content\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", want: status(205)},
		{name: "205 with a length", answer: "HTTP/1.1 205 Reset Content\r\n" + length + "\r\nok", want: outcome{205, "", "ok"}},
		{name: "a line break after the length", answer: ok + length + "\r\nok\r\n", want: good},
		{name: "a second answer in the same packet", answer: ok + length + "\r\nok" + ok + length + "\r\nno", want: good},
		{name: "bytes after the last chunk", answer: ok + "Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\nmore", want: good},
		{name: "bytes after length, then close", answer: ok + length + "\r\nok\r\n", end: hangUp, want: good},
		{name: "HEAD with a length", answer: ok + "Content-Length: 500\r\n\r\n", method: "HEAD", want: status(200)},
		{name: "HEAD with a body", answer: ok + length + "\r\nok", method: "HEAD", want: status(200)},
		{name: "HEAD, chunked", answer: ok + "Transfer-Encoding: chunked\r\n\r\n", method: "HEAD", want: status(200)},
		// Status line and interim answers.
		{name: "several interim answers", answer: "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\nX: y\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\nContent-Length: 9\r\n\r\n" + ok + length + "\r\nok", want: good},
		{name: "many interim answers", answer: strings.Repeat("HTTP/1.1 100 Continue\r\n\r\n", 50) + ok + length + "\r\nok", want: good},
		{name: "101 that nobody asked for", answer: "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\nxx", want: malformed},
		{name: "101 as asked", answer: "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\nxx", header: "Upgrade: x", want: status(101)},
		{name: "no reason", answer: "HTTP/1.1 200\r\n" + length + "\r\nok", want: good},
		{name: "blanks before the status", answer: "HTTP/1.1   200 OK\r\n" + length + "\r\nok", want: good},
		{name: "a minor version to come", answer: "HTTP/1.3 200 OK\r\n" + length + "\r\nok", want: good},
		{name: "status beyond the classes", answer: "HTTP/1.1 799 Odd\r\n" + length + "\r\nok", want: outcome{799, "", "ok"}},
		{name: "status below the classes", answer: "HTTP/1.1 099 Odd\r\n" + length + "\r\nok", end: hangUp, want: malformed},
		{name: "four digits", answer: "HTTP/1.1 2000 OK\r\n\r\n", end: hangUp, want: malformed},
		{name: "another version", answer: "HTTP/2.0 200 OK\r\n" + length + "\r\nok", end: hangUp, want: malformed},
		{name: "another protocol", answer: "SSH-2.0-OpenSSH_9.2\r\n", end: hangUp, want: malformed},
		{name: "another protocol without lines", answer: "\x15\x03\x01\x00\x02\x02\x46", end: hangUp, want: malformed},
		{name: "an empty line first", answer: "\r\n" + ok + length + "\r\nok", end: hangUp, want: malformed},
		// Headers.
		{name: "names in odd case", answer: ok + "cOnTeNt-LeNgTh: 2\r\nCONNECTION: Keep-Alive\r\n\r\nok", want: good},
		{name: "bare line feeds", answer: "HTTP/1.1 200 OK\nContent-Length: 2\n\nok", want: good},
		{name: "a folded header", answer: ok + "X-Long: a\r\n b\r\n\tc\r\n" + length + "\r\nok", want: good},
		{name: "a folded length", answer: ok + "Content-Length:\r\n 2\r\n\r\nok", want: good},
		{name: "a folded coding", answer: ok + "Transfer-Encoding:\r\n\tchunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", want: good},
		{name: "a blank before the first header", answer: ok + " X: y\r\n" + length + "\r\nok", end: hangUp, want: malformed},
		{name: "an unknown name with a blank", answer: ok + "X Odd : y\r\n" + length + "\r\nok", want: good},
		{name: "a name with a colon alone", answer: ok + ": y\r\n\r\n", end: hangUp, want: malformed},
		{name: "a name with brackets", answer: ok + "X(1): y\r\n" + length + "\r\nok", end: hangUp, want: malformed},
		{name: "a header without a colon", answer: ok + "odd\r\n" + length + "\r\nok", end: hangUp, want: malformed},
		{name: "NUL in a value", answer: ok + "X-Long-Enough: some\x00value\r\n" + length + "\r\nok", end: hangUp, want: malformed},
		{name: "a bare CR in a value", answer: ok + "X: a\rb\r\n" + length + "\r\nok", end: hangUp, want: malformed},
		{name: "Latin-1 in a value", answer: ok + "X: caf\xe9\r\n" + length + "\r\nok", want: good},
		{name: "one header of 100 KiB", answer: ok + header(100<<10) + length + "\r\nok", want: good},
		{name: "1,000 headers", answer: ok + strings.Repeat(header(100), 1000) + length + "\r\nok", want: good},
		{name: "a head of 1 MiB", answer: ok + header(limit-len(ok+length+"\r\n")) + length + "\r\nok", want: good},
		{name: "a head of 1 MiB and a byte", answer: ok + header(limit+1-len(ok+length+"\r\n")) + length + "\r\nok", end: hangUp, want: malformed},
		{name: "interim answers of 1 MiB", answer: strings.Repeat("HTTP/1.1 100 C\r\n"+header(1<<10)+"\r\n", 1<<10) + ok + length + "\r\nok", end: hangUp, want: malformed},
		// Framing.
		{name: "equal lengths", answer: ok + length + length + "\r\nok", want: good},
		{name: "different lengths", answer: ok + length + "Content-Length: 3\r\n\r\nok", end: hangUp, want: malformed},
		{name: "equal lengths, written differently", answer: ok + length + "Content-Length: 02\r\n\r\nok", end: hangUp, want: malformed},
		{name: "a list of equal lengths", answer: ok + "Content-Length: 2, 2\r\n\r\nok", want: malformed},
		{name: "a list of different lengths", answer: ok + "Content-Length: 2, 3\r\n\r\nok", end: hangUp, want: malformed},
		{name: "an empty length", answer: ok + "Content-Length:\r\n\r\n", end: hangUp, want: malformed},
		{name: "a signed length", answer: ok + "Content-Length: +2\r\n\r\nok", end: hangUp, want: malformed},
		{name: "a blank before the colon of the length", answer: ok + "Content-Length : 2\r\n\r\nok, until the end", end: hangUp, want: outcome{200, "", "ok, until the end"}},
		{name: "a coding and a length", answer: ok + length + "Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", want: good},
		{name: "extensions and trailers", answer: ok + "Transfer-Encoding: chunked\r\n\r\n1;a=b\r\no\r\n0001;c=d\r\nk\r\n0\r\nX-Sum: 1\r\n\r\n", want: good},
		{name: "a blank before an extension", answer: ok + "Transfer-Encoding: chunked\r\n\r\n2 ; a\r\nok\r\n0\r\n\r\n", want: malformed},
		{name: "a blank after the size of a chunk", answer: ok + "Transfer-Encoding: chunked\r\n\r\n2 \r\nok\r\n0\r\n\r\n", want: good},
		{name: "little within long chunk lines", answer: ok + "Transfer-Encoding: chunked\r\n\r\n" + strings.Repeat("1;"+strings.Repeat("x", 4000)+"\r\nx\r\n", 6), end: hangUp, want: outcome{0, loadgen.KindMalformed, "xxxx"}},
		{name: "chunks in capitals", answer: ok + "Transfer-Encoding: CHUNKED\r\n\r\n00A\r\n0123456789\r\n0\r\n\r\n", want: outcome{200, "", "0123456789"}},
		{name: "gzip and chunked", answer: ok + "Transfer-Encoding: gzip, chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", want: malformed},
		{name: "chunked and gzip", answer: ok + "Transfer-Encoding: chunked, gzip\r\n\r\nok", end: hangUp, want: malformed},
		{name: "chunked twice", answer: ok + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", want: malformed},
		{name: "identity and a length", answer: ok + "Transfer-Encoding: identity\r\n" + length + "\r\nok", want: malformed},
		{name: "identity until the end", answer: ok + "Transfer-Encoding: identity\r\n\r\nok", end: hangUp, want: malformed},
		{name: "an empty coding", answer: ok + "Transfer-Encoding:\r\n" + length + "\r\nok", want: malformed},
		{name: "a coding of 204", answer: "HTTP/1.1 204 No Content\r\nTransfer-Encoding: gzip\r\n\r\n", want: malformed},
		{name: "a coding of an interim answer", answer: "HTTP/1.1 103 Early\r\nTransfer-Encoding: gzip\r\n\r\n" + ok + length + "\r\nok", want: malformed},
		{name: "identity in HTTP/1.0", answer: "HTTP/1.0 200 OK\r\nTransfer-Encoding: identity\r\n" + length + "\r\nok", end: hangUp, want: good},
		{name: "a coding that ends with the connection", answer: ok + "Transfer-Encoding: gzip\r\n\r\nok", end: hangUp, want: malformed},
		{name: "a coding in HTTP/1.0", answer: "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n" + length + "\r\nok", end: hangUp, want: good},
		{name: "a chunk that is too long", answer: ok + "Transfer-Encoding: chunked\r\n\r\n1\r\nok\r\n0\r\n\r\n", end: hangUp, want: outcome{0, loadgen.KindMalformed, "o"}},
		{name: "a chunk size of 17 digits", answer: ok + "Transfer-Encoding: chunked\r\n\r\n00000000000000002\r\nok\r\n0\r\n\r\n", end: hangUp, want: malformed},
		{name: "a chunk size that is none", answer: ok + "Transfer-Encoding: chunked\r\n\r\n0x2\r\nok\r\n0\r\n\r\n", end: hangUp, want: malformed},
		{name: "a chunk size with a bare line feed", answer: ok + "Transfer-Encoding: chunked\r\n\r\n2\nok\r\n0\r\n\r\n", end: hangUp, want: malformed},
		{name: "a trailer that is none", answer: ok + "Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nodd\r\n\r\n", end: hangUp, want: outcome{0, loadgen.KindMalformed, "ok"}},
		{name: "trailers of more than 4 KiB", answer: ok + "Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n" + header(2000) + header(2000) + header(2000) + "\r\n", end: hangUp, want: outcome{0, loadgen.KindMalformed, "ok"}},
		{name: "trailers of less", answer: ok + "Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n" + header(2000) + header(2000) + "\r\n", want: good},
		{name: "a trailer that ends with a bare line feed", answer: ok + "Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX: y\n\r\n", end: hangUp, want: outcome{0, loadgen.KindMalformed, "ok"}},
		{name: "until the end", answer: ok + "\r\nok", end: hangUp, want: good},
		{name: "HTTP/1.0", answer: "HTTP/1.0 200 OK\r\n\r\nok", end: hangUp, want: good},
		{name: "HTTP/1.0, kept alive", answer: "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n" + length + "\r\nok", want: good},
		{name: "HTTP/1.0 with a length, kept open", answer: "HTTP/1.0 200 OK\r\n" + length + "\r\nok", want: good},
		{name: "close that the server does not keep", answer: ok + "Connection: close\r\n" + length + "\r\nok", want: good},
		{name: "byte by byte", answer: ok + "X: a\r\n b\r\nTransfer-Encoding: chunked\r\n\r\n2;x\r\nok\r\n0\r\nT: 1\r\n\r\n", bytes: true, want: good},
		// Ends.
		{name: "nothing", end: hangUp, want: outcome{kind: loadgen.KindClosed}},
		{name: "cut in the head", answer: ok + "Content-Le", end: hangUp, want: outcome{kind: loadgen.KindClosed}, std: &malformed,
			why: "net/http takes a line that was cut off for a complete one"},
		{name: "cut in the body", answer: ok + "Content-Length: 3\r\n\r\nok", end: hangUp, want: outcome{0, loadgen.KindClosed, "ok"}},
		{name: "cut in a chunk", answer: ok + "Transfer-Encoding: chunked\r\n\r\n3\r\nok", end: hangUp, want: outcome{0, loadgen.KindClosed, "ok"}},
		{name: "cut before the last chunk", answer: ok + "Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n", end: hangUp, want: outcome{0, loadgen.KindClosed, "ok"}},
		{name: "cut in the trailers", answer: ok + "Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n", end: hangUp, want: outcome{0, loadgen.KindClosed, "ok"}},
		{name: "close after a complete answer", answer: ok + length + "\r\nok", end: hangUp, want: good},
		{name: "reset after a complete answer", answer: ok + length + "\r\nok", end: reset, want: good},
		{name: "reset in place of the end", answer: ok + "\r\nok", end: reset, want: outcome{0, loadgen.KindClosed, "ok"}},
		// The answer before the request is complete.
		{name: "413 at once, then close", answer: "HTTP/1.1 413 Too Large\r\nConnection: close\r\n" + length + "\r\nok", size: 8 << 20, method: "POST", end: hangUp, want: outcome{413, "", "ok"}},
		{name: "413 at once, and nothing more is read", answer: "HTTP/1.1 413 Too Large\r\n" + length + "\r\nok", size: 8 << 20, method: "POST", end: reset, want: outcome{413, "", "ok"}},
	}
}

// TestClientsAgreeOnOddServers asks each server four times, over each client.
func TestClientsAgreeOnOddServers(t *testing.T) {
	for _, s := range oddServers() {
		t.Run(s.name, func(t *testing.T) {
			for _, client := range clients() {
				want := s.want
				if client == loadgen.ClientNetHTTP && s.std != nil {
					want = *s.std
				}
				for _, got := range s.ask(t, client) {
					if got != want {
						t.Errorf("%s: %v; want %v %s", client, got, want, s.why)
					}
				}
			}
		})
	}
}

// TestBytesThatComeLater has servers that send more after a complete answer, by
// another write: what is read as the beginning of the next answer is not one.
// net/http is not asked: it loses the next request if that is under way by then.
func TestBytesThatComeLater(t *testing.T) {
	const answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
	for _, later := range []string{"\r\n", "0\r\n\r\n", "rest of a body that nobody announced", "x"} {
		s := oddServer{answer: answer, later: later}
		for _, client := range clients() {
			if client == loadgen.ClientNetHTTP {
				continue
			}
			for _, got := range s.ask(t, client) {
				if want := (outcome{200, "", "ok"}); got != want {
					t.Errorf("%s, then %q: %v; want %v", client, later, got, want)
				}
			}
		}
	}
}

// ask sends a few requests and returns what came of each.
func (s *oddServer) ask(t *testing.T, client loadgen.Client) (got []outcome) {
	t.Helper()
	url, stop := script(t, func(_ int, conn net.Conn) { s.serve(conn) })
	defer stop()
	plan := loadgen.Plan{
		URL: url, Method: s.method, Body: strings.Repeat("x", s.size), Client: client,
		Rate: 200, Duration: 20 * time.Millisecond, Connections: 1, Timeout: 20 * time.Second,
		Record: func(x *loadgen.Exchange) {
			got = append(got, outcome{x.Status, loadgen.KindOf(x.Err), string(x.ResponseBody)})
		},
	}
	if name, value, ok := strings.Cut(s.header, ": "); ok {
		plan.Header = map[string][]string{name: {value}}
	}
	r := mustRun(t, plan)
	if len(got) != 4 || r.Counts.Intended != 4 {
		t.Errorf("%s: %d recorded, %d intended; want 4", client, len(got), r.Counts.Intended)
	}
	return slices.Clip(got)
}
