package admission

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"
)

// ClientOptions are the limits of one client.
type ClientOptions struct {
	// Rate is how many requests a client may send per second in the long run. 0: there
	// is no limit.
	Rate float64
	// Burst is how many it may send at once after it was silent. By default, twice the
	// rate, and at least 10.
	Burst int
	// Trusted are the addresses of proxies whose X-Forwarded-For is believed. By
	// default, none.
	Trusted []netip.Prefix
}

func (o ClientOptions) withDefaults() ClientOptions {
	if o.Burst <= 0 {
		o.Burst = max(10, int(2*o.Rate))
	}
	return o
}

// Clients limits the requests of each client by its address: an IPv4 address, or the
// first 64 bits of an IPv6 address, which are one customer's.
//
// The limit is the generic cell rate algorithm (ITU-T I.371, a leaky bucket as a
// meter): it keeps one time for each client. Memory is bounded: of more than a
// hundred thousand clients at once, some are forgotten, and so may send a burst again.
//
// Safe for concurrent use.
type Clients struct {
	options ClientOptions
	step    time.Duration // between two requests at the rate

	mu   sync.Mutex
	next map[netip.Addr]time.Time // when a request would be due if all came at the rate
}

// mostClients bounds the memory: about 10 MB.
const mostClients = 100_000

// NewClients makes the limits. With a rate of 0 it returns nil, which admits everybody.
func NewClients(o ClientOptions) *Clients {
	if o.Rate <= 0 {
		return nil
	}
	return &Clients{options: o.withDefaults(), step: time.Duration(float64(time.Second) / o.Rate), next: make(map[netip.Addr]time.Time)}
}

// Wait returns how long the client of r has to wait before it may send a request; 0:
// this one is admitted, and counted.
func (c *Clients) Wait(r *http.Request) time.Duration {
	if c == nil {
		return 0
	}
	return c.take(c.client(r), time.Now())
}

func (c *Clients) take(who netip.Addr, now time.Time) time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	due := c.next[who]
	if due.Before(now) {
		due = now
	}
	if early := due.Sub(now) - time.Duration(c.options.Burst-1)*c.step; early > 0 {
		return early
	}
	if len(c.next) >= mostClients {
		c.forget(now)
	}
	c.next[who] = due.Add(c.step)
	return 0
}

// forget drops the clients that have been silent for long enough to have their whole
// burst again, or, if there are none, some that the map happens to begin with.
func (c *Clients) forget(now time.Time) {
	for who, due := range c.next {
		if due.Before(now) {
			delete(c.next, who)
		}
	}
	for who := range c.next {
		if len(c.next) < mostClients*9/10 {
			return
		}
		delete(c.next, who)
	}
}

// client is the address that a request came from. Behind a trusted proxy it is the
// last address in X-Forwarded-For that is not a trusted proxy's: what stands before it
// was written by the client, and may be anything.
func (c *Clients) client(r *http.Request) netip.Addr {
	at, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{} // not TCP: all such are one client
	}
	who := at.Addr().Unmap().WithZone("")
	for list := slices.Clone(r.Header.Values("X-Forwarded-For")); c.trusted(who) && len(list) > 0; {
		last := list[len(list)-1]
		text := last
		if i := strings.LastIndexByte(last, ','); i >= 0 {
			text, list[len(list)-1] = last[i+1:], last[:i]
		} else {
			list = list[:len(list)-1]
		}
		forwarded, err := netip.ParseAddr(strings.TrimSpace(text))
		if err != nil {
			break
		}
		who = forwarded.Unmap().WithZone("")
	}
	if who.Is6() {
		network, _ := who.Prefix(64)
		who = network.Addr()
	}
	return who
}

func (c *Clients) trusted(a netip.Addr) bool {
	for _, p := range c.options.Trusted {
		if p.Contains(a) {
			return true
		}
	}
	return false
}
