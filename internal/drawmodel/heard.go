package drawmodel

import (
	"fmt"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// heard is what one draw said, as its client heard it.
type heard struct {
	request request
	client  int
	call    int64 // the step at which it was asked
	back    int64 // the step at which it was answered; 0: never
	kind    lottery.ErrorKind
	result  lottery.Result // without kind
	prize   string
	unit    int64
	rowWas  bool // the ledger had a row when it was asked
	rowIs   lottery.WinRow
	hasRow  bool // the ledger had a row when it was answered
	losses  int  // how often Redis had lost something when it was asked
	after   int  // and when it was answered
}

// final tells whether this is an answer that the client will not ask again for.
func (h heard) final() bool {
	if h.back == 0 {
		return false
	}
	switch h.kind {
	case "":
		return h.result != lottery.Pending
	case lottery.KindUnavailable:
		return false
	}
	return true
}

// String is one line of the history.
func (h heard) String() string {
	switch {
	case h.back == 0:
		return fmt.Sprintf("%s/%s: nothing", h.request.user, h.request.id)
	case h.kind != "":
		return fmt.Sprintf("%s/%s: %s", h.request.user, h.request.id, h.kind)
	case h.result == lottery.Win:
		return fmt.Sprintf("%s/%s: win %s:%d", h.request.user, h.request.id, h.prize, h.unit)
	}
	return fmt.Sprintf("%s/%s: %s", h.request.user, h.request.id, h.result)
}

// word is what kind of an answer this is.
func (h heard) word() string {
	switch {
	case h.back == 0:
		return "none"
	case h.kind != "":
		return string(h.kind)
	}
	return h.result.String()
}
