package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/audit"
	"github.com/lotteryctl/lotteryctl/internal/health"
	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// olderCopy keeps the data folder of a private Postgres, to be brought back.
type olderCopy struct {
	t       *testing.T
	servers privateStores
}

func (c olderCopy) copied(from, to string) {
	c.t.Helper()
	ctx := context.Background()
	must(c.t, c.servers.KillPostgres())
	data := filepath.Join(c.servers.Folder(), "postgres", "data")
	if from == "" {
		from = data
	} else {
		to = data
		must(c.t, os.RemoveAll(data))
	}
	if out, err := exec.Command("cp", "-a", from, to).CombinedOutput(); err != nil {
		c.t.Fatalf("%v: %s", err, out)
	}
	must(c.t, c.servers.StartPostgres(ctx))
}

func (c olderCopy) take() (path string) {
	path = filepath.Join(c.servers.Folder(), "postgres", "copy")
	c.copied("", path)
	return path
}

func (c olderCopy) bringBack(path string) { c.copied(path, "") }

// settled draws for users until all have won, and waits until Redis knows it.
func (p *planted) settled(users ...string) (wins []audit.Answer) {
	p.t.Helper()
	for _, u := range users {
		a := p.drawPatiently(u)
		if a.Result != audit.Win {
			p.t.Fatalf("%s: %+v, want a win", u, a)
		}
		wins = append(wins, a)
	}
	client := connectRedis(p.t, p.servers)
	for deadline := time.Now().Add(30 * time.Second); client.ZCard(context.Background(), "lotteryd:{planted}:journal").Val() > 0; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			p.t.Fatal("the wins are not confirmed")
		}
	}
	return wins
}

// drawPatiently draws again while a store comes back.
func (p *planted) drawPatiently(user string) (a audit.Answer) {
	p.t.Helper()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if a = p.draw(user, "r"); a.Result == audit.Win || a.Result == audit.Loss {
			return a
		}
	}
	return a
}

func users(prefix string, n int) (all []string) {
	for i := range n {
		all = append(all, fmt.Sprint(prefix, i))
	}
	return all
}

// answersFile writes what clients were told, as a log for `lotteryd repair`.
func answersFile(t *testing.T, wins []audit.Answer) string {
	t.Helper()
	var text bytes.Buffer
	for _, a := range wins {
		line, err := json.Marshal(map[string]any{
			"status":  200,
			"request": map[string]string{"user": a.User, "request": a.Request},
			"response": map[string]any{"result": "win", "activity": a.Activity, "user": a.User, "request": a.Request,
				"prize": map[string]string{"id": a.Prize}, "unit": a.Unit, "code": a.Code},
		})
		must(t, err)
		text.Write(append(line, '\n'))
	}
	path := filepath.Join(t.TempDir(), "answers.jsonl")
	must(t, os.WriteFile(path, text.Bytes(), 0o600))
	return path
}

// checkLedger asks again while connections to a server that was stopped break, one by
// one.
func checkLedger(ctx context.Context, k *lottery.Keeper) (err error) {
	var short lottery.Shortfall
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if err = k.CheckLedger(ctx, plantedActivity); err == nil || errors.As(err, &short) {
			return err
		}
	}
	return err
}

