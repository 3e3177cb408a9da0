package main

import (
	"context"

	"github.com/lotteryctl/lotteryctl/internal/admission"
	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// yielding is the ledger of draws: while one waits for it, its place behind the gate
// is free. A ledger that is slow or away does not keep losses from being answered.
type yielding struct {
	lottery.Ledger
	gate *admission.Gate
}

// Commit implements [lottery.Ledger].
func (y yielding) Commit(ctx context.Context, w lottery.WinRow) lottery.Decision {
	y.gate.Yield()
	defer y.gate.Return()
	return y.Ledger.Commit(ctx, w)
}

// Find implements [lottery.Ledger].
func (y yielding) Find(ctx context.Context, activity, user, request string) (lottery.Decision, bool, error) {
	y.gate.Yield()
	defer y.gate.Return()
	return y.Ledger.Find(ctx, activity, user, request)
}
