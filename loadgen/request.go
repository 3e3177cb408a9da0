package loadgen

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/lotteryctl/lotteryctl/loadgen/internal/http1"
	"github.com/lotteryctl/lotteryctl/loadgen/internal/template"
)

// request is a Plan's request compiled for rendering: request n is a pure
// function of n and the seed. It is safe for concurrent use; the scratch in
// wire is not.
type request struct {
	base       *url.URL // scheme, user info and host, to connect to
	host       string   // as the server is to see it
	method     string
	idempotent bool
	expect     http1.Expectation
	values     *template.Set
	target     template.Template
	headers    []headerTemplate // sorted by name, Host first
	body       template.Template
	hasBody    bool
}

type headerTemplate struct {
	name  string // canonical
	value template.Template
}

// wire is one rendered request. Its slices are reused by the next one.
type wire struct {
	scratch  template.Rendered
	bodyText []byte
	bytes    []byte // the whole HTTP/1.1 request
	body     []byte // its body, part of bytes
	fixed    bool   // bytes hold a request without placeholders: nothing to render
}

func compileRequest(p *Plan) (*request, error) {
	base, target, err := splitURL(p.URL)
	if err != nil {
		return nil, err
	}
	if !http1.IsToken(p.Method) {
		return nil, fmt.Errorf("method %q is not an HTTP token", p.Method)
	}
	r := &request{base: base, host: sentHost(base.Host), method: p.Method, hasBody: p.Body != ""}
	r.expect = http1.Expectation{Head: p.Method == http.MethodHead, Upgrade: p.Header.Get("Upgrade") != ""}
	r.values = template.New(template.Options{Users: p.Users, Files: p.Files, Seed: p.Seed})
	if err := checkText("URL path", target, " \t"); err != nil {
		return nil, err
	}
	if r.target, err = r.values.Parse("URL path", target, template.URL); err != nil {
		return nil, err
	}
	if r.body, err = r.values.Parse("body", p.Body, template.None); err != nil {
		return nil, err
	}
	if err := r.compileHeaders(p); err != nil {
		return nil, err
	}
	r.idempotent = slices.Contains([]string{"GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"}, p.Method) ||
		p.Header.Get("Idempotency-Key") != ""
	return r, nil
}

func (r *request) compileHeaders(p *Plan) error {
	h := p.Header.Clone()
	if h == nil {
		h = http.Header{}
	}
	if h.Get("Host") == "" {
		h.Set("Host", r.host)
	}
	if h.Get("User-Agent") == "" {
		h.Set("User-Agent", "lotteryctl-loadgen")
	}
	if u := r.base.User; u != nil && h.Get("Authorization") == "" {
		password, _ := u.Password()
		h.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(u.Username()+":"+password)))
	}
	var names []string
	for name := range h {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int {
		return strings.Compare(headerOrder(a), headerOrder(b))
	})
	for _, name := range names {
		if err := r.compileHeader(name, h[name], p); err != nil {
			return err
		}
	}
	return nil
}

// sentHost leaves the zone of an IPv6 address out: it has a meaning on this
// machine alone (RFC 6874 section 4).
func sentHost(host string) string {
	before, rest, hasZone := strings.Cut(host, "%")
	if _, after, ok := strings.Cut(rest, "]"); hasZone && ok {
		return before + "]" + after
	}
	return host
}

// headerOrder sorts Host first, where servers look for it, and the rest by
// name: a map has no order and a plan must always send the same bytes.
func headerOrder(name string) string {
	if http.CanonicalHeaderKey(name) == "Host" {
		return ""
	}
	return name
}

func (r *request) compileHeader(name string, vals []string, p *Plan) error {
	canonical := http.CanonicalHeaderKey(name)
	switch {
	case !http1.IsToken(name):
		return fmt.Errorf("header name %q is not an HTTP token", name)
	case canonical == "Content-Length" || canonical == "Transfer-Encoding":
		return fmt.Errorf("header %s is computed from the body and cannot be set", canonical)
	}
	for _, val := range vals {
		if err := checkText("header "+name, val, ""); err != nil {
			return err
		}
		t, err := r.values.Parse("header "+name, strings.TrimSpace(val), template.Header)
		if err != nil {
			return err
		}
		r.headers = append(r.headers, headerTemplate{canonical, t})
	}
	return nil
}

// checkText refuses control characters, and those in also, outside of
// placeholders: they would break the request apart.
func checkText(where, text, also string) error {
	inside := false
	for i := 0; i < len(text); i++ {
		switch {
		case strings.HasPrefix(text[i:], "{{"):
			inside = true
		case strings.HasPrefix(text[i:], "}}"):
			inside = false
		}
		switch c := text[i]; {
		case c == ' ' && !inside && strings.IndexByte(also, c) >= 0:
			return fmt.Errorf("%s, byte %d: a space is not allowed here; write it as %%20", where, i+1)
		case c < ' ' && c != '\t' || c == 0x7f, !inside && strings.IndexByte(also, c) >= 0:
			return fmt.Errorf("%s, byte %d: character %q is not allowed here", where, i+1, c)
		}
	}
	return nil
}

// fixed reports whether every request is the same.
func (r *request) fixed() bool { return r.values.Empty() }

// render writes request n into w. A request without placeholders is rendered
// once per wire.
func (r *request) render(w *wire, n int64) {
	if w.fixed {
		return
	}
	r.values.Render(&w.scratch, n)
	w.bodyText = r.body.AppendTo(w.bodyText[:0], &w.scratch)
	b := append(w.bytes[:0], r.method...)
	b = append(b, ' ')
	b = r.target.AppendTo(b, &w.scratch)
	b = append(b, " HTTP/1.1\r\n"...)
	for i := range r.headers {
		h := &r.headers[i]
		b = append(append(b, h.name...), ": "...)
		b = append(h.value.AppendTo(b, &w.scratch), "\r\n"...)
	}
	if r.hasBody || r.method == http.MethodPost || r.method == http.MethodPut || r.method == http.MethodPatch {
		b = strconv.AppendInt(append(b, "Content-Length: "...), int64(len(w.bodyText)), 10)
		b = append(b, "\r\n"...)
	}
	b = append(b, "\r\n"...)
	b = append(b, w.bodyText...)
	w.bytes, w.body = b, b[len(b)-len(w.bodyText):]
	w.fixed = r.fixed()
}
