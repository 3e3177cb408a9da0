package postgres_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
	"github.com/lotteryctl/lotteryctl/internal/postgres"
)

// claims are the ways to claim that never say "sold out" wrongly.
var claims = map[string]postgres.Claim{
	"numbered": postgres.ClaimNumbered, "ordered": postgres.ClaimOrdered, "skip-locked": postgres.ClaimSkipLocked,
	"single": postgres.ClaimSingle, "random-start": postgres.ClaimRandomStart,
}

var connections = map[string]postgres.Connections{
	"pool": {}, "sql-none-idle": postgres.SQLConnections(0, 50), "sql-20-idle": postgres.SQLConnections(20, 50),
}

// openClaim is open with a way to claim, over the given connections. The long
// timeout is for slow machines: a claim in time is not what is tested.
func openClaim(t *testing.T, claim postgres.Claim, c postgres.Connections) *postgres.Store {
	t.Helper()
	s, err := postgres.Open(context.Background(), postgres.Options{URL: server.PostgresURL(), Claim: claim, Connections: c, Timeout: 30 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	if _, err := s.Migrate(context.Background()); err != nil {
		t.Fatal(err)
	}
	return s
}

// everyClaim runs f for each way to claim and each way to keep connections.
func everyClaim(t *testing.T, f func(t *testing.T, s *postgres.Store)) {
	for claimName, claim := range claims {
		for connName, c := range connections {
			t.Run(claimName+"/"+connName, func(t *testing.T) { f(t, openClaim(t, claim, c)) })
		}
	}
}

// TestClaimsDecideAlike holds all ways to the same rulings.
func TestClaimsDecideAlike(t *testing.T) {
	everyClaim(t, func(t *testing.T, s *postgres.Store) {
		ctx, rec := context.Background(), create(t, s)
		first := s.Commit(ctx, mug(rec, "ann", "1", 1, 1))
		if first.Ruling != lottery.RulingCommitted || len(first.Code) != 16 || first.Row.Unit < 1 || first.Row.Unit > 200 {
			t.Fatalf("first: %+v", first)
		}
		if again := s.Commit(ctx, mug(rec, "ann", "1", 1, 1)); again.Ruling != lottery.RulingCommitted || again.Code != first.Code || again.Row.Unit != first.Row.Unit {
			t.Errorf("the same request again: %+v, want %+v", again, first)
		}
		if d := s.Commit(ctx, mug(rec, "ann", "2", 2, 1)); d.Ruling != lottery.RulingClash {
			t.Errorf("a second first win of one user: %v", d.Ruling)
		}
		old := mug(rec, "bob", "1", 2, 1)
		old.Epoch = 7
		if d := s.Commit(ctx, old); d.Ruling != lottery.RulingMoved {
			t.Errorf("another epoch: %v", d.Ruling)
		}
		found, ok, err := s.Find(ctx, rec.Spec.ID, "ann", "1")
		if err != nil || !ok || found.Code != first.Code || found.Row.Unit != first.Row.Unit {
			t.Errorf("Find: %+v, %v, %v", found, ok, err)
		}
		if _, ok, err := s.Find(ctx, rec.Spec.ID, "bob", "1"); ok || err != nil {
			t.Errorf("Find of nothing: %v, %v", ok, err)
		}
	})
}

// TestClaimsNeverSellTwice has 200 wins of 200 units at once, each asked twice.
func TestClaimsNeverSellTwice(t *testing.T) {
	everyClaim(t, func(t *testing.T, s *postgres.Store) {
		ctx, rec := context.Background(), create(t, s)
		won := make([]lottery.Decision, 400)
		var all sync.WaitGroup
		limit := make(chan struct{}, 32)
		for i := range won {
			all.Go(func() {
				limit <- struct{}{}
				defer func() { <-limit }()
				won[i] = s.Commit(ctx, mug(rec, fmt.Sprint("user", i%200), "1", int64(i%200+1), 1))
			})
		}
		all.Wait()
		units := map[int64]string{}
		for i, d := range won {
			if d.Ruling != lottery.RulingCommitted {
				t.Fatalf("win %d: %v", i, d.Ruling)
			}
			if other := units[d.Row.Unit]; other != "" && other != d.Row.User {
				t.Fatalf("unit %d went to %s and %s", d.Row.Unit, other, d.Row.User)
			}
			units[d.Row.Unit] = d.Row.User
		}
		if n, err := s.CountWins(ctx, rec.Spec.ID); err != nil || n != 200 || len(units) != 200 {
			t.Errorf("%d rows, %d units, %v; want 200", n, len(units), err)
		}
	})
}

// TestPrepareClaims changes the way to claim in the middle of an activity.
func TestPrepareClaims(t *testing.T) {
	ctx := context.Background()
	numbered := openClaim(t, postgres.ClaimNumbered, postgres.Connections{})
	rec := create(t, numbered)
	for i := range 100 {
		w := mug(rec, fmt.Sprint("user", i), "1", int64(2*i+1), 1) // every other unit
		if d := numbered.Commit(ctx, w); d.Ruling != lottery.RulingCommitted {
			t.Fatal(d.Ruling)
		}
	}
	s := openClaim(t, postgres.ClaimSkipLocked, postgres.Connections{})
	if err := s.PrepareClaims(ctx); err != nil {
		t.Fatal(err)
	}
	for i := range 100 {
		d := s.Commit(ctx, mug(rec, fmt.Sprint("user", 100+i), "1", 1, 1))
		if d.Ruling != lottery.RulingCommitted || d.Row.Unit%2 != 0 {
			t.Fatalf("win %d: %v, unit %d; want a unit that was free", i, d.Ruling, d.Row.Unit)
		}
	}
	if d := s.Commit(ctx, mug(rec, "late", "1", 1, 1)); d.Ruling != lottery.RulingClash {
		t.Errorf("a win beyond the stock: %v", d.Ruling)
	}
}

// TestStockRowSaysSoldOutWrongly sees the error that the claim is known for, and
// that it still sells nothing twice.
func TestStockRowSaysSoldOutWrongly(t *testing.T) {
	ctx := context.Background()
	s := openClaim(t, postgres.ClaimStockRow, postgres.Connections{})
	rec := create(t, s)
	rulings := make([]lottery.Ruling, 200)
	var all sync.WaitGroup
	for i := range rulings {
		all.Go(func() {
			rulings[i] = s.Commit(ctx, mug(rec, fmt.Sprint("user", i), "1", int64(i+1), 1)).Ruling
		})
	}
	all.Wait()
	count := map[lottery.Ruling]int64{}
	for _, v := range rulings {
		count[v]++
	}
	rows, err := s.CountWins(ctx, rec.Spec.ID)
	if err != nil || rows != count[lottery.RulingCommitted] || rows+count[lottery.RulingSoldOut] != 200 {
		t.Errorf("%d rows, rulings %v, %v", rows, count, err)
	}
	if count[lottery.RulingSoldOut] == 0 {
		t.Error("200 wins at once, and none was told sold out")
	}
}
