package postgres

import (
	"context"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// claimer decides wins. Safe for concurrent use.
type claimer interface {
	commit(ctx context.Context, w lottery.WinRow) lottery.Decision
	close()
}

// newClaimer makes the claimer of the ledger's options.
func newClaimer(l *ledger) claimer {
	switch l.options.Claim {
	case ClaimOrdered:
		return retrying{l, rowClaim{l, selectOrdered}.try}
	case ClaimSkipLocked:
		return retrying{l, rowClaim{l, selectOrdered + " SKIP LOCKED"}.try}
	case ClaimSingle:
		return retrying{l, newSingleClaim(l, false).try}
	case ClaimRandomStart:
		return retrying{l, newSingleClaim(l, true).try}
	case ClaimStockRow:
		return retrying{l, stockRow{l}.try}
	default:
		return newGroupCommit(l)
	}
}
