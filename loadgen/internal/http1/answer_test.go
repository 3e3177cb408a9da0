package http1

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
)

// read feeds an answer in pieces of size n, then the end of the connection if
// the answer is not whole by then.
func read(text string, n int, isHead bool) (*Answer, error) {
	var r Answer
	r.Reset(1<<20, Expectation{Head: isHead})
	for b := []byte(text); len(b) > 0; {
		k := min(n, len(b))
		if err := r.Feed(bytes.Clone(b[:k])); err != nil {
			return &r, err
		}
		b = b[k:]
	}
	if !r.Done() {
		return &r, r.End()
	}
	return &r, nil
}

func TestResponses(t *testing.T) {
	const ok = "HTTP/1.1 200 OK\r\n"
	tests := []struct {
		name, text string
		isHead     bool
		status     int
		body       string
		keepAlive  bool
	}{
		{"length", ok + "Content-Length: 5\r\n\r\nhello", false, 200, "hello", true},
		{"length, any case, spaces", ok + "cOnTENT-lENGTH: \t5 \r\n\r\nhello", false, 200, "hello", true},
		{"equal lengths", ok + "Content-Length: 2\r\nContent-Length: 2\r\n\r\nhi", false, 200, "hi", true},
		{"empty", ok + "Content-Length: 0\r\n\r\n", false, 200, "", true},
		{"bare line feeds", "HTTP/1.1 200 OK\nContent-Length: 2\n\nhi", false, 200, "hi", true},
		{"no reason", "HTTP/1.1 404\r\nContent-Length: 0\r\n\r\n", false, 404, "", true},
		{"empty reason", "HTTP/1.1 500 \r\nContent-Length: 0\r\n\r\n", false, 500, "", true},
		{"chunked", ok + "Transfer-Encoding: chunked\r\n\r\n4\r\nWiki\r\n6;x=y\r\npedia!\r\n0\r\n\r\n", false, 200, "Wikipedia!", true},
		{"chunked wins over length", ok + "Content-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n", false, 200, "x", true},
		{"trailers", ok + "Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nA: b\r\n\r\n", false, 200, "x", true},
		{"until close", ok + "\r\nthe rest", false, 200, "the rest", false},
		{"close", ok + "Connection: Close\r\nContent-Length: 1\r\n\r\nx", false, 200, "x", false},
		{"close in a list", ok + "Connection: foo, close\r\nContent-Length: 1\r\n\r\nx", false, 200, "x", false},
		{"1.0 closes", "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx", false, 200, "x", false},
		{"1.0 kept alive", "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\nx", false, 200, "x", true},
		{"interim answers", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: x\r\nConnection: close\r\nContent-Length: 9\r\n\r\n" + ok + "Content-Length: 1\r\n\r\nx", false, 200, "x", true},
		{"HEAD", ok + "Content-Length: 500\r\n\r\n", true, 200, "", true},
		{"204", "HTTP/1.1 204 No Content\r\nContent-Length: 7\r\n\r\n", false, 204, "", true},
		{"304", "HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n", false, 304, "", true},
		{"space before colon", ok + "Content-Length : 1\r\n\r\nx, until close", false, 200, "x, until close", false},
		{"length in two lines", ok + "Content-Length:\r\n\t1\r\n\r\nx", false, 200, "x", true},
		{"close in two lines", ok + "Connection: foo,\r\n \r\n close\r\nContent-Length: 1\r\n\r\nx", false, 200, "x", false},
		{"more than the length", ok + "Content-Length: 1\r\n\r\nxy", false, 200, "x", false},
		{"more than HEAD has", ok + "Content-Length: 1\r\n\r\nx", true, 200, "", false},
		{"more than 204 has", "HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", false, 204, "", false},
		{"more after the last chunk", ok + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n\r\n", false, 200, "", false},
		{"folded header", ok + "X: a\r\n b\r\nContent-Length: 1\r\n\r\nx", false, 200, "x", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, n := range []int{1, 2, 3, 7, 1 << 20} {
				r, err := read(tt.text, n, tt.isHead)
				if err != nil {
					t.Fatalf("in pieces of %d: %v", n, err)
				}
				if r.Status != tt.status || string(r.Body()) != tt.body || r.KeepAlive != tt.keepAlive || !r.Done() {
					t.Errorf("in pieces of %d: status %d, body %q, keep-alive %v, done %v", n, r.Status, r.Body(), r.KeepAlive, r.Done())
				}
			}
		})
	}
}

func isClosed(err error) bool { return err == ErrCut || err == ErrNothing }

func TestBadResponses(t *testing.T) {
	const ok = "HTTP/1.1 200 OK\r\n"
	tests := []struct {
		name, text string
		closed     bool
	}{
		{"not HTTP", "SSH-2.0-OpenSSH_9.2\r\n", false},
		{"HTTP/2", "HTTP/2.0 200 OK\r\n\r\n", false},
		{"short status", "HTTP/1.1 20\r\n\r\n", false},
		{"long status", "HTTP/1.1 2000 OK\r\n\r\n", false},
		{"status below 100", "HTTP/1.1 099 OK\r\n\r\n", false},
		{"status with letters", "HTTP/1.1 2x0 OK\r\n\r\n", false},
		{"upgrade", "HTTP/1.1 101 Switching Protocols\r\n\r\n", false},
		{"header without colon", ok + "nonsense\r\n\r\n", false},
		{"tab before colon", ok + "Content-Length\t: 1\r\n\r\nx", false},
		{"negative length", ok + "Content-Length: -1\r\n\r\n", false},
		{"huge length", ok + "Content-Length: 99999999999999999999\r\n\r\n", false},
		{"different lengths", ok + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nxy", false},
		{"control character in a long value", ok + "X: 0123456789abcdef\x7f0123\r\n\r\n", false},
		{"list of equal lengths", ok + "Content-Length: 1, 1\r\n\r\nx", false},
		{"equal lengths, written differently", ok + "Content-Length: 1\r\nContent-Length: 01\r\n\r\nx", false},
		{"chunked after gzip", ok + "Transfer-Encoding: gzip, chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n", false},
		{"another coding", ok + "Transfer-Encoding: gzip\r\n\r\nx", false},
		{"identity", ok + "Transfer-Encoding: identity\r\nContent-Length: 1\r\n\r\nx", false},
		{"no coding", ok + "Transfer-Encoding:\r\nContent-Length: 1\r\n\r\nx", false},
		{"chunked twice", ok + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", false},
		{"another coding of an answer without a body", "HTTP/1.1 204 No Content\r\nTransfer-Encoding: gzip\r\n\r\n", false},
		{"blank before an extension", ok + "Transfer-Encoding: chunked\r\n\r\n1 ;x\r\nx\r\n0\r\n\r\n", false},
		{"little within long chunk lines", ok + "Transfer-Encoding: chunked\r\n\r\n" + strings.Repeat("1;"+strings.Repeat("x", 4000)+"\r\nx\r\n", 6), false},
		{"endless trailers", ok + "Transfer-Encoding: chunked\r\n\r\n0\r\n" + strings.Repeat("X: y\r\n", maxTrailers/6+1), false},
		{"line feed alone ends a trailer", ok + "Transfer-Encoding: chunked\r\n\r\n0\r\nA: b\n\r\n", false},
		{"list of different lengths", ok + "Content-Length: 0, 5\r\n\r\n", false},
		{"length with an empty element", ok + "Content-Length: 5,\r\n\r\n", false},
		{"line feed alone ends a chunk", ok + "Transfer-Encoding: chunked\r\n\r\n1\r\nx\n0\r\n\r\n", false},
		{"endless chunk size", ok + "Transfer-Encoding: chunked\r\n\r\n1;" + strings.Repeat("x", maxChunkLine), false},
		{"cut in another protocol", "\x00\x00\x12\x04", false},
		{"bad chunk size", ok + "Transfer-Encoding: chunked\r\n\r\nzz\r\n", false},
		{"signed chunk size", ok + "Transfer-Encoding: chunked\r\n\r\n+1\r\nx\r\n", false},
		{"empty chunk size", ok + "Transfer-Encoding: chunked\r\n\r\n\r\n", false},
		{"chunk too long", ok + "Transfer-Encoding: chunked\r\n\r\n1\r\nxy\r\n0\r\n\r\n", false},
		{"endless head", ok + "X: " + strings.Repeat("y", MaxHead), false},
		{"endless headers", ok + strings.Repeat("X: y\r\n", MaxHead/6), false},
		{"endless interim answers", strings.Repeat("HTTP/1.1 100 C\r\n\r\n", MaxHead/18+1), false},
		{"nothing", "", true},
		{"cut in the head", ok + "Content-", true},
		{"cut in the body", ok + "Content-Length: 5\r\n\r\nhel", true},
		{"cut in a chunk", ok + "Transfer-Encoding: chunked\r\n\r\n5\r\nhel", true},
		{"cut before the last chunk", ok + "Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, n := range []int{1, 5, 1 << 20} {
				_, err := read(tt.text, n, false)
				if err == nil || isClosed(err) != tt.closed {
					t.Errorf("in pieces of %d: error %v, want closed %v", n, err, tt.closed)
				}
			}
		})
	}
}

func TestResponseKeepsTheBeginningOnly(t *testing.T) {
	var r Answer
	r.Reset(4, Expectation{})
	if err := r.Feed([]byte("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789")); err != nil {
		t.Fatal(err)
	}
	if !r.Done() || string(r.Body()) != "0123" {
		t.Errorf("done %v, body %q; want the first 4 bytes", r.Done(), r.Body())
	}
}

// FuzzResponse checks that an answer means the same however it is cut, and
// that no answer makes the reader keep more than it may.
func FuzzResponse(f *testing.F) {
	f.Add("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 3, false)
	f.Add("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nWiki\r\n0\r\nA: b\r\n\r\n", 2, false)
	f.Add("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 204 No\r\nConnection: keep-alive\r\n\r\n", 1, true)
	f.Add("HTTP/1.1 200 OK\r\n\r\nuntil the end", 5, false)
	f.Fuzz(func(t *testing.T, text string, n int, isHead bool) {
		whole, wholeErr := read(text, 1<<30, isHead)
		cut, cutErr := read(text, max(1, n), isHead)
		show := func(r *Answer, err error) string {
			return fmt.Sprintf("%d %q %v %v %v", r.Status, r.Body(), r.KeepAlive, r.Done(), err)
		}
		if (wholeErr == nil) != (cutErr == nil) || isClosed(wholeErr) != isClosed(cutErr) || wholeErr == nil && show(whole, nil) != show(cut, nil) {
			t.Fatalf("%q\nwhole: %s\nin pieces of %d: %s", text, show(whole, wholeErr), n, show(cut, cutErr))
		}
		if len(cut.line) > MaxHead {
			t.Fatalf("%d bytes of a line kept", len(cut.line))
		}
	})
}

// reference is what net/http makes of an answer, interim ones included.
func reference(text string, isHead bool) (status int, body string, err error) {
	method := "GET"
	if isHead {
		method = "HEAD"
	}
	from := bufio.NewReader(strings.NewReader(text))
	for {
		answer, err := http.ReadResponse(from, &http.Request{Method: method})
		if err != nil {
			return 0, "", err
		}
		if answer.ProtoMajor != 1 || answer.StatusCode < 100 || answer.StatusCode == 101 {
			return 0, "", errors.New("let through by net/http, not by us")
		}
		if answer.StatusCode < 200 {
			continue
		}
		b, err := io.ReadAll(answer.Body)
		return answer.StatusCode, string(b), err
	}
}

// beyondReference reports whether an answer has what net/http knows to be odd and
// we take, or the other way round: folded lines, the trailers that are announced, and
// a trailer that continues in the next line.
func beyondReference(text string) bool {
	lower := strings.ToLower(text)
	return strings.Contains(lower, "trailer") || regexp.MustCompile(`\r?\n[ \t]`).MatchString(lower)
}

// FuzzResponseLikeNetHTTP checks that an answer is to us what it is to net/http.
func FuzzResponseLikeNetHTTP(f *testing.F) {
	for _, text := range []string{
		"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
		"HTTP/1.1 200 OK\nContent-Length: 5\n\nhello, and more",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4;x\r\nWiki\r\n0\r\n\r\n",
		"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 204 No\r\nConnection: keep-alive\r\nContent-Length: 3\r\n\r\nabc",
		"HTTP/1.1 304 Not Modified\r\nX : y\r\n\r\n", "HTTP/1.1  200 OK\r\n\r\nuntil the end", "HTTP/1.1 101 S\r\n\r\n",
		"HTTP/1.1 200 OK\r\nX: \x00\r\n\r\n", "SSH-2.0\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
		"HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\nab", "HTTP/1.1 200 OK\r\nContent-Length : 1\r\n\r\nab",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\nContent-Length: 2\r\n\r\nab",
		"HTTP/1.0 200 OK\r\nTransfer-Encoding: identity\r\nContent-Length: 2\r\n\r\nab",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n1 ;x\r\nx\r\n0\r\nA: b\r\n\r\n",
	} {
		f.Add(text, false)
		f.Add(text, true)
	}
	f.Fuzz(func(t *testing.T, text string, isHead bool) {
		if beyondReference(text) {
			return
		}
		ours, err := read(text, 1<<30, isHead)
		status, body, refErr := reference(text, isHead)
		if (err == nil) != (refErr == nil) {
			t.Fatalf("%q: error %v; net/http has %v", text, err, refErr)
		}
		if err == nil && (ours.Status != status || string(ours.Body()) != body) {
			t.Fatalf("%q: status %d, body %q; net/http has %d, %q", text, ours.Status, ours.Body(), status, body)
		}
	})
}

func BenchmarkResponse(b *testing.B) {
	text := []byte("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nDate: Mon, 01 Jan 2024 00:00:00 GMT\r\nContent-Length: 200\r\n\r\n" + strings.Repeat("x", 200))
	var r Answer
	b.ReportAllocs()
	for b.Loop() {
		r.Reset(0, Expectation{})
		if err := r.Feed(text); err != nil || !r.Done() {
			b.Fatal(err)
		}
	}
}
