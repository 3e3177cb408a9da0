package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/lotteryctl/lotteryctl/internal/audit"
	"github.com/lotteryctl/lotteryctl/internal/health"
	"github.com/lotteryctl/lotteryctl/internal/httpapi"
)

// readyz is what a load balancer is told, and an operator reads.
func (d *deployment) readyz() (status int, r httpapi.Readiness) {
	d.t.Helper()
	resp, err := http.Get("http://" + d.admin + "/readyz")
	if err != nil {
		d.t.Fatal(err)
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(&r); err != nil {
		d.t.Fatal(err)
	}
	return resp.StatusCode, r
}

// reasons are those of all checks that are not as they should be.
func reasons(r httpapi.Readiness) (all []string) {
	for _, c := range r.Checks {
		if c.Reason != "" && !slices.Contains(all, c.Reason) {
			all = append(all, c.Reason)
		}
	}
	slices.Sort(all)
	return all
}

// awaitReasons waits until /readyz has exactly these reasons and this status, and the
// metrics agree.
func (d *deployment) awaitReasons(status int, want ...health.Reason) {
	d.t.Helper()
	texts := make([]string, len(want))
	for i, r := range want {
		texts[i] = string(r)
	}
	slices.Sort(texts)
	var last string
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		code, r := d.readyz()
		last = fmt.Sprintf("%d %+v", code, r)
		if code == status && slices.Equal(reasons(r), texts) && r.Degraded == (len(want) > 0) && d.gauged(want) {
			return
		}
	}
	d.t.Fatalf("after a minute /readyz is %s; want %d and the reasons %q", last, status, texts)
}

// gauged tells whether lotteryd_degraded is 1 for these reasons and 0 for all others.
func (d *deployment) gauged(want []health.Reason) bool {
	text := d.metrics()
	for _, r := range health.Reasons() {
		value := 0
		if slices.Contains(want, r) {
			value = 1
		}
		if !strings.Contains(text, fmt.Sprintf("lotteryd_degraded{reason=%q} %d\n", string(r), value)) {
			return false
		}
	}
	return true
}

