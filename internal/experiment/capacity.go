package experiment

import (
	"errors"
	"fmt"
	"time"

	"github.com/lotteryctl/lotteryctl/loadgen"
)

// CapacityOptions say what is looked for: the highest rate of requests that
// come on a schedule of their own (open loop), at which 95 % of them are
// answered within the SLO and none fails. The zero value of each field is its
// default.
type CapacityOptions struct {
	// SLO is the longest p95, from the time requests were meant to be sent. By
	// default 10 ms.
	SLO time.Duration
	// MinRate and MaxRate bound the search, per second. By default 20 and
	// 200,000.
	MinRate float64
	MaxRate float64
	// Probe is how long the rates that decide are tried; others get half of it.
	// By default 2 s.
	Probe time.Duration
	// Precision is how close the highest rate that held and the lowest that did
	// not shall come: 0.05, the default, is 5 %.
	Precision float64
	// Budget is about how long a search may take, starts not counted: it ends
	// the narrowing in time for the confirmation. When the machine or the
	// service changes meanwhile, it takes longer. By default 20 s.
	Budget time.Duration
	// Statuses says which HTTP statuses are good answers. Nil: 1xx to 3xx.
	Statuses StatusSet
}

// Quick returns the options of a search of about 8 s, for choosing a rate and
// not for reporting one. Probes that are shorter already stay so.
func (o CapacityOptions) Quick() CapacityOptions {
	o = o.withDefaults()
	o.Probe, o.Precision, o.Budget = min(o.Probe, 800*time.Millisecond), max(o.Precision, 0.15), min(o.Budget, 6*time.Second)
	return o
}

func (o CapacityOptions) withDefaults() CapacityOptions {
	for _, field := range []struct {
		value *float64
		usual float64
	}{{&o.MinRate, 20}, {&o.MaxRate, 200_000}, {&o.Precision, 0.05}} {
		if *field.value == 0 {
			*field.value = field.usual
		}
	}
	for _, field := range []struct {
		value *time.Duration
		usual time.Duration
	}{{&o.SLO, 10 * time.Millisecond}, {&o.Probe, 2 * time.Second}, {&o.Budget, 20 * time.Second}} {
		if *field.value == 0 {
			*field.value = field.usual
		}
	}
	return o
}

func (o CapacityOptions) check() error {
	o = o.withDefaults()
	switch {
	case o.SLO < 0 || o.Probe < 0 || o.Budget < 0 || !(o.Precision > 0):
		return errors.New("SLO, probe time, budget and precision of a capacity search must be positive")
	case !(o.MinRate > 0) || !(o.MaxRate > o.MinRate) || o.MaxRate > loadgen.MaxRate:
		return fmt.Errorf("a capacity search needs a minimum rate above 0, and a maximum rate above that, up to %d", loadgen.MaxRate)
	}
	return nil
}
