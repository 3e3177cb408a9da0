package postgres_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/lotteryctl/lotteryctl/internal/localservices"
	"github.com/lotteryctl/lotteryctl/internal/lottery"
	"github.com/lotteryctl/lotteryctl/internal/postgres"
)

// server is the private Postgres that the tests of this package share.
var server *localservices.Services

func TestMain(m *testing.M) {
	ctx := context.Background()
	var err error
	if server, err = localservices.Start(ctx, localservices.Options{Postgres: true, LoginRounds: 1}); err != nil {
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

// open gives a migrated store of its own, closed with the test.
func open(t *testing.T) *postgres.Store {
	t.Helper()
	s, err := postgres.Open(context.Background(), postgres.Options{URL: server.PostgresURL()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	if _, err := s.Migrate(context.Background()); err != nil {
		t.Fatal(err)
	}
	return s
}

// create stores an activity under the test's own id with a car and mugs.
func create(t *testing.T, s *postgres.Store) lottery.Record {
	t.Helper()
	rec := lottery.Record{Version: 1, Epoch: 1, Secret: [32]byte{1}, Spec: lottery.Spec{
		ID: strings.ToLower(strings.ReplaceAll(t.Name(), "/", "-")), Name: t.Name(),
		Starts: time.Now().Add(-time.Hour), Ends: time.Now().Add(time.Hour),
		Prizes: []lottery.Prize{
			{ID: "car", Tier: "first", Name: "Car", Weight: 1, Stock: 1},
			{ID: "mug", Tier: "third", Name: "Mug", Weight: 1, Stock: 200},
		},
	}}
	created, err := s.Create(context.Background(), rec)
	if err != nil || !created {
		t.Fatalf("Create: %v, %v", created, err)
	}
	return rec
}

// mug is a win of the second prize.
func mug(rec lottery.Record, user, request string, unit int64, order int) lottery.WinRow {
	return lottery.WinRow{
		Activity: rec.Spec.ID, User: user, Request: request, Epoch: 1, Mark: 1 << 31,
		Hold: lottery.Hold{Prize: 1, Unit: unit, Order: order, Version: 1, Word: 1 << 63},
	}
}

func TestCommitDecides(t *testing.T) {
	s := open(t)
	rec := create(t, s)
	ctx := context.Background()
	old := mug(rec, "eve", "1", 9, 1)
	old.Epoch = 0
	nowhere := mug(rec, "eve", "1", 201, 1)
	for _, tc := range []struct {
		about string
		row   lottery.WinRow
		want  lottery.Ruling
	}{
		{"a new win", mug(rec, "ann", "1", 1, 1), lottery.RulingCommitted},
		{"the same row again", mug(rec, "ann", "1", 1, 1), lottery.RulingCommitted},
		{"the same request with another unit", mug(rec, "ann", "1", 2, 2), lottery.RulingOther},
		{"a unit somebody has", mug(rec, "bob", "1", 1, 1), lottery.RulingClash},
		{"a win number the user has used", mug(rec, "ann", "2", 3, 1), lottery.RulingClash},
		{"a row of an epoch that is not", old, lottery.RulingMoved},
		{"a unit that does not exist", nowhere, lottery.RulingRefused},
		{"the next win", mug(rec, "ann", "2", 3, 2), lottery.RulingCommitted},
	} {
		d := s.Commit(ctx, tc.row)
		if d.Ruling != tc.want {
			t.Errorf("%s: ruling %d; want %d", tc.about, d.Ruling, tc.want)
		}
		if d.Ruling <= lottery.RulingOther && len(d.Code) != 16 {
			t.Errorf("%s: code %q; want 16 characters", tc.about, d.Code)
		}
	}
	d, found, err := s.Find(ctx, rec.Spec.ID, "ann", "1")
	if err != nil || !found || d.Row != mug(rec, "ann", "1", 1, 1) {
		t.Errorf("Find: %+v, %v, %v", d, found, err)
	}
	if _, found, err := s.Find(ctx, rec.Spec.ID, "bob", "1"); found || err != nil {
		t.Errorf("Find of a refused win: %v, %v", found, err)
	}
}

func TestConcurrentCopiesMakeOneRow(t *testing.T) {
	s := open(t)
	rec := create(t, s)
	var copies sync.WaitGroup
	rulings := make([]lottery.Decision, 100)
	for i := range rulings {
		copies.Go(func() { rulings[i] = s.Commit(context.Background(), mug(rec, "ann", "1", 7, 1)) })
	}
	copies.Wait()
	for i, d := range rulings {
		if d.Ruling != lottery.RulingCommitted || d.Code != rulings[0].Code {
			t.Errorf("copy %d: %+v", i, d)
		}
	}
	if n, err := s.CountWins(context.Background(), rec.Spec.ID); n != 1 || err != nil {
		t.Errorf("%d rows, %v; want 1", n, err)
	}
}

// TestOneBatchWithTwoUnitsForOneRequest is what a Redis that forgot a win can
// cause: exactly one of the two is the answer, and both callers learn which.
func TestOneBatchWithTwoUnitsForOneRequest(t *testing.T) {
	s := open(t)
	rec := create(t, s)
	var copies sync.WaitGroup
	got := make([]lottery.Decision, 40)
	for i := range got {
		copies.Go(func() { got[i] = s.Commit(context.Background(), mug(rec, "ann", "1", int64(1+i%2), 1)) })
	}
	copies.Wait()
	for i, d := range got {
		if d.Row.Unit != got[0].Row.Unit || d.Code != got[0].Code {
			t.Errorf("call %d was told unit %d code %s; call 0 unit %d code %s", i, d.Row.Unit, d.Code, got[0].Row.Unit, got[0].Code)
		}
	}
}

// TestEpochIsABarrier bumps the epoch under load: what was committed before is
// all there is for ever.
func TestEpochIsABarrier(t *testing.T) {
	s := open(t)
	rec := create(t, s)
	ctx := context.Background()
	var writers sync.WaitGroup
	for w := range 8 {
		writers.Go(func() {
			for i := range 25 {
				unit := int64(1 + w*25 + i)
				d := s.Commit(ctx, mug(rec, fmt.Sprint("user", unit), "1", unit, 1))
				if d.Ruling != lottery.RulingCommitted && d.Ruling != lottery.RulingMoved {
					t.Errorf("unit %d: ruling %d", unit, d.Ruling)
				}
			}
		})
	}
	time.Sleep(5 * time.Millisecond)
	if epoch, err := s.BumpEpoch(ctx, rec.Spec.ID); epoch != 2 || err != nil {
		t.Fatalf("BumpEpoch: %d, %v", epoch, err)
	}
	before, err := s.CountWins(ctx, rec.Spec.ID)
	if err != nil {
		t.Fatal(err)
	}
	writers.Wait()
	if after, _ := s.CountWins(ctx, rec.Spec.ID); after != before {
		t.Errorf("%d rows when the bump returned, %d later: old-epoch rows slipped in", before, after)
	}
}

// TestTheSchemaItselfForbidsDoubleWins writes past all of our code.
func TestTheSchemaItselfForbidsDoubleWins(t *testing.T) {
	s := open(t)
	rec := create(t, s)
	ctx := context.Background()
	if d := s.Commit(ctx, mug(rec, "ann", "1", 1, 1)); d.Ruling != lottery.RulingCommitted {
		t.Fatal(d)
	}
	conn, err := pgx.Connect(ctx, server.PostgresURL())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	insert := func(user, request string, unit, order int) error {
		_, err := conn.Exec(ctx, `INSERT INTO draw (activity, user_id, request, prize, no, win_order, mark, epoch, version, word)
			VALUES ($1, $2, $3, 1, $4, $5, 0, 1, 1, 0)`, rec.Spec.ID, user, request, unit, order)
		return err
	}
	for _, row := range []struct {
		about string
		err   error
	}{
		{"a unit twice", insert("bob", "1", 1, 1)},
		{"a request twice", insert("ann", "1", 2, 2)},
		{"a unit beyond the stock", insert("bob", "1", 201, 1)},
		{"a user's win number twice", insert("ann", "2", 2, 1)},
	} {
		if !postgres.IsConstraint(row.err) {
			t.Errorf("%s: %v; want a constraint's refusal", row.about, row.err)
		}
	}
}

func TestActivitiesChangeByVersion(t *testing.T) {
	s := open(t)
	rec := create(t, s)
	ctx := context.Background()
	if again, err := s.Create(ctx, rec); again || err != nil {
		t.Errorf("creating it twice: %v, %v", again, err)
	}
	rec.Closed = true
	if ok, err := s.Update(ctx, rec); !ok || err != nil {
		t.Errorf("update of version 1: %v, %v", ok, err)
	}
	if ok, err := s.Update(ctx, rec); ok || err != nil {
		t.Errorf("update of version 1 again: %v, %v; want a refusal", ok, err)
	}
	got, err := s.Activity(ctx, rec.Spec.ID)
	if err != nil || got.Version != 2 || !got.Closed || got.Secret != rec.Secret || got.Spec.Prizes[1].Stock != 200 {
		t.Errorf("read back: %+v, %v", got, err)
	}
	if _, err := s.Activity(ctx, "nowhere"); lottery.KindOf(err) != lottery.KindUnknownActivity {
		t.Errorf("unknown activity: %v", err)
	}
	rows := 0
	err = s.Wins(ctx, rec.Spec.ID, func(w []lottery.WinRow) error { rows += len(w); return nil })
	if rows != 0 || err != nil {
		t.Errorf("wins of an activity without draws: %d, %v", rows, err)
	}
}

func TestMigrateIsRepeatableAndCheckSeesAMissingSchema(t *testing.T) {
	s := open(t)
	ctx := context.Background()
	if ran, err := s.Migrate(ctx); len(ran) != 0 || err != nil {
		t.Errorf("second migration ran %v, %v", ran, err)
	}
	if err := s.CheckSchema(ctx); err != nil {
		t.Error(err)
	}
	conn, err := pgx.Connect(ctx, server.PostgresURL())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, "CREATE DATABASE empty"); err != nil {
		t.Fatal(err)
	}
	empty, err := postgres.Open(ctx, postgres.Options{URL: strings.Replace(server.PostgresURL(), "/postgres?", "/empty?", 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer empty.Close()
	if err := empty.CheckSchema(ctx); err == nil || !strings.Contains(err.Error(), "lotteryd migrate") {
		t.Errorf("empty database: %v; want the command that mends it", err)
	}
	var all sync.WaitGroup
	for range 4 { // instances that start together
		all.Go(func() {
			if _, err := empty.Migrate(ctx); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}

func TestCheckRefusesAServerThatForgets(t *testing.T) {
	s := open(t)
	ctx := context.Background()
	if err := s.Check(ctx); err != nil {
		t.Errorf("durable server refused: %v", err)
	}
	url := server.PostgresURL() + "&synchronous_commit=off"
	forgetful, err := postgres.Open(ctx, postgres.Options{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	defer forgetful.Close()
	if err := forgetful.Check(ctx); err == nil || !strings.Contains(err.Error(), "synchronous_commit") {
		t.Errorf("synchronous_commit off: %v; want a refusal", err)
	}
	unsafe, err := localservices.Start(ctx, localservices.Options{Postgres: true, PostgresSettings: map[string]string{"fsync": "off"}})
	if err != nil {
		t.Fatal(err)
	}
	defer unsafe.Stop(ctx)
	store, err := postgres.Open(ctx, postgres.Options{URL: unsafe.PostgresURL()})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if err := store.Check(ctx); err == nil || !strings.Contains(err.Error(), "fsync") {
		t.Errorf("fsync off: %v; want a refusal", err)
	}
}

func TestAServerThatIsAwayIsOneSentence(t *testing.T) {
	ctx := context.Background()
	for _, row := range []struct{ url, want string }{
		{"postgres://127.0.0.1:1/x", `postgres at 127.0.0.1:1, database "x", cannot be used: connect: connection refused`},
		{strings.Replace(server.PostgresURL(), "/postgres?", "/nowhere?", 1), `database "nowhere" does not exist`},
	} {
		s, err := postgres.Open(ctx, postgres.Options{URL: row.url})
		if err != nil {
			t.Fatal(err)
		}
		err = s.Check(ctx)
		_ = s.Close()
		if err == nil || !strings.Contains(err.Error(), row.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%v; want one sentence with %q", err, row.want)
		}
	}
}

// TestWinsInPages: more than a page, with users and requests of all sizes; each row
// once.
func TestWinsInPages(t *testing.T) {
	s := open(t)
	rec := create(t, s)
	conn, err := pgx.Connect(t.Context(), server.PostgresURL())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if _, err := conn.Exec(t.Context(), `INSERT INTO unit SELECT $1, 0, n, 'x' || n FROM generate_series(1000, 3500) n`, rec.Spec.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Exec(t.Context(), `INSERT INTO draw SELECT $1, 'u' || n / 3, repeat('é', n % 5 + 1) || n, 0, n, n % 3 + 1, 0, 1, 1, n
		FROM generate_series(1000, 3500) n`, rec.Spec.ID); err != nil {
		t.Fatal(err)
	}
	seen, pages, last := map[int64]bool{}, 0, lottery.WinRow{}
	err = s.Wins(t.Context(), rec.Spec.ID, func(w []lottery.WinRow) error {
		pages++
		for _, row := range w {
			if seen[row.Unit] || row.Activity != rec.Spec.ID || row.Word != uint64(row.Unit) {
				t.Errorf("%+v, seen before: %v", row, seen[row.Unit])
			}
			if row.User == last.User && row.Order <= last.Order {
				t.Errorf("win %d of %s comes after win %d", row.Order, row.User, last.Order)
			}
			seen[row.Unit], last = true, row
		}
		return nil
	})
	if err != nil || len(seen) != 2501 || pages != 3 {
		t.Errorf("%d rows in %d pages, %v; want 2501 in 3", len(seen), pages, err)
	}
}
