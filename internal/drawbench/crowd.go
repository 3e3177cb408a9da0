package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"strconv"
	"sync"
	"time"

	"github.com/lotteryctl/lotteryctl/loadgen"
)

// crowdSpec is the load of one crowd process; as JSON, it is an argument of this
// program. A crowd is unlike loadgen: its members neither wait for each other nor
// share connections, they give up, come back, and can be told to honour
// Retry-After. Several processes make one crowd where one may not open enough
// files.
type crowdSpec struct {
	Address, Path string
	// Connections is how many members there are, each with a connection of its own.
	Connections int
	// Phases follow each other. A rate of 0 is a closed loop: every member asks again
	// as soon as it was answered.
	Phases []phase
	// Honor: whoever is told to come back later does so, up to maxReturns times.
	Honor bool
	Seed  uint64
	Begin time.Time // of the first phase
	Cores [2]int    // the first, and the one behind the last
}

// phase is a time of one rate, in requests per second.
type phase struct {
	Rate float64
	Last time.Duration
}

const (
	// goodWithin is the time after which an answer is of no use.
	goodWithin = 100 * time.Millisecond
	// sliceLength is the resolution of a crowd's record over time.
	sliceLength = 100 * time.Millisecond
	maxReturns  = 5
)

// crowdResult is what a crowd saw, by the slice in which each request was due.
type crowdResult struct {
	Slices   []slice
	Accepted loadgen.Histogram // answers of success, from when they were due
	Refused  loadgen.Histogram // answers of 503
}

// slice counts the requests that were due in a tenth of a second.
type slice struct {
	Due     int64 // also those that nobody was free to send
	Good    int64 // success within goodWithin
	Late    int64 // success after that
	Refused int64 // 503
	Other   int64 // another status
	Failed  int64 // no answer
	Unsent  int64 // every member was busy
}

func (s *slice) add(o slice) {
	s.Due += o.Due
	s.Good += o.Good
	s.Late += o.Late
	s.Refused += o.Refused
	s.Other += o.Other
	s.Failed += o.Failed
	s.Unsent += o.Unsent
}

// merge adds what another process saw.
func (r *crowdResult) merge(o *crowdResult) {
	for i := range o.Slices {
		if i == len(r.Slices) {
			r.Slices = append(r.Slices, slice{})
		}
		r.Slices[i].add(o.Slices[i])
	}
	r.Accepted.Merge(&o.Accepted)
	r.Refused.Merge(&o.Refused)
}

// within sums the slices that began in [from, to) after the begin.
func (r *crowdResult) within(from, to time.Duration) (sum slice) {
	for i := int(from / sliceLength); i < min(int(to/sliceLength), len(r.Slices)); i++ {
		sum.add(r.Slices[i])
	}
	return sum
}

// serveCrowd is one crowd process: it prints its result as JSON.
func serveCrowd(ctx context.Context, text string, out io.Writer) error {
	var spec crowdSpec
	if err := json.Unmarshal([]byte(text), &spec); err != nil {
		return fmt.Errorf("--crowd: %w", err)
	}
	if err := useCores(spec.Cores[0], spec.Cores[1]); err != nil {
		return err
	}
	c := newCrowd(spec)
	c.run(ctx)
	return json.NewEncoder(out).Encode(&c.result)
}

// crowd is a load under way.
type crowd struct {
	crowdSpec
	end time.Time // of the last phase

	mu      sync.Mutex
	result  crowdResult
	idle    []*member // whoever was free last is asked first
	members []*member
}

func newCrowd(spec crowdSpec) *crowd {
	c := &crowd{crowdSpec: spec, end: spec.Begin}
	for _, p := range spec.Phases {
		c.end = c.end.Add(p.Last)
	}
	c.result.Slices = make([]slice, c.end.Sub(spec.Begin)/sliceLength)
	return c
}

