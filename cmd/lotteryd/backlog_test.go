package main

import (
	"context"
	"fmt"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// series reads a series without labels from the metrics of a planted service.
func (p *planted) series(name string) float64 {
	p.t.Helper()
	w := httptest.NewRecorder()
	p.metrics.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	for line := range strings.Lines(w.Body.String()) {
		if text, ok := strings.CutPrefix(line, name+" "); ok {
			v, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
			must(p.t, err)
			return v
		}
	}
	p.t.Fatalf("there is no series %s", name)
	return 0
}

// TestBacklogIsDrainedAtOnce: the ledger was away for thousands of wins. The gauges
// tell how many wait and for how long, and one turn of the reconciler ends all.
func TestBacklogIsDrainedAtOnce(t *testing.T) {
	t.Parallel()
	servers := openStores(t)
	slow := new(undecidedLedger)
	p := plantOn(t, servers, fault{ledger: func(l lottery.Ledger) lottery.Ledger { slow.Ledger = l; return slow }})
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	const holds, id = 5000, "backlog"
	now := time.Now()
	_, _, err := p.keeper.Put(ctx, lottery.Spec{
		ID: id, Name: "Backlog", Starts: now.Add(-time.Hour), Ends: now.Add(time.Hour),
		Prizes: []lottery.Prize{{ID: "mug", Tier: "third", Name: "Mug", Weight: 1, Stock: holds}},
	})
	must(t, err)
	slow.away.Store(true)
	var draws sync.WaitGroup
	for i := range holds {
		draws.Go(func() {
			a, err := p.engine.Draw(ctx, lottery.Entry{Activity: id, User: fmt.Sprint("user-", i), Request: "r"})
			if err != nil || a.Result != lottery.Pending {
				t.Errorf("draw %d: %v, %v", i, a.Result, err)
			}
		})
	}
	draws.Wait()
	if err := p.keeper.Reconcile(ctx, 0); err == nil {
		t.Error("the reconciler does not tell that the ledger is away")
	}
	if n := p.series("lotteryd_pending_reservations"); n != holds {
		t.Errorf("the gauge shows %v holds, want %d", n, holds)
	}
	if age := p.series("lotteryd_pending_oldest_seconds"); age <= 0 || age > 60 {
		t.Errorf("the gauge shows an age of %v s", age)
	}
	slow.away.Store(false)
	must(t, p.keeper.Reconcile(ctx, 0))
	if n := connectRedis(t, servers).ZCard(ctx, "lotteryd:{"+id+"}:journal").Val(); n != 0 {
		t.Errorf("%d holds are left after one turn", n)
	}
	if n := p.series("lotteryd_pending_reservations"); n != 0 {
		t.Errorf("the gauge shows %v holds, want none", n)
	}
	st, err := p.keeper.Status(ctx, id)
	if err != nil || st.Won != holds {
		t.Errorf("the ledger has %d wins, want %d: %v", st.Won, holds, err)
	}
}
