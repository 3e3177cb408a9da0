package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/lotteryctl/lotteryctl/internal/audit"
	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// ask draws once and returns answer and kind of refusal.
func (p *planted) ask(activity, user, request string) (lottery.Answer, lottery.ErrorKind) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	a, err := p.engine.Draw(ctx, lottery.Entry{Activity: activity, User: user, Request: request})
	return a, lottery.KindOf(err)
}

// lookup reads a stored answer.
func (p *planted) lookup(activity, user, request string) (lottery.Answer, lottery.ErrorKind) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	a, err := p.engine.Lookup(ctx, lottery.Entry{Activity: activity, User: user, Request: request})
	return a, lottery.KindOf(err)
}

// mugs is an activity in which every draw wins a mug.
func mugs(id string, stock int64) lottery.Spec {
	now := time.Now()
	return lottery.Spec{
		ID: id, Name: id, Starts: now.Add(-time.Hour), Ends: now.Add(time.Hour),
		Prizes: []lottery.Prize{{ID: "mug", Tier: "third", Name: "Mug", Weight: 1, Stock: stock}},
	}
}

func (p *planted) put(s lottery.Spec) (st lottery.ActivityStatus, created bool, kind lottery.ErrorKind) {
	p.t.Helper()
	st, created, err := p.keeper.Put(context.Background(), s)
	return st, created, lottery.KindOf(err)
}

func TestActivityLife(t *testing.T) {
	t.Parallel()
	p := plant(t, fault{})
	s := mugs("life", 5)
	first, created, kind := p.put(s)
	if !created || kind != "" || first.Version != 1 || first.Secret != "" {
		t.Fatalf("create: %+v, %v, %q", first, created, kind)
	}
	if again, created, kind := p.put(s); created || kind != "" || again.Version != 1 {
		t.Errorf("the same spec again: version %d, created %v, %q; want no change", again.Version, created, kind)
	}
	if a, kind := p.ask("life", "ann", "1"); a.Result != lottery.Win || kind != "" {
		t.Errorf("draw: %+v, %q", a, kind)
	}

	s.Blocked = []string{"eve"}
	if changed, _, kind := p.put(s); kind != "" || changed.Version != 2 {
		t.Errorf("blocking eve: version %d, %q", changed.Version, kind)
	}
	if _, kind := p.ask("life", "eve", "1"); kind != lottery.KindBlocked {
		t.Errorf("eve's draw: %q; want blocked", kind)
	}
	more := s
	more.Prizes = []lottery.Prize{{ID: "mug", Tier: "third", Name: "Mug", Weight: 1, Stock: 6}}
	if _, _, kind := p.put(more); kind != lottery.KindConflict {
		t.Errorf("changing the stock: %q; want a conflict", kind)
	}

	closed, err := p.keeper.Close(context.Background(), "life")
	if err != nil || !closed.Closed || closed.Won != 1 {
		t.Fatalf("close: %+v, %v", closed, err)
	}
	secret, err := hex.DecodeString(closed.Secret)
	if sum := sha256.Sum256(secret); err != nil || hex.EncodeToString(sum[:]) != first.Commitment {
		t.Errorf("the secret published at the close does not match the commitment published at the start")
	}
	if _, kind := p.ask("life", "bob", "1"); kind != lottery.KindEnded {
		t.Errorf("draw after the close: %q; want ended", kind)
	}
	if a, kind := p.ask("life", "ann", "1"); a.Result != lottery.Win || !a.Replayed || kind != "" {
		t.Errorf("replay after the close: %+v, %q; want the win", a, kind)
	}
	if _, _, kind := p.put(s); kind != lottery.KindConflict {
		t.Errorf("reopening: %q; want a conflict", kind)
	}
}

func TestLookupNeverDraws(t *testing.T) {
	t.Parallel()
	p := plant(t, fault{})
	if _, kind := p.lookup(plantedActivity, "ann", "1"); kind != lottery.KindUnknownRequest {
		t.Errorf("lookup before the draw: %q", kind)
	}
	won, _ := p.ask(plantedActivity, "ann", "1")
	if got, kind := p.lookup(plantedActivity, "ann", "1"); kind != "" || got.Code != won.Code || !got.Replayed {
		t.Errorf("lookup of the win: %+v, %q; want code %s", got, kind, won.Code)
	}
	if _, kind := p.lookup("nowhere", "ann", "1"); kind != lottery.KindUnknownActivity {
		t.Errorf("lookup in an unknown activity: %q", kind)
	}
	// The ledger answers for a Redis that is away.
	if err := p.servers.KillRedis(); err != nil {
		t.Fatal(err)
	}
	if got, kind := p.lookup(plantedActivity, "ann", "1"); kind != "" || got.Code != won.Code {
		t.Errorf("lookup without Redis: %+v, %q; want the win", got, kind)
	}
	if _, kind := p.ask(plantedActivity, "ann", "2"); kind != lottery.KindUnavailable {
		t.Errorf("draw without Redis: %q; want unavailable", kind)
	}
}