func (c *crowd) run(ctx context.Context) {
	ctx, cancel := context.WithDeadline(ctx, c.end.Add(crowdPatience))
	defer cancel()
	var all sync.WaitGroup
	if c.Phases[0].Rate == 0 {
		for i := range c.Connections {
			m := newMember(c, i)
			all.Go(func() {
				defer m.hangUp()
				sleepUntil(ctx, c.Begin.Add(-time.Duration(m.dice.Int64N(int64(time.Second))))) // not all connect at once
				for now := time.Now(); now.Before(c.end) && ctx.Err() == nil; now = time.Now() {
					c.ask(ctx, m, now)
				}
			})
		}
		all.Wait()
		return
	}
	sleepUntil(ctx, c.Begin)
	start := c.Begin
	for _, p := range c.Phases {
		c.phase(ctx, &all, start, p)
		start = start.Add(p.Last)
	}
	c.mu.Lock()
	for _, m := range c.members {
		close(m.due)
	}
	c.mu.Unlock()
	all.Wait()
}

// phase asks at one rate: what is due is handed to members that are free.
func (c *crowd) phase(ctx context.Context, all *sync.WaitGroup, start time.Time, p phase) {
	gap := time.Duration(float64(time.Second) / p.Rate)
	for due := start; due.Before(start.Add(p.Last)) && ctx.Err() == nil; due = due.Add(gap) {
		sleepUntil(ctx, due)
		m := c.free()
		if m == nil && len(c.members) < c.Connections {
			m = newMember(c, len(c.members))
			c.members = append(c.members, m)
			all.Go(func() { c.serve(ctx, m) })
		}
		if m == nil {
			c.note(due, slice{Due: 1, Unsent: 1})
			continue
		}
		m.due <- due
	}
}

func (c *crowd) free() *member {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := len(c.idle)
	if n == 0 {
		return nil
	}
	m := c.idle[n-1]
	c.idle = c.idle[:n-1]
	return m
}

func (c *crowd) note(due time.Time, s slice) {
	i := int(due.Sub(c.Begin) / sliceLength)
	if due.Before(c.Begin) || i >= len(c.result.Slices) {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.result.Slices[i].add(s)
}

// ended notes how a request went that was due at due.
func (c *crowd) ended(due time.Time, status int, took time.Duration) {
	s := slice{Due: 1}
	switch {
	case status/100 == 2 && took <= goodWithin:
		s.Good = 1
	case status/100 == 2:
		s.Late = 1
	case status == 503:
		s.Refused = 1
	case status != 0:
		s.Other = 1
	default:
		s.Failed = 1
	}
	c.note(due, s)
	c.mu.Lock()
	defer c.mu.Unlock()
	if due.Before(c.Begin) {
		return
	}
	if status/100 == 2 {
		c.result.Accepted.Record(took)
	} else if status == 503 {
		c.result.Refused.Record(took)
	}
}

// serve asks whenever the member is told to, until nothing is due any more.
func (c *crowd) serve(ctx context.Context, m *member) {
	defer m.hangUp()
	for due := range m.due {
		c.ask(ctx, m, due)
		c.mu.Lock()
		c.idle = append(c.idle, m)
		c.mu.Unlock()
	}
}

// ask sends one new request and, where the crowd honours that, comes back with it
// when it is told to.
func (c *crowd) ask(ctx context.Context, m *member, due time.Time) {
	m.n++
	body := `{"user":"u` + strconv.FormatUint(m.dice.Uint64N(100_000_000), 10) + `","request":"` +
		strconv.FormatUint(m.seed, 36) + "-" + strconv.Itoa(m.n) + `"}`
	m.request = append(m.request[:0], "POST "+c.Path+" HTTP/1.1\r\nHost: crowd\r\nContent-Type: application/json\r\nContent-Length: "+
		strconv.Itoa(len(body))+"\r\n\r\n"+body...)
	for returns := 0; ; returns++ {
		status, later := m.exchange()
		c.ended(due, status, time.Since(due))
		if status == 0 && ctx.Err() == nil {
			time.Sleep(time.Duration(10+m.dice.IntN(20)) * time.Millisecond) // nobody dials in a tight loop
		}
		if status != 503 || !c.Honor || returns == maxReturns {
			return
		}
		due = time.Now().Add(later)
		if due.After(c.end) {
			return
		}
		sleepUntil(ctx, due)
	}
}

func sleepUntil(ctx context.Context, t time.Time) {
	d := time.Until(t)
	if d <= 0 {
		return
	}
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}

func newMember(c *crowd, i int) *member {
	seed := c.Seed<<20 + uint64(i)
	return &member{address: c.Address, seed: seed, dice: rand.New(rand.NewPCG(c.Seed, uint64(i))), due: make(chan time.Time, 1), buf: make([]byte, 4096)}
}
