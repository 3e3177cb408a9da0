//go:build linux

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/audit"
)

// draw is what a client asks for.
type draw struct{ User, Request string }

// crowd are clients that write down each answer before they go on. They do not
// forget a request that has no definite answer: it is asked again.
type crowd struct {
	urls    []string // of the draws of each replica
	http    *http.Client
	answers audit.Recorder
	log     io.Writer // one JSON object per exchange, appended

	mu    sync.Mutex
	next  int           // number of the next request
	asked []draw        // that have a definite answer
	known map[draw]bool // the same
	open  []draw        // that have none
	count tally
}

// tally counts answers.
type tally struct {
	Draws    int64 `json:"draws"` // distinct requests
	Wins     int64 `json:"wins"`  // first answers
	Losses   int64 `json:"losses"`
	Pendings int64 `json:"pendings"` // answers of 202
	Unknowns int64 `json:"unknowns"` // no answer, or one that leaves it open
}

func (t *tally) add(o tally) {
	t.Draws += o.Draws
	t.Wins += o.Wins
	t.Losses += o.Losses
	t.Pendings += o.Pendings
	t.Unknowns += o.Unknowns
}

func newCrowd(urls []string, log io.Writer) *crowd {
	return &crowd{urls: urls, log: log, known: map[draw]bool{}, http: &http.Client{
		Timeout: 5 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 64},
	}}
}

// patience is how long a client waits after an answer that says nothing.
const patience = 10 * time.Millisecond

// load draws with n clients until ctx ends: new requests, and now and then one
// that was asked before.
func (c *crowd) load(ctx context.Context, n int, seed uint64) error {
	var running sync.WaitGroup
	errs := make([]error, n)
	for i := range n {
		running.Go(func() {
			rng := rand.New(rand.NewPCG(seed, uint64(i)))
			for ctx.Err() == nil && errs[i] == nil {
				errs[i] = c.step(ctx, rng)
			}
		})
	}
	running.Wait()
	return errors.Join(errs...)
}

func (c *crowd) step(ctx context.Context, rng *rand.Rand) error {
	var d draw
	c.mu.Lock()
	switch n := rng.IntN(10); {
	case n == 0 && len(c.asked) > 0:
		d = c.asked[rng.IntN(len(c.asked))]
	case n == 1 && len(c.open) > 0:
		d, c.open = c.open[0], c.open[1:]
	default:
		d = draw{fmt.Sprintf("user-%d", rng.IntN(400)), fmt.Sprintf("r%d", c.next)}
		c.next++
		c.count.Draws++
	}
	c.mu.Unlock()
	a, err := c.ask(ctx, c.urls[rng.IntN(len(c.urls))], d)
	if err == nil && a.Result == audit.Unknown {
		time.Sleep(patience)
	}
	return err
}

// ask sends one draw, writes down what came back, and sorts the request in.
func (c *crowd) ask(ctx context.Context, url string, d draw) (audit.Answer, error) {
	x := audit.Exchange{URL: url, Request: fmt.Appendf(nil, `{"user":%q,"request":%q}`, d.User, d.Request), Sent: time.Now()}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(x.Request))
	if err != nil {
		return audit.Answer{}, err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := c.http.Do(req)
	if err == nil {
		x.Status = resp.StatusCode
		x.Response, err = io.ReadAll(resp.Body)
		resp.Body.Close()
	}
	if err != nil {
		x.Error = err.Error()
	}
	x.Done = time.Now()
	a, err := c.answers.RecordExchange(x)
	if err != nil {
		return a, fmt.Errorf("%s %s: %w: %s", d.User, d.Request, err, x.Response)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sort(d, a)
	line, err := json.Marshal(map[string]any{"sent": x.Sent, "done": x.Done, "status": x.Status, "error": x.Error,
		"url": x.URL, "request": string(x.Request), "response": string(x.Response)})
	if err != nil {
		return a, err
	}
	_, err = c.log.Write(append(line, '\n'))
	return a, err
}

// sort remembers whether a request has a definite answer. The lock is held.
func (c *crowd) sort(d draw, a audit.Answer) {
	known := c.known[d]
	switch {
	case a.Result == audit.Pending:
		c.count.Pendings++
	case a.Result == audit.Unknown:
		c.count.Unknowns++
	case known:
	case a.Result == audit.Win:
		c.count.Wins++
	case a.Result == audit.Loss:
		c.count.Losses++
	}
	switch definite := a.Result == audit.Win || a.Result == audit.Loss; {
	case known:
	case definite:
		c.asked, c.known[d] = append(c.asked, d), true
	default:
		c.open = append(c.open, d)
	}
}

// settle asks every open request again until it has a definite answer, and
// returns how many are left when ctx ends.
func (c *crowd) settle(ctx context.Context) (left int, err error) {
	rng := rand.New(rand.NewPCG(1, 1))
	for ctx.Err() == nil {
		c.mu.Lock()
		again := c.open
		c.open = nil
		c.mu.Unlock()
		if len(again) == 0 {
			return 0, nil
		}
		for _, d := range again {
			if _, err := c.ask(ctx, c.urls[rng.IntN(len(c.urls))], d); err != nil {
				return len(again), err
			}
		}
		time.Sleep(patience)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.open), nil
}

// replay asks the last n definite requests again; the audit compares.
func (c *crowd) replay(ctx context.Context, n int) error {
	c.mu.Lock()
	again := slices.Clone(c.asked[max(0, len(c.asked)-n):])
	c.mu.Unlock()
	for i, d := range again {
		if _, err := c.ask(ctx, c.urls[i%len(c.urls)], d); err != nil {
			return err
		}
	}
	return nil
}

// awaitDraw asks new requests until one has a definite answer.
func (c *crowd) awaitDraw(ctx context.Context) error {
	for ctx.Err() == nil {
		c.mu.Lock()
		d := draw{"probe", fmt.Sprintf("r%d", c.next)}
		c.next++
		c.count.Draws++
		c.mu.Unlock()
		for _, url := range c.urls {
			a, err := c.ask(ctx, url, d)
			if err != nil {
				return err
			}
			if a.Result == audit.Win || a.Result == audit.Loss {
				return nil
			}
		}
		time.Sleep(patience)
	}
	return fmt.Errorf("no draw is answered: %w", context.Cause(ctx))
}

// reset begins a new count.
func (c *crowd) reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.count = tally{}
}

func (c *crowd) total() tally {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.count
}
