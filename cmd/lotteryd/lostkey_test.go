package main

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/lotteryctl/lotteryctl/internal/audit"
	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// connectRedis opens a client to the private Redis, closed with the test.
func connectRedis(t *testing.T, servers privateStores) *goredis.Client {
	t.Helper()
	conf, err := goredis.ParseURL(servers.RedisURL())
	if err != nil {
		t.Fatal(err)
	}
	client := goredis.NewClient(conf)
	t.Cleanup(func() { client.Close() })
	return client
}

// TestLossOfAnyKeyTurnsNoWinnerAway: sold out, then one key of the activity is
// lost. Every winner is told of the win again, and the loss is noticed: by the
// next draw, or within a second where nobody draws.
func TestLossOfAnyKeyTurnsNoWinnerAway(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		key     string
		noticed bool // else nothing is lost with it
	}{{"users", true}, {"records", true}, {"units", true}, {"free", true}, {"journal", true}, {"holds", true}, {"meta", false}} {
		t.Run(row.key, func(t *testing.T) {
			t.Parallel()
			ctx := context.Background()
			servers := openStores(t)
			slow := new(undecidedLedger)
			p := plantOn(t, servers, fault{ledger: func(l lottery.Ledger) lottery.Ledger { slow.Ledger = l; return slow }})
			id := plantedActivity
			for i := range 9 { // in records are the requests after a user's first
				p.draw(fmt.Sprint("user-", i), "first")
				p.draw(fmt.Sprint("user-", i), "second")
			}
			if err := p.keeper.Reconcile(ctx, 0); err != nil { // confirms
				t.Fatal(err)
			}
			client := connectRedis(t, servers)
			if row.key == "free" { // as an earlier rebuild leaves it behind
				if err := client.ZAdd(ctx, "lotteryd:{planted}:free", goredis.Z{Score: 0, Member: "0:19"}).Err(); err != nil {
					t.Fatal(err)
				}
				client.HSet(ctx, "lotteryd:{planted}:units", "0", 19)
			} else {
				slow.away.Store(true)
				p.draw("late", "first")
			}
			if n, err := client.Del(ctx, "lotteryd:{"+id+"}:"+row.key).Result(); err != nil || n != 1 {
				t.Fatalf("deleted %d keys: %v", n, err)
			}
			slow.away.Store(false)
			if row.key != "users" && row.key != "records" { // nobody draws
				if err := p.keeper.Reconcile(ctx, 0); err != nil {
					t.Fatal(err)
				}
			}
			for i := range 9 {
				for _, request := range []string{"first", "second"} {
					if a := p.draw(fmt.Sprint("user-", i), request); a.Result != audit.Win {
						t.Errorf("user %d, %s again: %+v", i, request, a)
					}
				}
			}
			p.draw("late", "first")
			for i := range 5 {
				p.draw("eager", fmt.Sprint(i)) // sells out
			}
			mustHold(t, p.audit())
			if got := strings.Contains(p.log.String(), lottery.ViolationLostKey); got != row.noticed {
				t.Errorf("the loss of %s was noticed: %v, want %v; log:\n%s", row.key, got, row.noticed, p.log.String())
			}
		})
	}
}

// TestRebuildCountsNoDrawTwice: Redis lost everything. A user's wins count as one
// draw each, whatever their requests are called, so that the user may go on up to
// the limit and no further.
func TestRebuildCountsNoDrawTwice(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	servers := openStores(t)
	p := plantOn(t, servers, fault{})
	now := time.Now()
	if _, _, err := p.keeper.Put(ctx, lottery.Spec{
		ID: "limited", Name: "Limited", Starts: now.Add(-time.Hour), Ends: now.Add(time.Hour), DrawsPerUser: 4,
		Prizes: []lottery.Prize{{ID: "mug", Tier: "third", Name: "Mug", Weight: 1, Stock: 20}},
	}); err != nil {
		t.Fatal(err)
	}
	draw := func(request string) error {
		_, err := p.engine.Draw(ctx, lottery.Entry{Activity: "limited", User: "ann", Request: request})
		return err
	}
	for _, request := range []string{"c", "b", "a"} {
		if err := draw(request); err != nil {
			t.Fatal(err)
		}
	}
	if err := connectRedis(t, servers).FlushAll(ctx).Err(); err != nil {
		t.Fatal(err)
	}
	if err := draw("d"); err != nil {
		t.Errorf("the fourth draw of four: %v", err)
	}
	if err := draw("e"); lottery.KindOf(err) != lottery.KindLimitReached {
		t.Errorf("the fifth draw of four: %v, want it refused", err)
	}
}
