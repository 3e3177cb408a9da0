package redis

import (
	"fmt"
	"time"
)

// Options configure a [Store]. UserState, Stock and Batching are tuning switches:
// their zero values are the best there is, the others are what is measured
// against it. All combinations decide draws by the same rules.
type Options struct {
	URL string // redis://[user:password@]host:port[/db]; required
	// Lanes is how many connections carry draws. One saturates a core of Redis;
	// the second hides the round trip of the first. By default, 2.
	Lanes int
	// MaxBatch bounds how many draws share a script call, and so how long one
	// call may keep Redis from everybody else. By default, 512. [BatchNatural]
	// alone heeds it.
	MaxBatch int
	// Timeout bounds one draw call, from dialling to the answer. By default, 1 s.
	Timeout time.Duration
	// DrawScript replaces the draw script. By default, [DrawScript].
	DrawScript string
	// BatchSize is told how many draws shared a call. By default, nobody is.
	BatchSize func(n int)

	UserState UserState // where a user's state is read
	Stock     Stock     // who counts the units
	Batching  Batching  // which draws share a call
}

func (o Options) withDefaults() Options {
	if o.Lanes <= 0 {
		o.Lanes = 2
	}
	if o.Batching == BatchSingle {
		o.Lanes = singleLanes
	}
	if o.MaxBatch <= 0 {
		o.MaxBatch = 512
	}
	if o.Timeout <= 0 {
		o.Timeout = time.Second
	}
	if o.DrawScript == "" {
		o.DrawScript = drawScript
	}
	if o.BatchSize == nil {
		o.BatchSize = func(int) {}
	}
	return o
}

// check refuses variants that do not exist.
func (o Options) check() error {
	switch {
	case o.UserState < StateInScript || o.UserState > StateMGet:
		return fmt.Errorf("redis: there is no user-state variant %d", o.UserState)
	case o.Stock < StockInLua || o.Stock > StockWatch:
		return fmt.Errorf("redis: there is no stock variant %d", o.Stock)
	case o.Batching < BatchNatural || o.Batching > BatchAdaptive:
		return fmt.Errorf("redis: there is no batching variant %d", o.Batching)
	}
	return nil
}
