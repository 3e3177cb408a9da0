package redis_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/lotteryctl/lotteryctl/internal/localservices"
	"github.com/lotteryctl/lotteryctl/internal/lottery"
	"github.com/lotteryctl/lotteryctl/internal/redis"
)

// server is the private Redis that the tests of this package share.
var server *localservices.Services

func TestMain(m *testing.M) {
	ctx := context.Background()
	var err error
	if server, err = localservices.Start(ctx, localservices.Options{Redis: true}); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	if err := server.Stop(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// open gives a store of its own, closed with the test.
func open(t testing.TB, opt redis.Options) *redis.Store {
	t.Helper()
	opt.URL = server.RedisURL()
	s, err := redis.Open(opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// activity is published to Redis under the test's own id: every draw wins a
// mug of which there are stock, unless edit says otherwise.
func activity(t testing.TB, s *redis.Store, stock int64, edit func(*lottery.Record)) *lottery.Activity {
	t.Helper()
	now := time.Now()
	rec := lottery.Record{
		Version: 1, Epoch: 1,
		Spec: lottery.Spec{
			ID: strings.ToLower(strings.NewReplacer("/", "-", "_", "-").Replace(t.Name())), Name: t.Name(),
			Starts: now.Add(-time.Hour), Ends: now.Add(time.Hour),
			Prizes: []lottery.Prize{{ID: "mug", Tier: "third", Name: "Mug", Weight: 1, Stock: stock}},
		},
	}
	if edit != nil {
		edit(&rec)
	}
	a := lottery.NewActivity(rec)
	ctx := context.Background()
	publish(t, begin(ctx, s, a.Spec.ID), s.Restock(ctx, a, lottery.Rebuilt{}), s.Resume(ctx, a))
	return a
}

// begin begins a rebuild; it fails while another one lives.
func begin(ctx context.Context, s *redis.Store, activity string) error {
	st, err := s.State(ctx, activity)
	if err != nil {
		return err
	}
	began, err := s.Suspend(ctx, activity, st.Seen)
	if err == nil && !began {
		err = errors.New("another rebuild lives")
	}
	return err
}

func publish(t testing.TB, errs ...error) {
	t.Helper()
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
}

// reserve draws once for a user's request.
func reserve(t *testing.T, s *redis.Store, a *lottery.Activity, user, request string) lottery.Reservation {
	t.Helper()
	tk := a.Ticket(lottery.Entry{Activity: a.Spec.ID, User: user, Request: request})
	r, err := s.Reserve(context.Background(), &tk)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestUnitsAreNumberedAndSellOut(t *testing.T) {
	s := open(t, redis.Options{})
	a := activity(t, s, 2, nil)
	for i, want := range []lottery.Reservation{
		{Status: lottery.StatusHeld, Hold: lottery.Hold{Unit: 1, Order: 1, Version: 1}},
		{Status: lottery.StatusHeld, Hold: lottery.Hold{Unit: 2, Order: 1, Version: 1}},
		{Status: lottery.StatusLost},
	} {
		user := fmt.Sprint("user", i)
		if want.Status == lottery.StatusHeld {
			want.Hold.Word = a.Ticket(lottery.Entry{User: user, Request: "r"}).Word
		}
		if got := reserve(t, s, a, user, "r"); got != want {
			t.Errorf("draw %d: %+v; want %+v", i, got, want)
		}
	}
}

func TestReplayComesBeforeEveryOtherTest(t *testing.T) {
	s := open(t, redis.Options{})
	a := activity(t, s, 1, func(r *lottery.Record) { r.Spec.DrawsPerUser = 2 })
	first := reserve(t, s, a, "ann", "r1")
	lost := reserve(t, s, a, "ann", "r2")
	if first.Status != lottery.StatusHeld || lost.Status != lottery.StatusLost || lost.Replayed {
		t.Fatalf("first draws: %+v, %+v", first, lost)
	}
	// Sold out, limit used up, blocked, another version, ended: the answers stay.
	ended := a.Record
	ended.Version, ended.Closed, ended.Spec.Blocked = 9, true, []string{"ann"}
	for _, row := range []struct {
		name string
		act  *lottery.Activity
	}{{"same", a}, {"changed", lottery.NewActivity(ended)}} {
		r1, r2 := reserve(t, s, row.act, "ann", "r1"), reserve(t, s, row.act, "ann", "r2")
		if r1.Status != lottery.StatusHeld || !r1.Replayed || r1.Hold.Unit != first.Hold.Unit {
			t.Errorf("%s: replay of the win: %+v", row.name, r1)
		}
		if r2.Status != lottery.StatusLost || !r2.Replayed {
			t.Errorf("%s: replay of the loss: %+v", row.name, r2)
		}
	}
	if got := reserve(t, s, a, "ann", "r3"); got.Status != lottery.StatusLimitReached {
		t.Errorf("third draw of two: %+v", got)
	}
}

func TestRefusalsChangeNothing(t *testing.T) {
	s := open(t, redis.Options{})
	for _, tc := range []struct {
		name string
		edit func(*lottery.Record)
		want lottery.Status
	}{
		{"blocked", func(r *lottery.Record) { r.Spec.Blocked = []string{"ann"} }, lottery.StatusBlocked},
		{"early", func(r *lottery.Record) { r.Spec.Starts = time.Now().Add(time.Minute) }, lottery.StatusNotStarted},
		{"late", func(r *lottery.Record) { r.Spec.Ends = time.Now().Add(-time.Minute) }, lottery.StatusEnded},
		{"closed", func(r *lottery.Record) { r.Closed = true }, lottery.StatusEnded},
	} {
		t.Run(tc.name, func(t *testing.T) {
			a := activity(t, s, 5, tc.edit)
			if got := reserve(t, s, a, "ann", "r"); got.Status != tc.want {
				t.Errorf("status %v; want %v", got.Status, tc.want)
			}
			tk := a.Ticket(lottery.Entry{User: "ann", Request: "r"})
			if got, err := s.Peek(context.Background(), &tk); err != nil || got.Status != lottery.StatusNone {
				t.Errorf("after a refusal: %+v, %v; want nothing stored", got, err)
			}
		})
	}
}

func TestStaleTicketsAreRefused(t *testing.T) {
	s := open(t, redis.Options{})
	a := activity(t, s, 5, nil)
	version, epoch := a.Record, a.Record
	version.Version, epoch.Epoch = 2, 2
	if got := reserve(t, s, lottery.NewActivity(version), "ann", "r"); got.Status != lottery.StatusStaleVersion {
		t.Errorf("other version: %+v", got)
	}
	if got := reserve(t, s, lottery.NewActivity(epoch), "ann", "r"); got.Status != lottery.StatusStaleEpoch {
		t.Errorf("other epoch: %+v", got)
	}
	publish(t, s.RaiseVersion(context.Background(), a.Spec.ID, 2), s.RaiseVersion(context.Background(), a.Spec.ID, 1))
	if got := reserve(t, s, lottery.NewActivity(version), "ann", "r"); got.Status != lottery.StatusHeld {
		t.Errorf("after raising the version: %+v", got)
	}
}

func TestSameRequestWithAnotherProofIsRefused(t *testing.T) {
	s := open(t, redis.Options{})
	a := activity(t, s, 5, nil)
	draw := func(proof string) lottery.Status {
		tk := a.Ticket(lottery.Entry{User: "ann", Request: "r", Proof: proof})
		r, err := s.Reserve(context.Background(), &tk)
		if err != nil {
			t.Fatal(err)
		}
		return r.Status
	}
	if got := []lottery.Status{draw("order 1"), draw("order 1"), draw("order 2"), draw("")}; fmt.Sprint(got) != fmt.Sprint([]lottery.Status{
		lottery.StatusHeld, lottery.StatusHeld, lottery.StatusReused, lottery.StatusReused}) {
		t.Errorf("same, same, other, none: %v", got)
	}
}

func TestWinLimitMakesLossesAndFallbackIsTaken(t *testing.T) {
	s := open(t, redis.Options{})
	a := activity(t, s, 1, func(r *lottery.Record) {
		r.Spec.WinsPerUser = 2
		r.Spec.Prizes[0].Fallback = "pen"
		r.Spec.Prizes = append(r.Spec.Prizes, lottery.Prize{ID: "pen", Tier: "last", Name: "Pen", Stock: 10})
	})
	var got []string
	for i := range 4 {
		r := reserve(t, s, a, "ann", fmt.Sprint(i))
		got = append(got, fmt.Sprint(r.Status == lottery.StatusHeld, r.Hold.Prize, r.Hold.Unit, r.Hold.Order))
	}
	want := "[true 0 1 1 true 1 1 2 false 0 0 0 false 0 0 0]"
	if fmt.Sprint(got) != want {
		t.Errorf("four draws with two wins allowed: %v; want %s", got, want)
	}
}

func TestConcurrentCopiesHoldOneUnit(t *testing.T) {
	s := open(t, redis.Options{})
	a := activity(t, s, 50, nil)
	units := make(map[int64]int)
	var mu sync.Mutex
	var copies sync.WaitGroup
	for range 100 {
		copies.Go(func() {
			r := reserve(t, s, a, "ann", "same")
			mu.Lock()
			units[r.Hold.Unit]++
			mu.Unlock()
		})
	}
	copies.Wait()
	if len(units) != 1 || units[1] != 100 {
		t.Errorf("100 copies of one request hold units %v; want unit 1 for all", units)
	}
}

// TestARestartedRedisIsNotTrusted keeps the data over the restart: only the
// process is another one, and that alone must refuse every draw.
func TestARestartedRedisIsNotTrusted(t *testing.T) {
	own, err := localservices.Start(context.Background(), localservices.Options{
		Redis: true, RedisSettings: map[string]string{"appendfsync": "always"},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer own.Stop(context.Background())
	s, err := redis.Open(redis.Options{URL: own.RedisURL()})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	a := activity(t, s, 5, nil)
	if got := reserve(t, s, a, "ann", "r1"); got.Status != lottery.StatusHeld {
		t.Fatalf("before the restart: %+v", got)
	}
	if err := own.KillRedis(); err != nil {
		t.Fatal(err)
	}
	if err := own.StartRedis(context.Background()); err != nil {
		t.Fatal(err)
	}
	refused := 0
	for i := range 10 {
		tk := a.Ticket(lottery.Entry{User: "ann", Request: fmt.Sprint("r", i)})
		got, err := s.Reserve(context.Background(), &tk)
		switch {
		case err == nil && got.Status == lottery.StatusStaleEpoch:
			refused++
		case err == nil:
			t.Errorf("draw %d after the restart: %+v", i, got)
		}
	}
	if refused == 0 {
		t.Error("no draw reached the restarted Redis")
	}
	if st, err := s.State(context.Background(), a.Spec.ID); err != nil || !st.Found || st.SameServer {
		t.Errorf("state after the restart: %+v, %v; want found, of another server", st, err)
	}
}

func TestScriptFlushIsSurvived(t *testing.T) {
	for _, row := range []struct {
		name string
		opt  redis.Options
	}{
		{"best", redis.Options{}},
		{"variants", redis.Options{UserState: redis.StateMGet, Stock: redis.StockIncrement}},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := open(t, row.opt)
			a := activity(t, s, 5, nil)
			reserve(t, s, a, "ann", "r1")
			publish(t, client(t).ScriptFlush(context.Background()).Err())
			for i, request := range []string{"r2", "r3"} {
				if got := reserve(t, s, a, "ann", request); got.Status != lottery.StatusHeld || got.Hold.Unit != int64(i+2) {
					t.Errorf("%s after SCRIPT FLUSH: %+v", request, got)
				}
			}
		})
	}
}

func client(t testing.TB) *goredis.Client {
	t.Helper()
	conf, err := goredis.ParseURL(server.RedisURL())
	if err != nil {
		t.Fatal(err)
	}
	c := goredis.NewClient(conf)
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func TestJournalListsHoldsUntilTheyAreSettled(t *testing.T) {
	s := open(t, redis.Options{})
	a := activity(t, s, 9, nil)
	ctx := context.Background()
	reserve(t, s, a, "ann; the first", "r,1")
	reserve(t, s, a, "bob", "r2")
	wins, err := s.Journal(ctx, a, 0, 10)
	if err != nil || len(wins) != 2 {
		t.Fatalf("journal: %+v, %v; want two holds", wins, err)
	}
	w := wins[0]
	if w.User != "ann; the first" || w.Request != "r,1" || w.Unit != 1 || w.Order != 1 || w.Version != 1 {
		t.Errorf("first hold: %+v", w)
	}
	if old, err := s.Journal(ctx, a, time.Hour, 10); err != nil || len(old) != 0 {
		t.Errorf("holds an hour old: %v, %v; want none", old, err)
	}
	tk := a.Ticket(lottery.Entry{User: "bob", Request: "r2"})
	s.Confirm(&tk)
	publish(t, s.Settle(ctx, a, wins[:1]))
	for range 200 {
		if wins, err = s.Journal(ctx, a, 0, 10); err == nil && len(wins) == 0 {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if len(wins) != 0 {
		t.Errorf("after settling one and confirming the other: %+v", wins)
	}
	if got := reserve(t, s, a, "bob", "r2"); got.Status != lottery.StatusConfirmed {
		t.Errorf("replay of a confirmed win: %+v", got)
	}
}

func TestRebuildKeepsWinsAndReusesGaps(t *testing.T) {
	s := open(t, redis.Options{})
	a := activity(t, s, 4, nil)
	ctx := context.Background()
	won := []lottery.WinRow{
		{User: "ann", Request: "1", Hold: lottery.Hold{Unit: 3, Order: 1}},
		{User: "ann", Request: "2", Mark: 7, Hold: lottery.Hold{Unit: 1, Order: 2}},
	}
	publish(t, begin(ctx, s, a.Spec.ID))
	if got := reserve(t, s, a, "ann", "1"); got.Status != lottery.StatusStaleEpoch {
		t.Errorf("draw while suspended: %+v", got)
	}
	publish(t, s.Remember(ctx, a, won), s.Remember(ctx, a, won),
		s.Restock(ctx, a, lottery.Rebuilt{Next: []int64{3}, Free: [][]int64{{2}}}), s.Resume(ctx, a))
	if got := reserve(t, s, a, "ann", "1"); got.Status != lottery.StatusConfirmed {
		t.Errorf("replay of a rebuilt win: %+v", got)
	}
	if got := reserve(t, s, a, "ann", "2"); got.Status != lottery.StatusReused {
		t.Errorf("replay of a rebuilt win without its proof: %+v", got)
	}
	var units []int64
	for i := range 3 {
		r := reserve(t, s, a, "ann", fmt.Sprint("new", i))
		units = append(units, r.Hold.Unit)
	}
	if fmt.Sprint(units) != "[2 4 0]" {
		t.Errorf("units after the rebuild: %v; want the gap 2, then 4, then sold out", units)
	}
}

func TestUndoForgetsTheDraw(t *testing.T) {
	s := open(t, redis.Options{})
	a := activity(t, s, 4, func(r *lottery.Record) { r.Spec.DrawsPerUser = 1 })
	ctx := context.Background()
	reserve(t, s, a, "ann", "1")
	wins, err := s.Journal(ctx, a, 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	publish(t, begin(ctx, s, a.Spec.ID), s.Undo(ctx, a, wins), s.Undo(ctx, a, wins), s.Resume(ctx, a))
	got := reserve(t, s, a, "ann", "1")
	if got.Status != lottery.StatusHeld || got.Replayed || got.Hold.Order != 1 {
		t.Errorf("the undone request drawn again: %+v; want a fresh hold, first win of its user", got)
	}
}

func TestResumeRefusesAnotherRedis(t *testing.T) {
	s := open(t, redis.Options{})
	a := activity(t, s, 1, nil)
	ctx := context.Background()
	publish(t, begin(ctx, s, a.Spec.ID), client(t).FlushAll(ctx).Err())
	if err := s.Resume(ctx, a); err == nil {
		t.Error("resumed although Redis lost the suspension")
	}
}

func TestCheckRefusesEviction(t *testing.T) {
	s := open(t, redis.Options{})
	ctx := context.Background()
	if err := s.Check(ctx); err != nil {
		t.Errorf("private Redis refused: %v", err)
	}
	control := client(t)
	set := func(k, v string) { publish(t, control.ConfigSet(ctx, k, v).Err()) }
	set("maxmemory", "100mb")
	set("maxmemory-policy", "allkeys-lru")
	defer set("maxmemory", "0")
	defer set("maxmemory-policy", "noeviction")
	if err := s.Check(ctx); err == nil || !strings.Contains(err.Error(), "evicts") {
		t.Errorf("evicting Redis: %v; want a refusal", err)
	}
}

func TestAnnouncementsArrive(t *testing.T) {
	s := open(t, redis.Options{})
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	heard := s.Watch(ctx)
	for range 100 { // the subscription is made in the background
		publish(t, s.Announce(ctx, "summer"))
		select {
		case id := <-heard:
			if id != "summer" {
				t.Errorf("announced %q; want summer", id)
			}
			return
		case <-time.After(50 * time.Millisecond):
		}
	}
	t.Error("no announcement arrived")
}
