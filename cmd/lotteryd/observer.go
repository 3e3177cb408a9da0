package main

import (
	"log/slog"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
	"github.com/lotteryctl/lotteryctl/internal/telemetry"
)

// observer is the metrics, with a log line for what an operator must see.
type observer struct {
	*telemetry.Metrics
	log *slog.Logger
}

var _ lottery.Observer = observer{}

// Rebuilt implements [lottery.Observer].
func (o observer) Rebuilt(activity string) {
	o.Metrics.Rebuilt(activity)
	o.log.Info("the state in redis was built from the ledger", "activity", activity)
}

// Violation implements [lottery.Observer].
func (o observer) Violation(activity, what string) {
	o.Metrics.Violation(activity, what)
	o.log.Error("invariant violated", "activity", activity, "what", what)
}