// TestLedgerFromAnOlderCopy: the ledger loses its last wins. That is noticed, no
// acknowledged win is drawn again, and the wins can be written again from what Redis
// or clients remember.
func TestLedgerFromAnOlderCopy(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name    string
		rebuilt bool // Redis was rebuilt after the copy: the epoch is ahead as well
		lost    bool // Redis restarts before the repair: its state has to be rebuilt
		recent  bool // Redis remembers the wins, else only the clients do
	}{
		{name: "Redis remembers", recent: true},
		{name: "clients remember"},
		{name: "rebuilt since", rebuilt: true, recent: true},
		{name: "Redis restarted", lost: true, recent: true},
		{name: "rebuilt since, Redis restarted, clients remember", rebuilt: true, lost: true},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			ctx := context.Background()
			servers := openOwnStores(t)
			p := plantOn(t, servers, fault{})
			copies := olderCopy{t, servers}
			client := connectRedis(t, servers)
			before := p.settled(users("early-", 3)...)
			copied := copies.take()
			must(t, checkLedger(ctx, p.keeper)) // healthy: silence
			if row.rebuilt {
				must(t, p.keeper.Recover(ctx, plantedActivity, epochOf(t, servers, plantedActivity)))
			}
			lost := p.settled(users("late-", 5)...)
			copies.bringBack(copied)
			if row.lost {
				must(t, servers.KillRedis())
				must(t, servers.StartRedis(ctx))
			}
			var short lottery.Shortfall
			if err := checkLedger(ctx, p.keeper); !errors.As(err, &short) || short.Won != 3 {
				t.Fatalf("the older copy is not noticed: %v", err)
			}
			for _, a := range lost { // nobody is told of another win
				if again := p.draw(a.User, a.Request); again.Result == audit.Win || again.Result == audit.Loss {
					t.Errorf("%s was told of a win of unit %d, and now: %+v", a.User, a.Unit, again)
				}
			}
			if !strings.Contains(p.log.String(), lottery.ViolationLedgerBehind) {
				t.Error("the log does not tell of it")
			}
			if r := p.audit(); r.Invariant("I1").Status != audit.Broken || !strings.Contains(auditText(t, r), "older copy") {
				t.Errorf("verify does not tell of it:\n%s", auditText(t, r))
			}
			if !row.recent {
				must(t, client.Del(ctx, "lotteryd:{planted}:recent").Err())
			}
			c := Config{RedisURL: servers.RedisURL(), PostgresURL: servers.PostgresURL()}
			run := func(o repairOptions) (string, error) {
				var out bytes.Buffer
				o.activity = plantedActivity
				err := runRepair(ctx, environment{stdout: &out, stderr: &out}, c, o)
				return out.String(), err
			}
			answers := []string{answersFile(t, append(before, lost...))}
			if row.recent {
				answers = nil
			} else if out, err := run(repairOptions{write: true}); exitCode(err) != 1 || !strings.Contains(err.Error(), "5 wins are still missing") {
				t.Errorf("a repair without evidence: %v\n%s", err, out)
			}
			if out, err := run(repairOptions{answers: answers}); err != nil || strings.Count(out, "lost: ") != 5 {
				t.Errorf("what would be repaired: %v\n%s", err, out)
			}
			if out, err := run(repairOptions{answers: answers, write: true}); err != nil || !strings.Contains(out, "5 wins written") {
				t.Errorf("repair: %v\n%s", err, out)
			}
			time.Sleep(1100 * time.Millisecond) // the verdict of the ledger holds for a second
			for _, a := range append(before, lost...) {
				if again := p.drawPatiently(a.User); again.Result != audit.Win || again.Unit != a.Unit || again.Code != a.Code {
					t.Errorf("%s after the repair: %+v, want unit %d", a.User, again, a.Unit)
				}
			}
			p.settled(users("new-", 2)...)
			mustHoldButFew(t, p.audit())
		})
	}
}

func auditText(t *testing.T, r *audit.Report) string {
	t.Helper()
	var text strings.Builder
	must(t, r.WriteText(&text))
	return text.String()
}

// TestLossIsAccepted: nobody remembers the wins. Once the operator has given them up,
// their requests are drawn again.
func TestLossIsAccepted(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	servers := openOwnStores(t)
	p := plantOn(t, servers, fault{})
	copies := olderCopy{t, servers}
	p.settled(users("early-", 2)...)
	copied := copies.take()
	lost := p.settled(users("late-", 3)...)
	copies.bringBack(copied)
	must(t, connectRedis(t, servers).Del(ctx, "lotteryd:{planted}:recent").Err())
	var out bytes.Buffer
	c := Config{RedisURL: servers.RedisURL(), PostgresURL: servers.PostgresURL()}
	err := runRepair(ctx, environment{stdout: &out, stderr: &out}, c, repairOptions{activity: plantedActivity, write: true, accept: true})
	if err != nil || !strings.Contains(out.String(), "3 wins were given up") {
		t.Fatalf("%v\n%s", err, &out)
	}
	must(t, checkLedger(ctx, p.keeper))
	for _, a := range lost {
		if again := p.drawPatiently(a.User); again.Result != audit.Win {
			t.Errorf("%s after the loss was accepted: %+v", a.User, again)
		}
	}
}

// TestReadinessTellsOfAnOlderCopy: the instance goes on, says what is wrong, and is
// well again after the repair, without a restart.
func TestReadinessTellsOfAnOlderCopy(t *testing.T) {
	t.Parallel()
	servers := openOwnStores(t)
	d := deployOn(t, servers, nil)
	copies := olderCopy{t, servers}
	client := connectRedis(t, servers)
	confirmed := func() {
		t.Helper()
		for deadline := time.Now().Add(time.Minute); client.ZCard(context.Background(), "lotteryd:{faults}:journal").Val() > 0; time.Sleep(10 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatal("the wins are not confirmed")
			}
		}
	}
	d.drawUntil("early-", audit.Win)
	confirmed()
	copied := copies.take()
	d.awaitReasons(http.StatusOK)
	lost := d.drawUntil("late-", audit.Win)
	confirmed()
	copies.bringBack(copied)
	d.awaitReasons(http.StatusOK, health.LedgerBehind)
	if a := d.draw(http.DefaultClient, lost.User, lost.Request); a.Kind != "dependency-unavailable" && a.Result != audit.Unknown {
		t.Errorf("the lost win again: %+v", a)
	}
	d.drawUntil("new-", audit.Win)
	var out bytes.Buffer
	must(t, runRepair(context.Background(), environment{stdout: &out, stderr: &out},
		Config{RedisURL: servers.RedisURL(), PostgresURL: servers.PostgresURL()}, repairOptions{activity: d.activity.ID, write: true}))
	d.awaitReasons(http.StatusOK)
	if a := d.draw(http.DefaultClient, lost.User, lost.Request); a.Result != audit.Win || a.Code != lost.Code {
		t.Errorf("the lost win after the repair: %+v, want %+v", a, lost)
	}
	mustHoldButFew(t, d.audit(audit.Options{}))
}
