package audit_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/audit"
	"github.com/lotteryctl/lotteryctl/internal/golden"
	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

func TestHealthyDeploymentIsSilentAndWhollyChecked(t *testing.T) {
	d := deploy(t, nil)
	d.draws(400, 3)
	d.draw("user-1", "request-1", "") // a replay of a loss or a win
	r := d.audit(audit.Options{})
	if !r.Held || !r.Complete {
		t.Fatalf("held %v, complete %v:\n%s", r.Held, r.Complete, text(r))
	}
	for _, v := range r.Invariants {
		// Nothing may be in flight, so I5 has nothing to look at.
		if v.Status != audit.Held || v.Checked == 0 && v.ID != "I5" {
			t.Errorf("%s is %s after looking at %d facts", v.ID, v.Status, v.Checked)
		}
	}
	c := r.Counts
	if c.Answers != 1201 || c.Requests != 1200 || c.Rows == 0 || c.Wins < c.Rows || c.Losses == 0 || c.Units != 1200 {
		t.Errorf("counts are wrong: %+v", c)
	}
}

// The healthy variants stretch what the protocol allows: each must stay silent.
func TestHealthyVariantsAreSilent(t *testing.T) {
	for _, row := range []struct {
		name string
		edit func(*lottery.Spec)
		run  func(*deployment)
		opt  audit.Options
	}{
		{name: "sold out with stand-ins",
			edit: func(s *lottery.Spec) {
				s.Prizes[0].Stock, s.Prizes[0].Fallback = 2, "mug"
				s.Prizes[1].Stock = 5
			},
			run: func(d *deployment) { d.draws(100, 3) },
		},
		{name: "random dice",
			edit: func(s *lottery.Spec) { s.Dice, s.WinsPerUser, s.DrawsPerUser = lottery.DiceRandom, 0, 0 },
			run:  func(d *deployment) { d.draws(300, 3) },
		},
		{name: "a limit of wins alone", edit: func(s *lottery.Spec) { s.DrawsPerUser = 0 }, run: func(d *deployment) { d.draws(60, 3) }},
		{name: "a limit of draws alone", edit: func(s *lottery.Spec) { s.WinsPerUser = 0 }, run: func(d *deployment) { d.draws(60, 3) }},
		{name: "nothing happened", run: func(*deployment) {}},
		{name: "proofs and refusals", run: func(d *deployment) {
			for i := range 40 {
				d.draw(fmt.Sprintf("user-%d", i), "a", fmt.Sprintf("order-%d", i))
			}
			d.draws(5, 4) // the fourth is over the limit
		}},
		{name: "weights and limits changed", run: func(d *deployment) {
			d.draws(100, 3)
			d.change(func(s *lottery.Spec) { s.BlankWeight, s.WinsPerUser, s.DrawsPerUser = 170, 1, 1 })
			for i := range 100 {
				d.draw(fmt.Sprintf("late-%d", i), "a", "")
			}
		}},
		{name: "rebuilt with a gap", run: func(d *deployment) {
			d.draws(60, 3)
			d.exec("UPDATE activity SET epoch = 3")
			win := d.some(audit.Win)
			// Unit and row as if their hold had been undone and the unit returned.
			d.forgetAnswer(win)
			prize := 0
			if win.Prize == "mug" {
				prize = 1
			}
			d.exec("DELETE FROM draw WHERE user_id = $1 AND request = $2", win.User, win.Request)
			d.do("ZADD", d.key("free"), prize, fmt.Sprintf("%d:%d", prize, win.Unit))
			d.undoOnRecord(win)
			d.do("HSET", d.key("meta"), "epoch", 3)
		}},
		{name: "loss redrawn",
			opt: audit.Options{RedisLostData: true},
			run: func(d *deployment) {
				d.draws(60, 3)
				win := d.some(audit.Win)
				d.log.Record(audit.Answer{
					Activity: win.Activity, User: win.User, Request: win.Request, Result: audit.Loss,
					Sent: win.Sent.Add(-time.Hour), Done: win.Sent.Add(-time.Hour),
				})
			},
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			d := deploy(t, row.edit)
			row.run(d)
			if r := d.audit(row.opt); !r.Held {
				t.Errorf("false alarm:\n%s", text(r))
			}
		})
	}
}

