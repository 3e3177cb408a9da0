package main

import (
	"log/slog"
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"strconv"

	"github.com/KimMachineGun/automemlimit/memlimit"

	"github.com/lotteryctl/lotteryctl/internal/steps"
)

// Heap growth between collections, in percent, that the best pace allows.
const (
	// limitedGrowth holds under a memory limit: the limit, not the growth, is
	// what keeps the process from being killed, so collecting often buys nothing.
	limitedGrowth = 400
	// unlimitedGrowth holds without one: the heap's peak is three times what
	// lives, where the runtime's default has twice.
	unlimitedGrowth = 200
)

// setPace is step 7: how often the garbage collector runs, and how much memory
// the process may use. GOGC and GOMEMLIMIT in the environment are obeyed,
// except that a variant named by its number is what it says.
//
// The best pace takes its limit from the container: a share of the cgroup's
// memory, so that the collector works harder before the kernel kills.
func setPace(c steps.Choice, ratio float64, log *slog.Logger) {
	variant := c.Variant("gc")
	percent, err := strconv.Atoi(map[string]string{"before": "100", "article": "50"}[variant])
	if err != nil {
		percent, err = strconv.Atoi(variant)
	}
	switch {
	case err == nil:
		debug.SetGCPercent(percent)
	default:
		setBestPace(ratio, log)
	}
	limit := "none"
	if n := debug.SetMemoryLimit(-1); n != math.MaxInt64 {
		limit = strconv.FormatInt(n, 10)
	}
	log.Info("runtime", "gomaxprocs", runtime.GOMAXPROCS(0), "gomemlimit", limit, "gogc", gcPercent())
}

func setBestPace(ratio float64, log *slog.Logger) {
	if ratio > 0 {
		// Without a cgroup limit there is nothing to keep within: not an error.
		_, err := memlimit.Set(
			memlimit.WithRatio(ratio), memlimit.WithProvider(memlimit.FromCgroup))
		if err != nil {
			log.Debug("no memory limit from the container", "reason", err)
		}
	}
	if os.Getenv("GOGC") != "" {
		return
	}
	percent := unlimitedGrowth
	if debug.SetMemoryLimit(-1) != math.MaxInt64 {
		percent = limitedGrowth
	}
	debug.SetGCPercent(percent)
}

// gcPercent reads GOGC as it is in force.
func gcPercent() uint64 {
	sample := []metrics.Sample{{Name: "/gc/gogc:percent"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
