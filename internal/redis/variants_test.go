package redis_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
	"github.com/lotteryctl/lotteryctl/internal/redis"
)

// variants are the options that are measured against the best ones.
func variants() map[string]redis.Options {
	states := []string{"script", "3gets", "pipeline", "mget"}
	stocks := []string{"lua", "increment", "watch"}
	all := make(map[string]redis.Options)
	for u, state := range states {
		for k, stock := range stocks {
			all["state="+state+",stock="+stock] = redis.Options{UserState: redis.UserState(u), Stock: redis.Stock(k)}
		}
	}
	delete(all, "state=script,stock=lua")
	for i, name := range []string{"single", "fixed", "adaptive"} {
		all["batching="+name] = redis.Options{Batching: redis.Batching(i + 1)}
	}
	all["everything else"] = redis.Options{
		UserState: redis.StateThreeGets, Stock: redis.StockWatch, Batching: redis.BatchSingle,
	}
	return all
}

// TestVariantsAnswerAlike lets every variant play one scenario, draw after draw,
// and wants word for word what the best one answered.
func TestVariantsAnswerAlike(t *testing.T) {
	want := play(t, redis.Options{})
	seen := strings.Join(want, "\n")
	for _, status := range []lottery.Status{
		lottery.StatusLost, lottery.StatusHeld, lottery.StatusConfirmed, lottery.StatusStaleEpoch,
		lottery.StatusStaleVersion, lottery.StatusBlocked, lottery.StatusLimitReached, lottery.StatusReused,
	} {
		if !strings.Contains(seen, fmt.Sprintf("{Status:%d ", status)) {
			t.Errorf("the scenario never meets status %d", status)
		}
	}
	all := variants()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		t.Run(name, func(t *testing.T) {
			got := play(t, all[name])
			for i := range want {
				if got[i] != want[i] {
					t.Fatalf("step %d: %s\nthe best variant: %s", i, got[i], want[i])
				}
			}
		})
	}
}

// scenario is one run of play.
type scenario struct {
	t      *testing.T
	s      *redis.Store
	dice   *rand.Rand
	rec    lottery.Record
	a      *lottery.Activity
	wins   []lottery.WinRow // held, as the ledger would have them
	script []string         // what was answered
}

// play draws 750 times from a fixed seed: winners, losers, replays with and
// without their proof, users at their limits, prizes that run out and fall back,
// and after a third and two thirds of it a rebuild that undoes some wins.
func play(t *testing.T, opt redis.Options) []string {
	client(t).FlushAll(context.Background())
	now := time.Now().Truncate(time.Second)
	p := &scenario{t: t, s: open(t, opt), dice: rand.New(rand.NewPCG(7, 8))}
	p.rec = lottery.Record{Version: 1, Spec: lottery.Spec{
		ID: "play", Name: "Play", Starts: now.Add(-time.Hour), Ends: now.Add(time.Hour),
		DrawsPerUser: 14, WinsPerUser: 3, Blocked: []string{"user-0"}, BlankWeight: 4,
		Prizes: []lottery.Prize{
			{ID: "car", Tier: "first", Name: "Car", Weight: 1, Stock: 3, Fallback: "mug"},
			{ID: "mug", Tier: "second", Name: "Mug", Weight: 1, Stock: 11, Fallback: "pen"},
			{ID: "pen", Tier: "third", Name: "Pen", Weight: 1, Stock: 40},
		},
	}}
	for range 3 {
		p.rebuild()
		for range 250 {
			p.draw()
		}
	}
	p.stale()
	p.conserved()
	return p.script
}

// draw draws for one of 20 users and one of 16 requests of his, and now and then
// confirms or peeks.
func (p *scenario) draw() {
	ctx := context.Background()
	e := lottery.Entry{User: fmt.Sprint("user-", p.dice.IntN(20)), Request: fmt.Sprint("r", p.dice.IntN(16))}
	if p.dice.IntN(10) == 0 {
		e.Proof = "coupon"
	}
	tk := p.a.Ticket(e)
	r, err := p.s.Reserve(ctx, &tk)
	p.note("reserve", r, err)
	if r.Status == lottery.StatusHeld && !r.Replayed {
		p.wins = append(p.wins, lottery.WinRow{User: e.User, Request: e.Request, Mark: tk.Mark, Hold: r.Hold})
		if len(p.wins)%2 == 0 {
			publish(p.t, p.s.Settle(ctx, p.a, p.wins[len(p.wins)-1:]))
		}
	}
	if p.dice.IntN(5) == 0 {
		r, err = p.s.Peek(ctx, &tk)
		p.note("peek", r, err)
	}
}

func (p *scenario) note(what string, r lottery.Reservation, err error) {
	p.script = append(p.script, fmt.Sprintf("%s %+v %v", what, r, err))
}

// rebuild does what the keeper does under the next epoch. Every fourth hold in
// the journal turns out not to be committed.
func (p *scenario) rebuild() {
	ctx := context.Background()
	p.rec.Epoch++
	p.a = lottery.NewActivity(p.rec)
	publish(p.t, begin(ctx, p.s, p.rec.Spec.ID))
	holds, err := p.s.Journal(ctx, p.a, 0, 1000)
	publish(p.t, err)
	slices.SortFunc(holds, func(a, b lottery.WinRow) int { // draws of one millisecond have no order
		return strings.Compare(a.User+"/"+a.Request, b.User+"/"+b.Request)
	})
	var lost []lottery.WinRow
	for i := 0; i < len(holds); i += 4 {
		h := holds[i]
		lost = append(lost, h)
		p.wins = slices.DeleteFunc(p.wins, func(w lottery.WinRow) bool { return w.User == h.User && w.Request == h.Request })
	}
	state := lottery.Rebuilt{Next: make([]int64, 3), Free: make([][]int64, 3)}
	for prize := range state.Next {
		taken := make(map[int64]bool)
		for _, w := range p.wins {
			if w.Prize == prize {
				taken[w.Unit] = true
				state.Next[prize] = max(state.Next[prize], w.Unit)
			}
		}
		for unit := int64(1); unit < state.Next[prize]; unit++ {
			if !taken[unit] {
				state.Free[prize] = append(state.Free[prize], unit)
			}
		}
	}
	publish(p.t, p.s.Undo(ctx, p.a, lost), p.s.Remember(ctx, p.a, p.wins), p.s.Restock(ctx, p.a, state), p.s.Resume(ctx, p.a))
}

// stale draws with another epoch and another version than Redis knows.
func (p *scenario) stale() {
	epoch, version := p.rec, p.rec
	epoch.Epoch--
	version.Version++
	for i, rec := range []lottery.Record{epoch, version} {
		for n := range 10 { // so that some would win
			tk := lottery.NewActivity(rec).Ticket(lottery.Entry{User: fmt.Sprint("late-", i, n), Request: "new"})
			r, err := p.s.Reserve(context.Background(), &tk)
			p.note("stale", r, err)
		}
	}
}

// conserved is I4 at rest: what was handed out is won or free again.
func (p *scenario) conserved() {
	ctx, c := context.Background(), client(p.t)
	for prize := range 3 {
		handed, _ := c.HGet(ctx, "lotteryd:{play}:units", fmt.Sprint(prize)).Int()
		free, err := c.ZCount(ctx, "lotteryd:{play}:free", fmt.Sprint(prize), fmt.Sprint(prize)).Result()
		publish(p.t, err)
		won := 0
		for _, w := range p.wins {
			if w.Prize == prize {
				won++
			}
		}
		if handed-int(free) != won {
			p.t.Errorf("prize %d: %d units handed out, %d free, %d won", prize, handed, free, won)
		}
	}
}