func TestGoldenReports(t *testing.T) {
	d := deploy(t, nil)
	d.draws(200, 3)
	log := d.log.Log()
	log.Malformed = []audit.Malformed{{Source: "answers.jsonl", Line: 7, Reason: "unexpected end of JSON input"}}
	lost := d.some(audit.Win)
	d.exec("DELETE FROM draw WHERE user_id = $1 AND request = $2", lost.User, lost.Request)
	ev, err := audit.Load(t.Context(), d.sources())
	if err != nil {
		t.Fatal(err)
	}
	ev.Log = log
	r := audit.Check(ev, audit.Options{})
	var asJSON bytes.Buffer
	if err := r.WriteJSON(&asJSON); err != nil {
		t.Fatal(err)
	}
	golden.Check(t, "report.json.golden", asJSON.String())
	golden.Check(t, "report.text.golden", text(r))
}

// A win that is in flight must not look like a break, and must be waited for.
func TestRestIsAwaited(t *testing.T) {
	d := deploy(t, nil)
	d.draws(20, 3)
	ticket, hold := d.hold("late")
	r := d.audit(audit.Options{})
	if v := r.Invariant("I4"); !r.Held || v.Status != audit.NotChecked || r.Counts.Journal != 1 {
		t.Errorf("with a hold in flight: held %v, I4 %s, journal %d", r.Held, v.Status, r.Counts.Journal)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		time.Sleep(150 * time.Millisecond)
		var a audit.Answer
		d.commit(&a, ticket, hold)
		d.confirm(ticket)
	}()
	src := d.sources()
	src.Wait = 30 * time.Second
	r, err := audit.Run(context.Background(), src, d.log.Log(), audit.Options{})
	<-done
	if err != nil {
		t.Fatal(err)
	}
	if v := r.Invariant("I4"); v.Status != audit.Held || r.Counts.Journal != 0 {
		t.Errorf("after waiting: I4 is %s\n%s", v.Status, text(r))
	}
}

func TestWhatIsMissingIsNotCheckedAndNotBroken(t *testing.T) {
	d := deploy(t, nil)
	d.draws(10, 3)
	for _, row := range []struct {
		name    string
		prepare func(*audit.Sources)
		log     *audit.Log
		want    map[string]audit.Status
	}{
		{name: "no log", log: nil, want: map[string]audit.Status{"I1": audit.NotChecked, "I2": audit.Held, "I4": audit.Held}},
		{"no redis", func(s *audit.Sources) { s.Redis = "" }, d.log.Log(), map[string]audit.Status{"I1": audit.Held, "I4": audit.NotChecked, "I7": audit.Held}},
		{"redis restarted", func(*audit.Sources) { d.do("HSET", d.key("meta"), "run_id", "another") }, d.log.Log(),
			map[string]audit.Status{"I1": audit.Held, "I4": audit.NotChecked, "I5": audit.Held}},
		{"redis is empty", func(*audit.Sources) { d.do("DEL", d.key("meta")) }, d.log.Log(),
			map[string]audit.Status{"I1": audit.Held, "I4": audit.NotChecked}},
	} {
		src := d.sources()
		if row.prepare != nil {
			row.prepare(&src)
		}
		r, err := audit.Run(t.Context(), src, row.log, audit.Options{})
		d.do("HSET", d.key("meta"), "epoch", 2, "version", 1, "run_id", d.runID())
		if err != nil {
			t.Fatal(err)
		}
		if !r.Held || r.Complete {
			t.Errorf("%s: held %v, complete %v\n%s", row.name, r.Held, r.Complete, text(r))
		}
		for id, want := range row.want {
			if v := r.Invariant(id); v.Status != want || len(v.NotChecked) == 0 && want == audit.NotChecked {
				t.Errorf("%s: %s is %s (%v), want %s", row.name, id, v.Status, v.NotChecked, want)
			}
		}
	}
}

// TestWhatCannotBeReadIsAnError, and no report of a world without faults.
func TestWhatCannotBeReadIsAnError(t *testing.T) {
	d := deploy(t, nil)
	d.draws(10, 3)
	src := d.sources()
	_, err := audit.LoadLedger(t.Context(), src.Postgres, d.act.Spec.ID)
	if err != nil {
		t.Errorf("the activity that is there: %v", err)
	}
	if _, err := audit.LoadLedger(t.Context(), src.Postgres, ""); err != nil {
		t.Errorf("all activities: %v", err)
	}
	if _, err := audit.LoadLedger(t.Context(), src.Postgres, "elsewhere"); err == nil || !strings.Contains(err.Error(), "elsewhere") {
		t.Errorf("an activity that is not there: %v", err)
	}
	for _, row := range []struct{ sql, want string }{
		{"ALTER TABLE activity RENAME TO away", audit.ErrNoSchema.Error()},
		{"ALTER TABLE away RENAME TO activity; UPDATE activity SET spec = '[1]'", "its spec cannot be read"},
	} {
		d.exec(row.sql)
		if _, err := audit.LoadLedger(t.Context(), src.Postgres, ""); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("after %s: %v, want %q", row.sql, err, row.want)
		}
	}
}
