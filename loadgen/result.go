package loadgen

import "time"

// Result is what a run measured. Everything is over the measured window
// (warm-up cut off by intended send time) unless a field says otherwise.
type Result struct {
	// Start is the wall-clock time of offset 0: the start of the warm-up.
	Start time.Time `json:"start"`
	// Window is the length of the measured window; shorter than planned when
	// the run was cancelled.
	Window time.Duration `json:"window_ns"`
	// Partial says that the run was cancelled before its end.
	Partial bool `json:"partial"`
	// Client names the HTTP client that was used.
	Client Client `json:"client"`
	// Arrivals and AskedRate repeat the plan; AskedRate is 0 for Closed.
	Arrivals  Arrivals `json:"arrivals"`
	AskedRate float64  `json:"asked_rate"`

	// Response runs from the intended send time to the end of the answer: what
	// a user who came at that time waited. Requests that timed out, or that a
	// cancel cut off, are in it with the time waited so far, which is a lower
	// bound; other failed requests are not.
	Response *Histogram `json:"response"`
	// Service runs from just before the request was written to the end of the
	// answer. It leaves out all waiting on our side, so under overload it
	// looks better than what users see. Timeouts and requests cut off count as
	// in Response.
	Service *Histogram `json:"service"`
	// Lateness is how long after the intended time the generator got to
	// sending: its own fault alone, without waits for a connection.
	Lateness *Histogram `json:"lateness"`
	// ConnWait is the time requests spent waiting for a connection: for a
	// new one to open, or for a busy one when Connections is reached.
	// Requests that found an open one idle are not in it.
	ConnWait *Histogram `json:"conn_wait"`

	// Timeline is the window in slices. It is not in the JSON: it would be most
	// of it.
	Timeline *Timeline `json:"-"`

	Counts      Counts      `json:"counts"`
	Connections Connections `json:"connections"`
	CPU         CPU         `json:"cpu"`

	// SentRate and AnsweredRate are requests written and answers received
	// during the window, per second.
	SentRate     float64 `json:"sent_rate"`
	AnsweredRate float64 `json:"answered_rate"`
	// GapCV is the coefficient of variation (standard deviation divided by
	// mean) of the times between consecutive writes: 0 when perfectly even, 1
	// for Poisson arrivals, more when the generator sent bursts.
	GapCV float64 `json:"gap_cv"`

	// Doubts say what stands between these figures and the plan. Empty when the
	// run was as asked.
	Doubts []Doubt `json:"verdicts,omitempty"`
}

// Counts tells what became of the requests due in the window. None is left out,
// also of a run that was cancelled: Sent and NotSent together are Intended, and so
// are Answered and ErrorCount.
type Counts struct {
	// Intended is how many were due; Sent how many were written, NotSent how
	// many were not: for want of a connection or of time before a cancel.
	Intended int64 `json:"intended"`
	Sent     int64 `json:"sent"`
	NotSent  int64 `json:"not_sent"`
	// Answered is how many got a complete answer, of any status.
	Answered int64 `json:"answered"`
	// Errors counts the rest by kind. Those of KindUnfinished were still waited
	// for when the run was cancelled.
	Errors map[ErrorKind]int64 `json:"errors,omitempty"`
	// Samples has one real failure of each kind in Errors: the first.
	Samples map[ErrorKind]Sample `json:"samples,omitempty"`
	// Statuses counts the answers by status code.
	Statuses map[int]int64 `json:"statuses,omitempty"`
	// StatusSamples has, for the redirects among Statuses, where the first one
	// led, and for status 400 that the server wanted https, if it said so.
	StatusSamples map[int]Sample `json:"status_samples,omitempty"`
	// Retried counts requests written a second time because a kept-alive
	// connection turned out to be closed (see the package comment).
	Retried int64 `json:"retried,omitempty"`
	// BytesIn and BytesOut count HTTP bytes, heads included; with
	// ClientNetHTTP only bodies, and BytesOut whole requests as HTTP/1.1.
	BytesIn  int64 `json:"bytes_in"`
	BytesOut int64 `json:"bytes_out"`
}

// ErrorCount returns the number of requests that got no complete answer.
func (c *Counts) ErrorCount() int64 {
	var n int64
	for _, k := range c.Errors {
		n += k
	}
	return n
}

// StatusClass returns how many answers had a status of class 1xx to 5xx: 2
// asks for 200 to 299.
func (c *Counts) StatusClass(class int) int64 {
	var n int64
	for status, k := range c.Statuses {
		if status/100 == class {
			n += k
		}
	}
	return n
}

// Connections tells how connections were used, over the whole run.
type Connections struct {
	Opened int64 `json:"opened"`
	// MaxOpen is the most that were open (or opening) at one time.
	MaxOpen int `json:"max_open"`
	// Cap is the plan's limit or, by default, the highest that the load brought
	// about, see Plan.Connections; 0 for none.
	Cap int `json:"cap"`
	// Bound says that Cap could not be raised while requests waited: it is the
	// plan's, or the most that is opened by default, a fourth of the files that this
	// process may have open. What such a load could not get may be for want of
	// connections.
	Bound bool `json:"bound,omitempty"`
	// Queued counts requests that waited because the cap was reached, and
	// QueuedFor is their waiting time added up.
	Queued    int64         `json:"queued"`
	QueuedFor time.Duration `json:"queued_for_ns"`
}

// CPU is processor time per request, user and system together, taken over the
// window and divided by the answers and errors that fell into it.
type CPU struct {
	// Client is that of this whole process; 0 where the system cannot tell.
	Client time.Duration `json:"client_ns"`
	// Server is that of Plan.ServerPID, all its threads; 0 when not asked for
	// or not known.
	Server time.Duration `json:"server_ns"`
	// ServerErr says why Server is missing although it was requested.
	ServerErr string `json:"server_err,omitempty"`
	// Sender is the share of the window in which the sending thread was at
	// work, 0 to 1; 0 when not known. Near 1 it can neither send on time nor
	// read answers when they come, whether it lacked CPU or Record was slow.
	Sender float64 `json:"sender"`
}
