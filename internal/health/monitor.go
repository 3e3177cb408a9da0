// Package health knows whether an instance can serve, and what it cannot do
// although it serves.
//
// A [Monitor] asks each [Probe] at regular times, on a goroutine of its own and
// with a deadline of its own, so that one that hangs delays no other. Whoever asks
// for a [Report] gets what was found last, at once: probes of a load balancer must
// not become load just when things are slow.
//
// A finding either blocks (nothing can be served) or degrades (something is not as
// it should be, and draws are served). The two are told apart because a load
// balancer removes what is not ready: while Postgres is away every replica is
// degraded, and all of them still serve losses.
package health

import (
	"context"
	"errors"
	"sync"
	"time"
)

// Finding is one answer of a probe.
type Finding struct {
	Check  string // what was asked about, such as "postgres" or "activity spring"
	Reason Reason // "" if it is as it should be
	Blocks bool   // with a reason: nothing can be served
	Err    error  // with a reason: why, for operators; it may name addresses
}

// Probe is one question that is asked again and again.
type Probe struct {
	Check   string        // its name until it has answered
	Every   time.Duration // from the end of one try to the next
	Timeout time.Duration // of one try
	// Ask answers with what it found, also if all is well. It must end soon after
	// its context.
	Ask func(ctx context.Context) []Finding
}

// Report is what is known now.
type Report struct {
	Ready    bool // nothing blocks
	Degraded bool // something is not as it should be
	Findings []Finding
}

// Changed is told when a reason comes up for a check, and when it is gone. Err is
// set when it comes up. Calls follow one another.
type Changed func(f Finding, on bool)

// Monitor asks probes. Safe for concurrent use; [Monitor.Run] owns the work.
type Monitor struct {
	probes  []Probe
	changed Changed

	mu      sync.Mutex
	answers [][]Finding // by probe
}

// New makes a monitor. Until each probe has answered once, the report is that the
// instance is starting.
func New(changed Changed, probes ...Probe) *Monitor {
	m := &Monitor{probes: probes, changed: changed, answers: make([][]Finding, len(probes))}
	for i, p := range probes {
		m.answers[i] = []Finding{{Check: p.Check, Reason: Starting, Blocks: true, Err: errors.New("not asked yet")}}
	}
	return m
}

// Run asks until ctx ends, and returns when nobody asks any more.
func (m *Monitor) Run(ctx context.Context) {
	var asking sync.WaitGroup
	for i := range m.probes {
		asking.Go(func() { m.ask(ctx, i) })
	}
	asking.Wait()
}

func (m *Monitor) ask(ctx context.Context, i int) {
	p := m.probes[i]
	for ctx.Err() == nil {
		bounded, cancel := context.WithTimeout(ctx, p.Timeout)
		found := p.Ask(bounded)
		cancel()
		if ctx.Err() != nil {
			return // what was cut short by the end says nothing
		}
		m.store(i, found)
		select {
		case <-ctx.Done():
		case <-time.After(p.Every):
		}
	}
}

// kind is what makes two findings the same.
type kind struct {
	check  string
	reason Reason
}

// store keeps the newest answer of a probe and tells of what changed.
func (m *Monitor) store(i int, found []Finding) {
	m.mu.Lock()
	defer m.mu.Unlock()
	before := troubles(m.answers[i])
	after := troubles(found)
	m.answers[i] = found
	for k, f := range after {
		if _, known := before[k]; !known {
			m.changed(f, true)
		}
	}
	for k, f := range before {
		if _, still := after[k]; !still && f.Reason != Starting {
			m.changed(f, false)
		}
	}
}

func troubles(found []Finding) map[kind]Finding {
	all := make(map[kind]Finding)
	for _, f := range found {
		if f.Reason != "" {
			all[kind{f.Check, f.Reason}] = f
		}
	}
	return all
}

// Report gives what was found last, probe after probe.
func (m *Monitor) Report() Report {
	m.mu.Lock()
	defer m.mu.Unlock()
	r := Report{Ready: true}
	for _, found := range m.answers {
		for _, f := range found {
			r.Findings = append(r.Findings, f)
			if f.Reason != "" {
				r.Degraded = true
				r.Ready = r.Ready && !f.Blocks
			}
		}
	}
	return r
}
