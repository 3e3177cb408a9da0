package audit

import (
	"time"
)

// Result is what a client learnt from one exchange.
type Result string

// The results. A refusal is an answer that says nothing was drawn; after an
// unknown outcome the draw may have happened or not.
const (
	Win     Result = "win"
	Loss    Result = "loss"
	Pending Result = "pending"
	Refused Result = "refused"
	Unknown Result = "unknown"
)

// Answer is one exchange between a client and the service.
type Answer struct {
	Activity string // "" if neither request nor response names it
	User     string
	Request  string
	Proof    string
	Result   Result
	Prize    string // id; Prize, Unit and Code on a win only
	Unit     int64
	Code     string
	Kind     string // of a refusal, such as "ended"
	// Sent and Done are when the request left and the answer was complete, by
	// one clock. They tell which of two answers came later; zero is unknown.
	Sent, Done time.Time
	// Crossed is set when the response names another activity, user or request
	// than was asked about.
	Crossed bool
}

// Log is what clients wrote down. The zero value is an empty log.
type Log struct {
	Answers   []Answer
	Malformed []Malformed // lines that could not be read; the others count
}

// Malformed is a line of a log that could not be read.
type Malformed struct {
	Source string `json:"source"` // the log's name
	Line   int    `json:"line"`   // from 1
	Reason string `json:"reason"`
}