func TestWithoutPostgresLossesGoOnAndWinsArePending(t *testing.T) {
	t.Parallel()
	p := plantOn(t, openOwnStores(t), fault{})
	s := mugs("half", 5)
	s.BlankWeight = 1
	p.put(s)
	if err := p.servers.KillPostgres(); err != nil {
		t.Fatal(err)
	}
	results := make(map[lottery.Result]int)
	var pending string
	for i := range 12 {
		request := fmt.Sprint(i)
		a, kind := p.ask("half", "ann", request)
		if kind != "" {
			t.Errorf("draw %d: %q", i, kind)
		}
		results[a.Result]++
		if a.Result == lottery.Pending {
			pending = request
		}
	}
	if results[lottery.Win] != 0 || results[lottery.Loss] == 0 || results[lottery.Pending] == 0 {
		t.Fatalf("results without Postgres: %v; want losses, pendings and no win", results)
	}
	if err := p.servers.StartPostgres(context.Background()); err != nil {
		t.Fatal(err)
	}
	// Nobody retries: the reconciler must bring the holds to an end by itself.
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		_ = p.keeper.Reconcile(context.Background(), 0)
		if a, _ := p.lookup("half", "ann", pending); a.Result == lottery.Win {
			return
		}
	}
	t.Error("a pending win was not rolled forward within 20 s of Postgres' return")
}

func TestWindowLimitsAndOldActivities(t *testing.T) {
	t.Parallel()
	p := plant(t, fault{})
	now := time.Now()
	for _, tc := range []struct {
		id           string
		starts, ends time.Time
		want         lottery.ErrorKind
	}{
		{"early", now.Add(time.Hour), now.Add(2 * time.Hour), lottery.KindNotStarted},
		{"late", now.Add(-time.Hour), now.Add(-time.Minute), lottery.KindEnded},
		{"archived", now.Add(-9 * time.Hour), now.Add(-8 * time.Hour), lottery.KindEnded},
	} {
		s := mugs(tc.id, 5)
		s.Starts, s.Ends = tc.starts, tc.ends
		p.put(s)
		if _, kind := p.ask(tc.id, "ann", "1"); kind != tc.want {
			t.Errorf("%s: %q; want %q", tc.id, kind, tc.want)
		}
	}
	conf, err := goredis.ParseURL(p.servers.RedisURL())
	if err != nil {
		t.Fatal(err)
	}
	client := goredis.NewClient(conf)
	defer client.Close()
	for _, row := range []struct {
		id      string
		expires bool
	}{{"early", false}, {"late", true}} {
		ttl := client.TTL(context.Background(), "lotteryd:{"+row.id+"}:meta").Val()
		if (ttl > 0) != row.expires {
			t.Errorf("%s: TTL %v; want one: %v", row.id, ttl, row.expires)
		}
	}

	s := mugs("twice", 5)
	s.DrawsPerUser = 2
	p.put(s)
	p.ask("twice", "ann", "1")
	p.ask("twice", "ann", "2")
	if _, kind := p.ask("twice", "ann", "3"); kind != lottery.KindLimitReached {
		t.Errorf("third draw of two: %q", kind)
	}
}

// TestTwoInstancesShareOneActivity has one rebuild while the other draws, and
// one change metadata that the other has not seen.
func TestTwoInstancesShareOneActivity(t *testing.T) {
	t.Parallel()
	d := deploy(t, func(s *lottery.Spec) { s.BlankWeight = 0 })
	other := &deployment{t: t, servers: d.servers, log: d.log, activity: d.activity,
		public: freeAddress(t), admin: freeAddress(t), recorder: d.recorder}
	other.start()
	defer other.kill()
	client := http.DefaultClient
	for i := range 20 {
		d.draw(client, "ann", fmt.Sprint("a", i))
		other.draw(client, "bob", fmt.Sprint("b", i))
	}
	d.activity.Blocked = []string{"ann"}
	d.put(d.activity)
	if a := other.draw(client, "ann", "late"); a.Kind != string(lottery.KindBlocked) {
		t.Errorf("the other instance let a blocked user draw: %+v", a)
	}
	if err := d.servers.KillRedis(); err != nil {
		t.Fatal(err)
	}
	if err := d.servers.WipeRedis(); err != nil {
		t.Fatal(err)
	}
	if err := d.servers.StartRedis(context.Background()); err != nil {
		t.Fatal(err)
	}
	for i := range 20 {
		d.draw(client, "bob", fmt.Sprint("c", i))
		other.draw(client, "bob", fmt.Sprint("b", i))
	}
	mustHoldButFew(t, d.audit(audit.Options{RedisLostData: true}))
}
