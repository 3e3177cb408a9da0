package main

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/audit"
	"github.com/lotteryctl/lotteryctl/internal/faultylink"
	"github.com/lotteryctl/lotteryctl/internal/health"
)

// behindLink puts a link in front of the server that a URL names, closed with the test.
func behindLink(t *testing.T, text string) (string, *faultylink.Link) {
	t.Helper()
	u, err := url.Parse(text)
	must(t, err)
	link, err := faultylink.Open(u.Host)
	must(t, err)
	t.Cleanup(func() { _ = link.Close() })
	u.Host = link.Address()
	return u.String(), link
}

// tooLong is far above the draw timeout of two seconds, for slow machines, and far
// below what a draw takes that asks a silent server a second time.
const tooLong = 3900 * time.Millisecond

// TestSilentPostgresHoldsNoDraw: Postgres accepts connections and keeps silent. Every
// draw, new or repeated, has its answer when its time is up. Holds become wins as
// soon as Postgres speaks again.
func TestSilentPostgresHoldsNoDraw(t *testing.T) {
	t.Parallel()
	servers := openStores(t)
	var link *faultylink.Link
	servers.database, link = behindLink(t, servers.database)
	d := deployOn(t, servers, nil)
	winner := d.drawUntil("early-", audit.Win)
	d.awaitReasons(http.StatusOK)
	link.Swallow(true)
	var draws sync.WaitGroup
	timed := func(user, request string) {
		draws.Go(func() {
			began := time.Now()
			a := d.draw(http.DefaultClient, user, request)
			if took := time.Since(began); took > tooLong {
				t.Errorf("%s %s: %v after %v", user, request, a.Result, took)
			}
		})
	}
	for i := range 60 { // some commit on a lane of their own, others wait for one
		timed(fmt.Sprint("user-", i), "r")
		timed(winner.User, winner.Request)
		time.Sleep(50 * time.Millisecond)
	}
	draws.Wait()
	began := time.Now() // an activity that only the ledger can tell of
	resp, err := http.Post("http://"+d.public+"/v1/activities/unheard-of/draws", "application/json", strings.NewReader(`{"user":"ann","request":"r"}`))
	must(t, err)
	resp.Body.Close()
	if took := time.Since(began); took > tooLong {
		t.Errorf("a draw of an unknown activity: %s after %v", resp.Status, took)
	}
	d.awaitReasons(http.StatusOK, health.LedgerAway)
	if n := d.recorder.Log(); len(n.Answers) < 120 {
		t.Fatalf("%d answers", len(n.Answers))
	}
	link.Swallow(false)
	d.awaitReasons(http.StatusOK)
	if a := d.draw(http.DefaultClient, winner.User, winner.Request); a.Result != audit.Win || a.Code != winner.Code {
		t.Errorf("the early win again: %+v", a)
	}
	mustHoldButFew(t, d.audit(audit.Options{}))
}
