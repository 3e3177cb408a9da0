package loadgen

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"syscall"

	"github.com/lotteryctl/lotteryctl/loadgen/internal/http1"
)

// stdClient speaks through net/http: TLS and whatever the raw client does not.
// Connections are kept alive and counted, answers are not unpacked, redirects
// neither followed nor looked at, proxies not used. HTTP/2 is left off: it would put all
// requests on one connection, which is another experiment.
type stdClient struct {
	run       *run
	trace     httptrace.ClientTrace
	transport *http.Transport
	body      []byte
}

// newTransport returns the transport all workers share. It connects to addr
// whatever the name in the URL, which stays the one TLS asks for.
func newTransport(r *run, addr netip.AddrPort) *http.Transport {
	d := net.Dialer{Timeout: r.plan.Timeout}
	return &http.Transport{
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			r.conns.opening()
			conn, err := d.DialContext(ctx, network, addr.String())
			if err != nil {
				r.conns.closed()
				return nil, err
			}
			return &countedConn{Conn: conn, closed: r.conns.closed}, nil
		},
		TLSClientConfig:        tlsConfig(r.plan.TLS),
		TLSHandshakeTimeout:    r.plan.Timeout,
		DisableCompression:     true,
		MaxIdleConnsPerHost:    1 << 20, // workers bound it
		MaxConnsPerHost:        max(0, r.plan.Connections),
		MaxResponseHeaderBytes: http1.MaxHead,
	}
}

// tlsConfig asks for HTTP/1.1, so that a server that has only HTTP/2 can say so.
func tlsConfig(asked *tls.Config) *tls.Config {
	config := asked.Clone()
	if config == nil {
		config = &tls.Config{}
	}
	if len(config.NextProtos) == 0 {
		config.NextProtos = []string{"http/1.1"}
	}
	return config
}

// countedConn tells when it is closed, once. A failure to write is left for the
// read to report: an early answer may be waiting there, and net/http would not
// look.
type countedConn struct {
	net.Conn
	once   sync.Once
	closed func()
}

func (c *countedConn) Close() error {
	c.once.Do(c.closed)
	return c.Conn.Close()
}

func (c *countedConn) Write(b []byte) (int, error) {
	n, err := c.Conn.Write(b)
	if errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNRESET) {
		return len(b), nil
	}
	return n, err
}

func newStdClient(r *run, transport *http.Transport, opened func()) *stdClient {
	c := &stdClient{run: r, transport: transport}
	c.trace.GotConn = func(httptrace.GotConnInfo) { opened() }
	return c
}
func (c *stdClient) close() {}

func (c *stdClient) exchange(ctx context.Context, x *Exchange, w *wire, onSent func()) {
	ctx, cancel := context.WithTimeout(ctx, c.run.plan.Timeout)
	defer cancel()
	ctx = httptrace.WithClientTrace(ctx, &c.trace)
	onSent()
	resp, err := c.transport.RoundTrip(c.run.request.stdRequest(ctx, w))
	if err != nil {
		x.Err = classifyStd(err)
		return
	}
	c.body = nil
	err = notHTTP1(resp, c.run.request.expect)
	if err == nil && resp.StatusCode != http.StatusSwitchingProtocols {
		err = c.readBody(x, resp.Body)
	}
	_ = resp.Body.Close()
	x.ResponseBody = c.body
	if err != nil {
		x.Err = classifyStd(err)
		return
	}
	x.Status = resp.StatusCode
	if x.Status == http.StatusBadRequest {
		x.detail = c.body
	}
	if IsRedirect(x.Status) {
		x.detail = []byte(resp.Header.Get("Location"))
	}
}

// notHTTP1 refuses what net/http lets through and the raw clients do not.
func notHTTP1(resp *http.Response, expect http1.Expectation) error {
	switch {
	case resp.ProtoMajor != 1:
		return &Error{KindMalformed, &http1.ForeignError{Begin: []byte(resp.Proto + " " + resp.Status)}}
	case resp.StatusCode < 100:
		return &Error{KindMalformed, fmt.Errorf("not a status from 100 to 999: %q", resp.Status)}
	case resp.StatusCode == http.StatusSwitchingProtocols && !expect.Upgrade:
		return &Error{KindMalformed, http1.ErrNoUpgrade}
	}
	return nil
}

// readBody reads all and keeps the beginning.
func (c *stdClient) readBody(x *Exchange, body io.Reader) error {
	var kept bytes.Buffer
	n, err := kept.ReadFrom(io.LimitReader(body, int64(c.run.plan.MaxBody)))
	c.body = kept.Bytes()
	if err == nil {
		var rest int64
		rest, err = io.Copy(io.Discard, body)
		n += rest
	}
	x.bytesIn = n
	return err
}

// stdRequest turns the request rendered last into w into one for net/http.
func (r *request) stdRequest(ctx context.Context, w *wire) *http.Request {
	target := string(r.target.AppendTo(nil, &w.scratch))
	req := (&http.Request{
		Method:     r.method,
		URL:        stdURL(r.base.Scheme, r.host, target),
		Host:       r.host,
		Proto:      "HTTP/1.1",
		ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{},
	}).WithContext(ctx)
	for i := range r.headers {
		h := &r.headers[i]
		val := string(h.value.AppendTo(nil, &w.scratch))
		if h.name == "Host" {
			req.Host = val
			continue
		}
		req.Header.Add(h.name, val)
	}
	if len(w.body) > 0 {
		// net/http may go on reading a body after it returned; w is reused.
		text := bytes.Clone(w.body)
		req.ContentLength = int64(len(text))
		req.Body = io.NopCloser(bytes.NewReader(text))
		req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(text)), nil }
	}
	return req
}

// stdURL is a URL that net/http sends as target, byte by byte: the escapes of a
// template must not change.
func stdURL(scheme, host, target string) *url.URL {
	u := &url.URL{Scheme: scheme, Host: host, Opaque: target}
	if !strings.HasPrefix(target, "//") {
		return u
	}
	// Opaque would be taken for one with a host.
	path, query, hasQuery := strings.Cut(target, "?")
	plain, err := url.PathUnescape(path)
	if err != nil {
		u.Opaque = "//" + host + target // the same in absolute form
		return u
	}
	return &url.URL{Scheme: scheme, Host: host, Path: plain, RawPath: path, RawQuery: query, ForceQuery: hasQuery}
}

// classifyStd knows the failures that net/http tells by text only.
func classifyStd(err error) *Error {
	text := err.Error()
	connecting := strings.Contains(text, "dial ") || strings.Contains(text, "tls: ") || strings.Contains(text, "x509: ")
	e := classify(err, connecting)
	says := func(words ...string) bool {
		return slices.ContainsFunc(words, func(word string) bool { return strings.Contains(text, word) })
	}
	switch {
	case e.Kind != KindOther:
	case says("malformed"):
		e.Kind = KindMalformed
	case says("server closed", "EOF"):
		e.Kind = KindClosed
	case says("timeout"):
		e.Kind = KindTimeout
	case says("Content-Length", "transfer encoding", "chunk", "line too long", "trailer", "response headers exceeded"):
		e.Kind = KindMalformed
	}
	return e
}
