package lottery

import (
	"fmt"
	"time"
)

// Shortfall compares what Redis has seen in the ledger with what is there. A ledger
// that has less was brought back from an older copy.
type Shortfall struct {
	Seen, Won        int64 // wins that Redis knows to be committed; durable wins
	Published, Epoch int64 // the newest epoch that Redis served under; the ledger's
}

// Behind tells whether the ledger lost something. Redis may also have seen too
// little: in doubt the answer is no.
func (s Shortfall) Behind() bool { return s.Published > s.Epoch || s.Seen > s.Won }

// Error describes it.
func (s Shortfall) Error() string {
	return fmt.Sprintf("the ledger was brought back from an older copy: it has %d wins and epoch %d, Redis has seen %d wins and epoch %d",
		s.Won, s.Epoch, s.Seen, s.Published)
}

// distrust is when an activity's ledger was found to be behind.
type distrust struct {
	found time.Time
	short Shortfall
}

// distrustFor is how long a ledger that was found to be behind is not counted again
// for each draw that meets it.
const distrustFor = time.Second

// countsAtOnce bounds how many counts of wins an instance has under way.
const countsAtOnce = 8
