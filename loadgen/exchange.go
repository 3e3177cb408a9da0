package loadgen

import (
	"errors"
	"fmt"
	"time"

	"github.com/lotteryctl/lotteryctl/loadgen/internal/http1"
)

// Exchange is one request and what came of it. The byte slices are valid only
// until Record returns.
type Exchange struct {
	// Seq numbers the requests from 0, warm-up included, by intended time.
	Seq int64
	// Start is the wall-clock time that the three offsets count from.
	Start time.Time
	// Intended, Sent and Done are offsets from Start. Sent is taken just
	// before the first write, and is 0 when nothing was written.
	Intended, Sent, Done time.Duration
	// Warmup says that the exchange is not counted in the Result.
	Warmup bool
	// Status is the HTTP status, 0 without a complete answer.
	Status int
	// Err is nil when there was a complete answer; its kind is KindOf(Err).
	Err error
	// Retried says that the request was written twice.
	Retried bool
	// RequestBody and ResponseBody are the bodies, the latter cut to
	// Plan.MaxBody; ResponseBody may hold a part when Err is not nil.
	RequestBody, ResponseBody []byte

	ready    time.Duration // when the generator got to it
	connWait time.Duration // waiting for a connection, after ready
	queued   bool          // connWait was because of the cap
	written  bool
	detail   []byte // where a redirect leads to, or how the body with status 400 begins
	bytesIn  int64
	bytesOut int64
}

// ErrorKind classes failures of exchanges.
type ErrorKind string

// The kinds of failure. An HTTP error status is an answer, not a failure.
const (
	KindRefused    ErrorKind = "refused"    // nothing listens there
	KindConnect    ErrorKind = "connect"    // any other failure to connect, TLS included
	KindTimeout    ErrorKind = "timeout"    // Plan.Timeout passed
	KindClosed     ErrorKind = "closed"     // connection closed or reset before the answer was complete
	KindMalformed  ErrorKind = "malformed"  // the answer is not HTTP/1.1
	KindLocal      ErrorKind = "local"      // this machine ran out of ports, files or memory
	KindUnfinished ErrorKind = "unfinished" // the run was cancelled before the answer came
	KindOther      ErrorKind = "other"
)

// Error is a failed exchange.
type Error struct {
	Kind ErrorKind
	Err  error
}

// Error returns the kind and the cause.
func (e *Error) Error() string { return fmt.Sprintf("%s: %v", e.Kind, e.Err) }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// KindOf returns the kind of an Exchange's error, "" for nil and KindOther for
// an error of unknown origin.
func KindOf(err error) ErrorKind {
	if e, ok := err.(*Error); ok {
		return e.Kind // ours are never wrapped, and errors.As takes longer
	}
	var e *Error
	switch {
	case err == nil:
		return ""
	case errors.As(err, &e):
		return e.Kind
	}
	return KindOther
}

// IsRedirect reports whether a status means that Location leads to the answer.
func IsRedirect(status int) bool { return http1.IsRedirect(status) }
