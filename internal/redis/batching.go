package redis

import (
	"time"

	"github.com/lotteryctl/lotteryctl/internal/batch"
)

// Batching says which draws share a script call.
type Batching int

// The variants of batching.
const (
	// BatchNatural lets draws share a call that come while all lanes are busy.
	// None waits for company.
	BatchNatural Batching = iota
	// BatchSingle makes a call for each draw, on 20 connections whatever
	// [Options.Lanes] says: what go-redis' own pool opens for two processors.
	BatchSingle
	// BatchFixed waits for 32 draws, or a millisecond.
	BatchFixed
	// BatchAdaptive waits for as many draws as their calls' latency allows, or a
	// millisecond: 8 to 128, half as many when the 99th percentile is above 10 ms,
	// twice as many when it is below 3 ms.
	BatchAdaptive
)

const (
	singleLanes = 20
	fixedBatch  = 32
	linger      = time.Millisecond
)

// start starts the strategy on so many lanes. Only the first variant heeds most.
func (b Batching) start(lanes, most int, run batch.Run[question, reply]) batch.Strategy[question, reply] {
	switch b {
	case BatchSingle:
		return batch.NewSingle(lanes, run)
	case BatchFixed:
		return batch.NewFixed(lanes, fixedBatch, linger, run)
	case BatchAdaptive:
		rule := batch.Rule{Least: 8, Most: 128, Fast: 3 * time.Millisecond, Slow: 10 * time.Millisecond}
		return batch.NewAdaptive(lanes, rule, linger, run)
	default:
		return batch.New(lanes, most, run)
	}
}