func (d *deployment) metrics() string {
	d.t.Helper()
	resp, err := http.Get("http://" + d.admin + "/metrics")
	if err != nil {
		d.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	return string(text)
}

// drawUntil draws for new users until an answer is of this kind.
func (d *deployment) drawUntil(prefix string, want audit.Result) audit.Answer {
	d.t.Helper()
	for i := range 200 {
		if a := d.draw(http.DefaultClient, fmt.Sprint(prefix, i), "r"); a.Result == want {
			return a
		}
	}
	d.t.Fatalf("none of 200 draws was answered with %v", want)
	return audit.Answer{}
}

// sql runs statements on the deployment's Postgres, also if it takes no writes by
// default.
func (d *deployment) sql(statements ...string) {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	conf, err := pgx.ParseConfig(d.servers.PostgresURL())
	if err != nil {
		d.t.Fatal(err)
	}
	conf.RuntimeParams["default_transaction_read_only"] = "off"
	conn, err := pgx.ConnectConfig(ctx, conf)
	if err != nil {
		d.t.Fatal(err)
	}
	defer conn.Close(ctx)
	for _, s := range statements {
		if _, err := conn.Exec(ctx, s); err != nil {
			d.t.Fatalf("%s: %v", s, err)
		}
	}
}

// TestReadinessWhilePostgresFails: whatever keeps Postgres from taking wins, the
// instance stays in, says what is wrong, serves losses, and is well again afterwards.
func TestReadinessWhilePostgresFails(t *testing.T) {
	t.Parallel()
	setting := func(name, value string) func(*deployment) {
		return func(d *deployment) {
			d.sql("ALTER SYSTEM SET "+name+" = "+value, "SELECT pg_reload_conf()")
		}
	}
	reset := func(name string) func(*deployment) {
		return func(d *deployment) { d.sql("ALTER SYSTEM RESET "+name, "SELECT pg_reload_conf()") }
	}
	d := deployOn(t, openOwnStores(t), nil)
	for _, row := range []struct {
		name       string
		breaks     func(*deployment)
		mends      func(*deployment)
		want       health.Reason
		onlyOnWins bool // noticed once a win meets it
		safe       bool // wins are taken
	}{
		{name: "away", want: health.LedgerAway,
			breaks: func(d *deployment) { must(t, d.servers.KillPostgres()) },
			mends:  func(d *deployment) { must(t, d.servers.StartPostgres(context.Background())) }},
		{name: "read-only", want: health.LedgerReadOnly,
			breaks: setting("default_transaction_read_only", "on"), mends: reset("default_transaction_read_only")},
		{name: "no room", want: health.LedgerFull, onlyOnWins: true,
			breaks: func(d *deployment) {
				d.sql(`CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
					$$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$`,
					`CREATE TRIGGER full_disk BEFORE INSERT ON draw FOR EACH ROW EXECUTE FUNCTION full_disk()`)
			},
			mends: func(d *deployment) { d.sql(`DROP FUNCTION full_disk CASCADE`) }},
		{name: "fsync off", want: health.LedgerUnsafe, safe: true, breaks: setting("fsync", "off"), mends: reset("fsync")},
		{name: "synchronous_commit off", want: health.LedgerUnsafe, safe: true,
			breaks: setting("synchronous_commit", "off"), mends: reset("synchronous_commit")},
		{name: "full_page_writes off", want: health.LedgerUnsafe, safe: true,
			breaks: setting("full_page_writes", "off"), mends: reset("full_page_writes")},
	} {
		d.awaitReasons(http.StatusOK) // healthy input: silence
		row.breaks(d)
		if row.onlyOnWins {
			d.drawUntil(row.name, audit.Pending)
		}
		d.awaitReasons(http.StatusOK, row.want)
		d.drawUntil(row.name+"-lose-", audit.Loss)
		if !row.safe {
			d.drawUntil(row.name+"-win-", audit.Pending)
		}
		if !strings.Contains(d.log.String(), string(row.want)) {
			t.Errorf("%s: the log does not tell of %s", row.name, row.want)
		}
		row.mends(d)
		d.awaitReasons(http.StatusOK)
		d.drawUntil(row.name+"-after-", audit.Win)
	}
	mustHold(t, d.audit(audit.Options{}))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestReadinessWhileRedisFails: without Redis nothing can be served. One that may
// delete keys, or has done so, serves and says so.
func TestReadinessWhileRedisFails(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	d := deploy(t, nil)
	client := connectRedis(t, d.servers)
	set := func(pairs ...string) {
		t.Helper()
		for i := 0; i < len(pairs); i += 2 {
			must(t, client.ConfigSet(ctx, pairs[i], pairs[i+1]).Err())
		}
	}
	d.awaitReasons(http.StatusOK)
	set("maxmemory", "1gb", "maxmemory-policy", "volatile-ttl")
	d.awaitReasons(http.StatusOK, health.StoreEvicts)
	for i := range 50 { // junk, to be deleted in favor of more of it
		must(t, client.Set(ctx, fmt.Sprint("junk-", i), strings.Repeat("x", 100_000), time.Hour).Err())
	}
	set("maxmemory", "4mb")
	must(t, client.Set(ctx, "more", strings.Repeat("x", 100_000), time.Hour).Err())
	set("maxmemory", "0", "maxmemory-policy", "noeviction")
	d.awaitReasons(http.StatusOK, health.StoreEvicted)
	if text := d.metrics(); strings.Contains(text, "lotteryd_redis_evicted_keys 0\n") {
		t.Error("the metric of deleted keys is 0")
	}
	must(t, client.ConfigResetStat(ctx).Err())
	d.awaitReasons(http.StatusOK)
	must(t, d.servers.KillRedis())
	d.awaitReasons(http.StatusServiceUnavailable, health.StoreAway, health.ActivityUnusable)
	must(t, d.servers.StartRedis(ctx))
	d.awaitReasons(http.StatusOK)
}
