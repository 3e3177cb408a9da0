// Package loadgen sends HTTP requests on a schedule that does not wait for
// answers, and measures from the time each request was meant to be sent.
//
// # A tour
//
// A [Plan] says what to send and when. [Run] sends it and returns a [Result]:
//
//  1. A [Schedule] fixes when each request is due, before anything is sent:
//     evenly spaced ([Constant]) or as independent users come ([Poisson]).
//     [Closed] has none: every connection sends when its last answer came.
//  2. Request n is rendered from the plan's templates, as a pure function of
//     the seed and n; see [Placeholders].
//  3. A client sends it at its time, whatever became of the ones before. On
//     Linux that is one thread on epoll; elsewhere a goroutine per connection;
//     for https net/http. See [Client].
//  4. Three [Histogram] values take the latencies: Response from the intended
//     time, Service from the actual write, and Lateness, the generator's own
//     delay. Response is the one to quote: it is what a user waited.
//  5. [Doubt] values say what kept the run from being what was asked:
//     a generator that could not keep up, a rate not reached, a connection cap
//     that made requests queue. None means that nothing of the kind was seen.
//
// # Why from the intended time
//
// A generator that waits for a stalled server sends less while it is stalled,
// and records one slow answer where users would have met hundreds
// ("coordinated omission", Gil Tene). Here requests that find every connection
// busy wait in a queue, and their latency runs from the time they were due. So
// the percentiles are the same whether 8 connections are allowed or 256.
//
// # What counts
//
// Any whole answer counts as answered, whatever its status. Redirects are not
// followed. A request that times out is in Response and Service with the time
// waited so far, since leaving it out would make a dead server look fast; other
// failures are counted by [ErrorKind] only.
//
// A kept-alive connection may be closed by the server at the moment a request
// is written to it. Such a request is sent a second time, once, over a new
// connection, if not a byte of an answer came and sending twice is safe: its
// method is idempotent (RFC 9110 section 9.2.2) or it carries an
// Idempotency-Key header. Other requests fail with [KindClosed].
//
// # Precision
//
// Send times do not rest on time.Sleep, which overshoots by a millisecond on an
// idle process (golang/go#53824), but on epoll_pwait2 or clock_nanosleep with
// the thread's timer slack at 1 ns. What is late all the same is in Lateness.
//
// Response and service times run from one clock read just before the write to
// one just after the last read. So an answer that had to wait while the sending
// thread was busy counts that wait; [CPU].Sender tells when it matters.
package loadgen
