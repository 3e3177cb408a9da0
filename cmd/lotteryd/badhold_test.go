package main

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/lotteryctl/lotteryctl/internal/audit"
	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// TestBadHoldStopsNothing: holds that the ledger cannot take, or that nobody can
// read, are set aside. All others are rolled forward, and the requests of the bad
// ones get an answer.
func TestBadHoldStopsNothing(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name string
		bad  func(hold string) string
	}{
		{"a unit beyond the stock", func(hold string) string { return "0,999," + strings.SplitN(hold, ",", 3)[2] }},
		{"a unit beyond all numbers", func(hold string) string { return "0,4294967297," + strings.SplitN(hold, ",", 3)[2] }},
		{"no such prize", func(hold string) string { return "7,1," + strings.SplitN(hold, ",", 3)[2] }},
		{"unit 0", func(hold string) string { return "0,0," + strings.SplitN(hold, ",", 3)[2] }},
		{"half a hold", func(hold string) string { return hold[:3] }},
	} {
		for _, path := range []string{"rebuild", "reconciler", "draw"} {
			t.Run(row.name+"/"+path, func(t *testing.T) {
				t.Parallel()
				ctx := context.Background()
				servers := openStores(t)
				slow := new(undecidedLedger)
				p := plantOn(t, servers, fault{ledger: func(l lottery.Ledger) lottery.Ledger { slow.Ledger = l; return slow }})
				slow.away.Store(true)
				for i := range 5 {
					if a := p.draw(fmt.Sprint("user-", i), "r"); a.Result != audit.Pending {
						t.Fatalf("draw %d: %+v, want it pending", i, a)
					}
				}
				client := connectRedis(t, servers)
				const holds = "lotteryd:{planted}:holds"
				keys, err := client.HKeys(ctx, holds).Result()
				if err != nil || len(keys) != 5 {
					t.Fatalf("%d holds, %v", len(keys), err)
				}
				text := client.HGet(ctx, holds, keys[0]).Val()
				if err := client.HSet(ctx, holds, keys[0], row.bad(text)).Err(); err != nil {
					t.Fatal(err)
				}
				slow.away.Store(false)
				switch path {
				case "rebuild":
					err = p.keeper.Recover(ctx, plantedActivity, epochOf(t, servers, plantedActivity))
				case "reconciler":
					err = p.keeper.Reconcile(ctx, 0)
				}
				if err != nil {
					t.Errorf("%s: %v", path, err)
				}
				for i := range 5 {
					if a := p.draw(fmt.Sprint("user-", i), "r"); a.Result != audit.Win {
						t.Errorf("draw %d again: %+v, want a win", i, a)
					}
				}
				if err := p.keeper.Recover(ctx, plantedActivity, epochOf(t, servers, plantedActivity)); err != nil { // takes back the unit
					t.Error(err)
				}
				if n := client.HLen(ctx, "lotteryd:{planted}:aside").Val(); n != 1 {
					t.Errorf("%d holds are set aside, want 1", n)
				}
				if !strings.Contains(p.log.String(), lottery.ViolationRefusedHold) {
					t.Errorf("the bad hold was not counted:\n%s", p.log.String())
				}
				if r := p.audit(); r.Invariant("I5").Status != audit.Broken {
					t.Errorf("verify does not tell of the hold that was set aside:\n%s", r.Summary())
				}
				var out bytes.Buffer
				env := environment{stdout: &out}
				for _, want := range []string{"request key", "1 forgotten", "no hold of activity"} {
					if err := runSettle(ctx, env, Config{RedisURL: servers.RedisURL()}, plantedActivity, want != "request key"); err != nil || !strings.Contains(out.String(), want) {
						t.Errorf("settle: %v, got %q, want %q", err, out.String(), want)
					}
				}
				mustHold(t, p.audit())
			})
		}
	}
}
