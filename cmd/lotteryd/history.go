package main

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync/atomic"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/health"
	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// historyEvery is how often all activities' wins are counted without a reason.
const historyEvery = time.Minute

// history watches whether the ledger goes back to an older copy. For that the server
// must be started again, or the database be another one: then all activities are
// looked at.
type history struct {
	keeper    *lottery.Keeper
	catalogue *lottery.Catalogue
	server    atomic.Pointer[string] // what the last heartbeat was written to; nil: none was

	checked string // the server that was looked at last
	at      time.Time
}

// probe is a [health.Probe]'s question. One that is behind only degrades: as long as
// Redis lives, draws are decided.
func (h *history) probe(ctx context.Context) (found []health.Finding) {
	server := h.server.Load()
	if server == nil {
		return nil
	}
	all := *server != h.checked || time.Since(h.at) >= historyEvery
	ids := h.keeper.Distrusted()
	if all {
		ids = slices.Collect(maps.Keys(h.catalogue.All()))
	}
	slices.Sort(ids)
	done := true
	for _, id := range ids {
		err := h.keeper.CheckLedger(ctx, id)
		var short lottery.Shortfall
		switch {
		case errors.As(err, &short):
			found = append(found, health.Finding{Check: "ledger of " + id, Reason: health.LedgerBehind, Err: short})
		case err != nil:
			done = false // a store is away, of which others tell
		}
	}
	if all && done {
		h.checked, h.at = *server, time.Now()
	}
	return found
}
