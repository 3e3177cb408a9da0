package profiles

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/endpoint"
)

// maxRedirects are followed on one host; a login page would send us around for
// ever.
const maxRedirects = 3

// client asks one target. It may be used from several goroutines.
type client struct {
	base    *url.URL
	header  http.Header
	secrets []string      // of URL and header; a target may repeat them in its answers
	timeout time.Duration // of each request, on top of the time it profiles for
	http    http.Client
	presence
}

func newClient(t *Target, timeout time.Duration) (*client, error) {
	base, err := t.base()
	if err != nil {
		return nil, err
	}
	transport := &http.Transport{
		Proxy:           http.ProxyFromEnvironment,
		TLSClientConfig: t.TLS.Clone(),
	}
	return &client{
		base: base, header: t.Header, timeout: timeout,
		secrets: append(endpoint.HeaderSecrets(t.Header), endpoint.Secrets(t.URL)...),
		http:    http.Client{Transport: transport, CheckRedirect: sameHost},
	}, nil
}

func (c *client) close() { c.http.CloseIdleConnections() }

// sameHost keeps a target's headers to the target: net/http would drop only
// those it knows to be secret.
func sameHost(next *http.Request, via []*http.Request) error {
	first := via[0].URL
	switch {
	case next.URL.Host != first.Host:
		return &Failure{Code: FailOtherHost, Host: next.URL.Host}
	case first.Scheme == "https" && next.URL.Scheme != "https":
		return &Failure{Code: FailUnencrypted}
	case len(via) > maxRedirects:
		return &Failure{Code: FailRedirectLoop}
	}
	return nil
}

// endpoint is the URL of a page of net/http/pprof, such as heap?gc=1.
func (c *client) endpoint(page string) *url.URL {
	name, query, _ := strings.Cut(page, "?")
	u := *c.base
	u.Path += endpoint.PprofPath + "/" + name
	u.RawQuery = query
	return &u
}

// get asks and lets read have the body of a good answer. window is the time for
// which the target was asked to profile.
func (c *client) get(ctx context.Context, u *url.URL, window time.Duration, read func(io.Reader) error) error {
	asked := time.Now()
	err := c.ask(ctx, u, window, read)
	var failed *Failure
	if errors.As(err, &failed) {
		failed.Said = endpoint.Scrub(failed.Said, c.secrets)
		if failed.Page == "" {
			failed.Page = u.Path
		}
	}
	if strings.HasPrefix(u.Path, c.base.Path+endpoint.PprofPath+"/") { // metrics may be somebody else's
		c.note(err, asked.Add(window))
	}
	return err
}

func (c *client) ask(ctx context.Context, u *url.URL, window time.Duration, read func(io.Reader) error) error {
	limit := window + c.timeout
	timed, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	request, err := http.NewRequestWithContext(timed, http.MethodGet, u.String(), nil)
	if err != nil {
		return &Failure{Code: FailOther, Said: "the URL is not usable"}
	}
	for name, values := range c.header {
		request.Header[http.CanonicalHeaderKey(name)] = values
	}
	if host := request.Header.Get("Host"); host != "" {
		request.Host = host // net/http takes it from nowhere else
	}
	response, err := c.http.Do(request)
	c.refused.Store(errors.Is(err, syscall.ECONNREFUSED))
	if err != nil {
		return connectionError(ctx, err, limit)
	}
	defer response.Body.Close()
	c.answered.Store(true)
	if response.StatusCode != http.StatusOK {
		begin, _ := io.ReadAll(io.LimitReader(response.Body, 4<<10)) // a cut answer has its status all the same
		return statusError(response.StatusCode, string(begin))
	}
	body := &watchedReader{from: response.Body}
	err = read(body)
	if body.err != nil {
		return connectionError(ctx, body.err, limit)
	}
	return err
}

// watchedReader remembers why reading from the network ended early: whoever
// reads, a parser for instance, may report something else.
type watchedReader struct {
	from io.Reader
	err  error
}

func (r *watchedReader) Read(p []byte) (int, error) {
	n, err := r.from.Read(p)
	if err != nil && err != io.EOF {
		r.err = err
	}
	return n, err
}
