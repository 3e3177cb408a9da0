package loadgen

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/netip"
	"net/url"
	"strings"
	"sync"
)

// stdClient speaks through net/http: TLS and whatever the raw client does not.
// Connections are kept alive and counted, answers are not unpacked, redirects
// not followed, proxies not used. HTTP/2 is left off: it would put all
// requests on one connection, which is another experiment.
type stdClient struct {
	run    *run
	trace  httptrace.ClientTrace
	client http.Client
	body   []byte
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
		TLSClientConfig:     r.plan.TLS.Clone(),
		TLSHandshakeTimeout: r.plan.Timeout,
		DisableCompression:  true,
		MaxIdleConnsPerHost: 1 << 20, // workers bound it
		MaxConnsPerHost:     max(0, r.plan.Connections),
	}
}

// countedConn tells when it is closed, once.
type countedConn struct {
	net.Conn
	once   sync.Once
	closed func()
}

func (c *countedConn) Close() error {
	c.once.Do(c.closed)
	return c.Conn.Close()
}

func newStdClient(r *run, transport *http.Transport, opened func()) *stdClient {
	c := &stdClient{run: r, client: http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	c.trace.GotConn = func(httptrace.GotConnInfo) { opened() }
	return c
}

func (c *stdClient) close() {}

func (c *stdClient) exchange(ctx context.Context, x *Exchange, w *wire, onSent func()) {
	ctx, cancel := context.WithTimeout(ctx, c.run.plan.Timeout)
	defer cancel()
	ctx = httptrace.WithClientTrace(ctx, &c.trace)
	onSent()
	resp, err := c.client.Do(c.run.request.stdRequest(ctx, w))
	if err != nil {
		x.Err = classifyStd(err)
		return
	}
	err = c.readBody(x, resp.Body)
	_ = resp.Body.Close()
	x.ResponseBody = c.body
	if err != nil {
		x.Err = classifyStd(err)
		return
	}
	x.Status = resp.StatusCode
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
	target := string(r.target.appendTo(nil, &w.scratch))
	req := (&http.Request{
		Method: r.method,
		// Opaque is sent as it is: a template's own escapes must not change.
		URL:        &url.URL{Scheme: r.base.Scheme, Host: r.base.Host, Opaque: target},
		Host:       r.base.Host,
		Proto:      "HTTP/1.1",
		ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{},
	}).WithContext(ctx)
	for i := range r.headers {
		h := &r.headers[i]
		val := string(h.value.appendTo(nil, &w.scratch))
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

// classifyStd knows the failures that net/http tells by text only.
func classifyStd(err error) error {
	text := err.Error()
	connecting := strings.Contains(text, "dial ") || strings.Contains(text, "tls: ") || strings.Contains(text, "x509: ")
	e := classify(err, connecting)
	switch {
	case e.Kind != KindOther:
	case strings.Contains(text, "malformed"), strings.Contains(text, "bad Content-Length"):
		e.Kind = KindMalformed
	case strings.Contains(text, "server closed"), strings.Contains(text, "EOF"):
		e.Kind = KindClosed
	case strings.Contains(text, "timeout"):
		e.Kind = KindTimeout
	}
	return e
}
