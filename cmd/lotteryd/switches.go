package main

import (
	"log/slog"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/httpapi"
	"github.com/lotteryctl/lotteryctl/internal/lottery"
	"github.com/lotteryctl/lotteryctl/internal/postgres"
	"github.com/lotteryctl/lotteryctl/internal/redis"
	"github.com/lotteryctl/lotteryctl/internal/steps"
	"github.com/lotteryctl/lotteryctl/internal/telemetry"
)

// This file is where the tuning switches become constructors; behind them
// nothing knows that there was a choice. A variant that is not named here is
// the best one, which is every constructor's default.

// connections is step 1: how the draw path's database connections are kept.
func connections(c steps.Choice) postgres.Connections {
	const open = 50 // of the variants over database/sql
	switch c.Variant("conn-pool") {
	case "before":
		return postgres.SQLConnections(0, open)
	case "default":
		return postgres.SQLConnections(2, open)
	case "article":
		return postgres.SQLConnections(20, open)
	}
	return postgres.Connections{}
}

// claim is step 5: how a win gets its unit.
func claim(c steps.Choice) postgres.Claim {
	return map[string]postgres.Claim{
		"before": postgres.ClaimOrdered, "article": postgres.ClaimSkipLocked, "single": postgres.ClaimSingle,
		"random-start": postgres.ClaimRandomStart, "stock-row": postgres.ClaimStockRow,
	}[c.Variant("claim")]
}

// contexts is step 2, with the extra switch layout: where a request's memory
// comes from and how its record is laid out.
func contexts(c steps.Choice) httpapi.Contexts {
	layout := httpapi.Narrow
	if c.Variant("layout") == "wide" {
		layout = httpapi.Wide
	}
	switch c.Variant("object-pool") {
	case "before":
		return httpapi.AllocatedContexts(layout)
	case "article":
		return httpapi.PooledContexts(layout)
	}
	return httpapi.StackContexts(layout)
}

// codec is step 3: who reads and writes JSON. The error says how to build the
// variant that this build lacks.
func codec(c steps.Choice) (httpapi.Codec, error) {
	switch c.Variant("json") {
	case "before":
		return httpapi.StandardCodec(), nil
	case "article":
		return httpapi.FastjsonCodec(), nil
	case "goccy":
		return httpapi.GoccyCodec(), nil
	case "jsonv2":
		return httpapi.JSONv2Codec()
	}
	return httpapi.AppendCodec(), nil
}

// workbench is step 4, with the extra switch sampler: where the random words of
// activities without committed dice come from, and how a word becomes a prize.
func workbench(c steps.Choice) lottery.Workbench {
	var w lottery.Workbench
	switch c.Variant("dice") {
	case "before":
		w.Words = lottery.LockedWords(time.Now().UnixNano())
	case "article":
		w.Words = lottery.TimeSeededWords()
	case "v2":
		w.Words = lottery.V2Words()
	case "crypto":
		w.Words = lottery.CryptoWords()
	}
	w.Sampler = map[string]lottery.NewSampler{
		"linear": lottery.LinearSampler, "binary": lottery.BinarySampler, "reservoir": lottery.ReservoirSampler,
	}[c.Variant("sampler")]
	return w
}

// drawLog is step 6: what is written of each draw, and how.
func drawLog(c Config, m *telemetry.Metrics, log logging) httpapi.Observer {
	switch c.Switches.Variant("log") {
	case "before":
		return telemetry.NewPrintedDrawLog(m, log.out)
	case "article":
		return telemetry.NewFieldDrawLog(m, log.Logger)
	case "zerolog":
		return telemetry.NewZerologDrawLog(m, log.out)
	}
	return telemetry.NewDrawLog(m, log.Logger, c.LossLogEvery)
}

// redisOptions are step 8 and the extra switches stock and redis-batch: how a
// user's state is read, who numbers the units, and which draws share a call.
func redisOptions(c steps.Choice) redis.Options {
	return redis.Options{
		UserState: map[string]redis.UserState{
			"before": redis.StateThreeGets, "article": redis.StatePipeline, "mget": redis.StateMGet,
		}[c.Variant("user-state")],
		Stock: map[string]redis.Stock{
			"incrby": redis.StockIncrement, "watch": redis.StockWatch,
		}[c.Variant("stock")],
		Batching: map[string]redis.Batching{
			"single": redis.BatchSingle, "fixed": redis.BatchFixed, "adaptive": redis.BatchAdaptive,
		}[c.Variant("redis-batch")],
	}
}

// catalogue is the extra switch snapshot: what the activities lie in.
func catalogue(c steps.Choice, w lottery.Workbench) *lottery.Catalogue {
	var cell lottery.Cell
	switch c.Variant("snapshot") {
	case "rwmutex":
		cell = new(lottery.RWMutexCell)
	case "value":
		cell = new(lottery.ValueCell)
	default:
		cell = new(lottery.PointerCell)
	}
	return lottery.NewCatalogue(cell, w)
}

// metadataLifetime is how old a cached activity may be when its announcement
// was lost.
const metadataLifetime = 30 * time.Second

// activities is the extra switch metadata: where a draw finds its activity.
// changed is told of activities that changed; nil: nobody has to be.
func activities(c steps.Choice, w lottery.Workbench, all *lottery.Catalogue, ledger lottery.ActivityReader) (find lottery.Activities, changed func(id string)) {
	switch c.Variant("metadata") {
	case "per-draw":
		return lottery.NewPerDraw(ledger, w), nil
	case "cache":
		cache := lottery.NewCached(ledger, w, metadataLifetime)
		return cache, cache.Invalidate
	}
	return all, nil
}

// logChoice says what was chosen where it is not the default, and what is wrong
// with it.
func logChoice(c steps.Choice, log *slog.Logger) {
	if c != (steps.Choice{}) {
		log.Info("tuning switches", "chosen", c.String())
	}
	for _, u := range c.Unsafe() {
		log.Warn("this variant exists only for measurements; do not use it in production", "variant", u.Variant, "why", u.Why)
	}
}
