package main

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// TestManyActivitiesRecoverAtOnce: after a restart of Redis the draws of sixty
// activities ask for sixty rebuilds, over a pool of six connections. None may wait
// for a connection that another one holds.
func TestManyActivitiesRecoverAtOnce(t *testing.T) {
	t.Parallel()
	servers := openOwnStores(t)
	p := plantOn(t, servers, fault{})
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	const activities = 60
	id := func(i int) string { return fmt.Sprint("many-", i) }
	now := time.Now()
	for i := range activities {
		if _, _, err := p.keeper.Put(ctx, lottery.Spec{
			ID: id(i), Name: "Many", Starts: now.Add(-time.Hour), Ends: now.Add(time.Hour),
			Prizes: []lottery.Prize{{ID: "mug", Tier: "third", Name: "Mug", Weight: 1, Stock: 20}},
		}); err != nil {
			t.Fatal(err)
		}
	}
	draw := func(i int, request string) (lottery.Answer, error) {
		return p.engine.Draw(ctx, lottery.Entry{Activity: id(i), User: "ann", Request: request})
	}
	for i := range activities {
		if a, err := draw(i, "before"); err != nil || a.Result != lottery.Win {
			t.Fatalf("%s: %v, %v", id(i), a.Result, err)
		}
	}
	if err := servers.KillRedis(); err != nil {
		t.Fatal(err)
	}
	if err := servers.StartRedis(ctx); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	var draws sync.WaitGroup
	for i := range activities {
		for k := range 3 {
			draws.Go(func() {
				for try := 0; ; try++ { // the first calls may still meet the Redis that was killed
					a, err := draw(i, fmt.Sprint("after-", k))
					if err == nil && a.Result == lottery.Win {
						return
					}
					if try == 20 || ctx.Err() != nil {
						t.Errorf("%s: %v, %v", id(i), a.Result, err)
						return
					}
					time.Sleep(50 * time.Millisecond)
				}
			})
		}
	}
	draws.Wait()
	t.Logf("%d activities served %v after the restart", activities, time.Since(began))
	for i := range activities {
		if a, err := draw(i, "before"); err != nil || a.Result != lottery.Win || !a.Replayed {
			t.Errorf("%s: the win before the restart: %+v, %v", id(i), a, err)
		}
	}
}
