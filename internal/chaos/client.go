package main

import (
	"bytes"
	"context"
	"fmt"
	"hash/fnv"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/audit"
)

// request names one draw.
type request struct{ activity, user, id string }

func (q request) path() string { return "/v1/activities/" + q.activity + "/draws" }

// body is what is sent. One request in four carries a proof, always the same.
func (q request) body() string {
	h := fnv.New32a()
	io.WriteString(h, q.user+q.id)
	if h.Sum32()%4 == 0 {
		return fmt.Sprintf(`{"user":%q,"request":%q,"proof":"of-%s"}`, q.user, q.id, q.id)
	}
	return fmt.Sprintf(`{"user":%q,"request":%q}`, q.user, q.id)
}

// outlet is where clients reach a replica.
type outlet struct {
	name, public string
	closed       atomic.Bool // a load balancer has taken it out
}

// clients send the draws of a cycle, write down all that they are told, and
// remember what has no definite answer yet. Safe for concurrent use.
type clients struct {
	history *history
	outlets []*outlet
	http    *http.Client
	won     func(request, audit.Answer) // told of each win at once

	mu      sync.Mutex
	asked   []request
	open    map[request]time.Time // no definite answer yet; when it was asked first
	odd     map[string]string     // answers that are wrong in themselves, by kind: the first one
	oddly   map[string]int
	results map[audit.Result]int
	failed  int // exchanges without an answer of lotteryd, or with 5xx
}

// patience is how long a client waits for an answer.
const patience = 5 * time.Second

func newClients(h *history, outlets []*outlet, won func(request, audit.Answer)) *clients {
	return &clients{
		history: h, outlets: outlets, won: won,
		http: &http.Client{Timeout: patience, Transport: &http.Transport{
			MaxIdleConnsPerHost: 64, DisableCompression: true,
			DialContext: (&net.Dialer{Timeout: time.Second}).DialContext,
		}},
		open: make(map[request]time.Time), odd: make(map[string]string), oddly: make(map[string]int),
		results: make(map[audit.Result]int),
	}
}

func (c *clients) close() { c.http.CloseIdleConnections() }

// pick chooses a replica, among those that a load balancer would choose from.
func (c *clients) pick(rng *rand.Rand) *outlet {
	first := rng.IntN(len(c.outlets))
	for i := range c.outlets {
		if o := c.outlets[(first+i)%len(c.outlets)]; !o.closed.Load() {
			return o
		}
	}
	return c.outlets[first]
}

// ask sends a request once and says what was answered.
func (c *clients) ask(ctx context.Context, q request, to *outlet) audit.Answer {
	c.begin(q)
	x := audit.Exchange{Path: q.path(), Request: []byte(q.body())}
	n := c.history.invoke(to.name, x.Path, string(x.Request))
	x.Sent = time.Now()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+to.public+x.Path, bytes.NewReader(x.Request))
	if err != nil {
		panic(err) // the path is ours
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := c.http.Do(req)
	if err == nil {
		x.Status = resp.StatusCode
		x.Response, err = io.ReadAll(resp.Body)
		resp.Body.Close()
	}
	x.Done = time.Now()
	if err != nil {
		x.Error = err.Error()
	}
	return c.end(q, n, x)
}

// hangUp sends a request and closes the connection before the answer.
func (c *clients) hangUp(q request, to *outlet, after time.Duration) {
	c.begin(q)
	x := audit.Exchange{Path: q.path(), Request: []byte(q.body()), Error: "hung up"}
	n := c.history.invoke(to.name, x.Path, string(x.Request))
	x.Sent = time.Now()
	conn, err := net.DialTimeout("tcp", to.public, time.Second)
	if err == nil {
		fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: chaos\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", x.Path, len(x.Request), x.Request)
		time.Sleep(after)
		conn.Close()
	}
	x.Done = time.Now()
	c.end(q, n, x)
}

func (c *clients) begin(q request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, known := c.open[q]; !known {
		c.open[q] = time.Now()
	}
}

// end writes down an exchange and settles the request if its answer is definite.
func (c *clients) end(q request, n int64, x audit.Exchange) audit.Answer {
	a, err := c.history.answer(n, x)
	if a.Result == audit.Win {
		c.won(q, a)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.results[a.Result]++
	if a.Result == audit.Unknown && x.Error != "hung up" || x.Status >= 500 {
		c.failed++
	}
	switch {
	case err != nil:
		c.strange("an answer cannot be read", fmt.Sprintf("%v: %d %q", err, x.Status, x.Response))
	case x.Status == http.StatusInternalServerError:
		c.oddly["answered with 500"]++
	case a.Result == audit.Refused && !definite(a) && a.Kind != "overloaded" && a.Kind != "draining":
		c.strange("refused as "+a.Kind, fmt.Sprintf("user %s request %s in %s: %s", q.user, q.id, q.activity, x.Response))
	}
	if definite(a) {
		delete(c.open, q)
	}
	return a
}

func (c *clients) strange(kind, detail string) {
	c.oddly[kind]++
	if c.odd[kind] == "" {
		c.odd[kind] = detail
	}
}

// definite tells whether an answer is one that a client stops at.
func definite(a audit.Answer) bool {
	return a.Result == audit.Win || a.Result == audit.Loss || a.Result == audit.Refused && a.Kind == "draw-limit-reached"
}

// waiting lists the requests without a definite answer.
func (c *clients) waiting() []request {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := make([]request, 0, len(c.open))
	for q := range c.open {
		all = append(all, q)
	}
	return all
}

// everything lists the requests that the load has asked.
func (c *clients) everything() []request {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]request(nil), c.asked...)
}

func (c *clients) remember(q request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked = append(c.asked, q)
}

// failures is how many exchanges had no answer of lotteryd or a 5xx so far.
func (c *clients) failures() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.failed
}
