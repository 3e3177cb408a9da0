package main

import (
	"github.com/lotteryctl/lotteryctl/internal/postgres"
	"github.com/lotteryctl/lotteryctl/internal/steps"
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
