package main

import (
	"context"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/audit"
	"github.com/lotteryctl/lotteryctl/internal/health"
)

// TestStoresThatComeLateAreWaitedFor: lotteryd is started before its stores. It lives,
// is not ready and says why, and serves once both are there.
func TestStoresThatComeLateAreWaitedFor(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	d := deployOn(t, openOwnStores(t), nil)
	if code := d.terminate(); code != 0 {
		t.Fatalf("exit code %d", code)
	}
	must(t, d.servers.KillPostgres())
	must(t, d.servers.KillRedis())
	d.launch()
	d.await("/livez")
	d.awaitStarting(health.LedgerAway)
	resp, err := http.Post("http://"+d.public+"/v1/activities/faults/draws", "application/json", strings.NewReader(`{"user":"ann","request":"r"}`))
	must(t, err)
	resp.Body.Close()
	if resp.StatusCode != http.StatusServiceUnavailable || resp.Header.Get("Retry-After") == "" {
		t.Errorf("a draw while starting: %s, %v", resp.Status, resp.Header)
	}
	must(t, d.servers.StartPostgres(ctx))
	d.awaitStarting(health.StoreAway)
	must(t, d.servers.StartRedis(ctx))
	d.await("/readyz")
	d.drawUntil("late-", audit.Win)
	if !strings.Contains(d.log.String(), "waiting for a store") {
		t.Error("the log does not tell that a store was waited for")
	}
	d.terminate()
	must(t, d.servers.KillRedis())
	d.launch()
	d.await("/livez")
	d.awaitStarting(health.StoreAway)
	if code := d.terminate(); code != 0 {
		t.Errorf("stopped while it waits: exit code %d, want 0", code)
	}
}

// awaitStarting waits until /readyz tells that the instance starts and waits for this.
func (d *deployment) awaitStarting(reason health.Reason) {
	d.t.Helper()
	var last string
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		code, r := d.readyz()
		last = strings.Join(reasons(r), " ")
		if code == http.StatusServiceUnavailable && strings.Contains(last, string(reason)) && strings.Contains(last, string(health.Starting)) {
			return
		}
	}
	d.t.Fatalf("/readyz has the reasons %q after a minute, want %s", last, reason)
}

// TestWrongSettingsAreNotWaitedFor: what waiting does not change ends the start at
// once, with one sentence.
func TestWrongSettingsAreNotWaitedFor(t *testing.T) {
	t.Parallel()
	servers := openOwnStores(t)
	edit := func(text string, change func(*url.URL)) string {
		u, err := url.Parse(text)
		must(t, err)
		change(u)
		return u.String()
	}
	wrongPassword := func(u *url.URL) { u.User = url.UserPassword(u.User.Username(), "wrong") }
	for _, row := range []struct{ name, redis, postgres, want string }{
		{"schema", "", "", "run: lotteryd migrate"},
		{"password of Postgres", "", edit(servers.PostgresURL(), wrongPassword), "password authentication failed"},
		{"password of Redis", edit(servers.RedisURL(), wrongPassword), "", "WRONGPASS"},
		{"database", "", edit(servers.PostgresURL(), func(u *url.URL) { u.Path = "/nowhere" }), `database "nowhere" does not exist`},
	} {
		if row.redis == "" {
			row.redis = servers.RedisURL()
		}
		if row.postgres == "" {
			row.postgres = servers.PostgresURL()
		}
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		var out strings.Builder
		err := run(ctx, []string{"serve", "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0", "--redis-url", row.redis, "--postgres-url", row.postgres},
			os.Stdin, &out, &out, func(string) string { return "" })
		ended := ctx.Err()
		cancel()
		if err == nil || exitCode(err) != 2 || !strings.Contains(err.Error(), row.want) || strings.Contains(err.Error(), "\n") || ended != nil {
			t.Errorf("wrong %s: %v (exit code %d)\n%s", row.name, err, exitCode(err), out.String())
		}
		if row.name == "schema" {
			must(t, runMigrate(context.Background(), environment{stdout: &out}, Config{PostgresURL: servers.PostgresURL()}))
		}
	}
}
