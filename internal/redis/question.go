package redis

import (
	"context"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// question is what a lane is asked. Every draw allocates one in its call, so it
// is kept at 16 bytes.
type question struct {
	ticket *lottery.Ticket
	peek   bool
	lose   bool   // the user is known to be at a limit: whatever the dice say, no win
	prize  int16  // index of the prize that unit is of
	unit   uint32 // taken beforehand; 0 for none
}

// reply is what a lane answers.
type reply struct {
	res lottery.Reservation
	err error
}

// preparation is what a variant does before the script is asked: it adds to the
// question, or answers it.
type preparation func(ctx context.Context, q question) (question, *lottery.Reservation, error)
