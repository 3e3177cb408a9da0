package main

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/lotteryctl/lotteryctl/internal/audit"
	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// frozenWorkshop stops a rebuild before its restock, as a process that is frozen
// with the call under way.
type frozenWorkshop struct {
	lottery.Workshop
	armed    atomic.Bool
	frozen   chan struct{} // closed when the rebuild stands still
	released chan struct{}
}

func (w *frozenWorkshop) Restock(ctx context.Context, a *lottery.Activity, r lottery.Rebuilt) error {
	if w.armed.CompareAndSwap(true, false) {
		close(w.frozen)
		<-w.released
	}
	return w.Workshop.Restock(ctx, a, r)
}

// Renew gives no sign of life while the process is frozen.
func (w *frozenWorkshop) Renew(ctx context.Context, activity string) error {
	select {
	case <-w.frozen:
		<-w.released
	default:
	}
	return w.Workshop.Renew(ctx, activity)
}

// undecidedLedger cannot tell whether a row was committed, for as long as it is
// away, and does not commit it.
type undecidedLedger struct {
	lottery.Ledger
	away atomic.Bool
}

func (l *undecidedLedger) Commit(ctx context.Context, w lottery.WinRow) lottery.Decision {
	if l.away.Load() {
		return lottery.Decision{Ruling: lottery.RulingUnknown, Row: w}
	}
	return l.Ledger.Commit(ctx, w)
}

// TestLateRebuildDestroysNoHolds: one replica is frozen in a rebuild; another one
// waits no longer than it may, rebuilds and reserves; then the first goes on.
func TestLateRebuildDestroysNoHolds(t *testing.T) {
	t.Parallel()
	servers := openStores(t)
	gate := &frozenWorkshop{frozen: make(chan struct{}), released: make(chan struct{})}
	late := plantOn(t, servers, fault{workshop: func(w lottery.Workshop) lottery.Workshop { gate.Workshop = w; return gate }})
	slow := new(undecidedLedger)
	other := plantOn(t, servers, fault{ledger: func(l lottery.Ledger) lottery.Ledger { slow.Ledger = l; return slow }})

	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	gate.armed.Store(true)
	ended := make(chan error, 1)
	go func() { ended <- late.keeper.Recover(ctx, plantedActivity, epochOf(t, servers, plantedActivity)) }()
	<-gate.frozen
	stopped := time.Now()
	if err := other.keeper.Recover(ctx, plantedActivity, 0); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(stopped); took > 5*time.Second {
		t.Errorf("the other replica served after %v, want 5 s at most", took)
	}
	slow.away.Store(true)
	for i := range 20 {
		if a := other.draw(fmt.Sprint("user-", i), "r"); a.Result != audit.Pending {
			t.Fatalf("draw %d: %+v, want it pending", i, a)
		}
	}
	close(gate.released)
	if err := <-ended; err == nil {
		t.Error("the late rebuild thinks that it succeeded")
	}
	slow.away.Store(false)
	for _, replica := range []*planted{late, other} {
		for i := range 20 {
			if a := replica.draw(fmt.Sprint("user-", i), "r"); a.Result != audit.Win {
				t.Errorf("draw %d again: %+v, want a win", i, a)
			}
		}
	}
	mustHold(t, other.audit())
}

// TestWinOnRecordWithoutHoldOrRow: whatever destroyed the hold of a win that was
// not committed yet, its request gets an answer.
func TestWinOnRecordWithoutHoldOrRow(t *testing.T) {
	t.Parallel()
	servers := openStores(t)
	slow := new(undecidedLedger)
	p := plantOn(t, servers, fault{ledger: func(l lottery.Ledger) lottery.Ledger { slow.Ledger = l; return slow }})
	slow.away.Store(true)
	for _, request := range []string{"first", "second"} { // they are kept in two places
		if a := p.draw("ann", request); a.Result != audit.Pending {
			t.Fatalf("%s: %+v, want it pending", request, a)
		}
	}
	if n, err := connectRedis(t, servers).Del(context.Background(), "lotteryd:{planted}:holds", "lotteryd:{planted}:journal").Result(); err != nil || n != 2 {
		t.Fatalf("deleted %d keys: %v", n, err)
	}
	slow.away.Store(false)
	for _, request := range []string{"first", "second", "first", "second"} {
		if a := p.draw("ann", request); a.Result != audit.Win {
			t.Errorf("%s again: %+v, want a win", request, a)
		}
	}
	if err := p.keeper.Recover(context.Background(), plantedActivity, epochOf(t, servers, plantedActivity)); err != nil { // takes back the units
		t.Fatal(err)
	}
	mustHold(t, p.audit())
}

// epochOf is an activity's epoch in the ledger.
func epochOf(t *testing.T, servers privateStores, activity string) (epoch int64) {
	t.Helper()
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, servers.PostgresURL())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	if err := conn.QueryRow(ctx, "SELECT epoch FROM activity WHERE id = $1", activity).Scan(&epoch); err != nil {
		t.Fatal(err)
	}
	return epoch
}

// TestUnitsOfLostHoldsComeBack: holds were lost before they could be committed, and
// their requests are drawn again, with other units. The first ones can be won by
// others after the next look of the reconciler, and there is one rebuild for all.
func TestUnitsOfLostHoldsComeBack(t *testing.T) {
	t.Parallel()
	servers := openStores(t)
	slow := new(undecidedLedger)
	p := plantOn(t, servers, fault{ledger: func(l lottery.Ledger) lottery.Ledger { slow.Ledger = l; return slow }})
	slow.away.Store(true)
	for i := range 5 {
		if a := p.draw(fmt.Sprint("user-", i), "r"); a.Result != audit.Pending {
			t.Fatalf("draw %d: %+v, want it pending", i, a)
		}
	}
	if n, err := connectRedis(t, servers).Del(context.Background(), "lotteryd:{planted}:holds", "lotteryd:{planted}:journal").Result(); err != nil || n != 2 {
		t.Fatalf("deleted %d keys: %v", n, err)
	}
	slow.away.Store(false)
	for i := range 5 {
		if a := p.draw(fmt.Sprint("user-", i), "r"); a.Result != audit.Win {
			t.Errorf("draw %d again: %+v, want a win", i, a)
		}
	}
	epoch := epochOf(t, servers, plantedActivity)
	for range 2 {
		if err := p.keeper.Reconcile(context.Background(), time.Second); err != nil {
			t.Fatal(err)
		}
		if got := epochOf(t, servers, plantedActivity); got != epoch+1 {
			t.Errorf("%d rebuilds, want 1", got-epoch)
		}
	}
	mustHold(t, p.audit())
}
