// Package loadgen sends HTTP requests on a schedule that does not wait for
// answers. It measures latency from the time at which each request was meant to
// be sent.
//
// # A tour
//
// A [Plan] says what to send and when. [Run] sends it and returns a [Result]:
//
//  1. A [Schedule] fixes the send time of each request before anything is sent:
//     evenly spaced ([Constant]), or as independent users arrive ([Poisson]).
//     [Closed] has no schedule: each connection sends its next request when its
//     last one was answered.
//  2. Request n is made from the plan's templates. It depends only on the seed and
//     on n; see [Placeholders].
//  3. A client sends the request at its time, whether or not earlier ones were
//     answered. On Linux the client is one thread with epoll. Elsewhere it has a
//     goroutine per connection, and for https it is net/http. See [Client].
//  4. Three [Histogram] values record times: Response from the intended send time,
//     Service from the actual write, and Lateness, the delay of the generator
//     itself. Quote Response: it is the time that a user waited.
//  5. [Doubt] values say why the load was not as requested: the generator could
//     not keep up, the rate was not reached, the service was overloaded or stopped
//     answering, or requests waited because of the connection limit. An empty list
//     means that none of these was detected.
//  6. The [Timeline] has the window in slices: what was due, answered and waited
//     for, and how long.
//
// # Why from the intended time
//
// A generator that waits for a stalled server sends less during the stall. It
// records one slow answer where users would have had hundreds ("coordinated
// omission", Gil Tene). Here, requests that find every connection busy wait in a
// queue, and their latency includes that wait. So the percentiles are the same
// with 8 connections as with 256.
//
// # How connections grow
//
// Independent users each bring a connection of their own, but a generator that
// opens one for every request behind an overloaded server destroys what it
// measures: the more there are, the slower is the answer. So at most as many
// handshakes are under way as connections are open (at least 16), answers go
// before handshakes, and there is a cap, see [Plan].Connections. What waits for a
// handshake is in Result.ConnWait, what found the cap reached in
// Connections.Queued; neither is the generator's Lateness.
//
// # What counts
//
// Any complete answer counts as answered, whatever its status. Redirects are not
// followed; [Counts].StatusSamples says where they lead. What an answer is, all
// clients decide alike: bytes behind a complete one end the use of its connection
// and nothing more. Where net/http differs from RFC 9112, the others follow the RFC;
// a test lists these places. A request that times out is in Response and Service with the time
// that it waited: without it, a dead server would look fast. So is one that was
// still waited for when the run was cancelled. Other failures are only counted, by
// [ErrorKind], and one of each kind is kept as a [Sample]. Every request that was due
// is counted: see [Counts].
//
// A server may close a kept-alive connection at the moment at which a request is
// written to it. Such a request is sent once more, over a new connection, if no
// byte of an answer arrived and sending it twice is safe. So is one that met bytes
// of the answer before it, from a server that sends more than it announces. It is safe if the method
// is idempotent (RFC 9110 section 9.2.2) or if the request has an Idempotency-Key
// header. Other requests fail with [KindClosed].
//
// # Precision
//
// time.Sleep overshoots by a millisecond on an idle process (golang/go#53824).
// So send times use epoll_pwait2 or clock_nanosleep instead, with the thread's
// timer slack at 1 ns. The delay that remains is in Lateness.
//
// Service time runs from a reading of the clock just before the write to one just
// after the last read. Response time ends at that second reading. So if an answer
// had to wait because the sending thread was busy, that wait is included.
// [CPU].Sender shows when this matters.
package loadgen
