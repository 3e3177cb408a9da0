package audit_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/redis/go-redis/v9"

	"github.com/lotteryctl/lotteryctl/internal/audit"
	"github.com/lotteryctl/lotteryctl/internal/localservices"
	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// servers are the private Redis and Postgres that the tests share; the first
// test that needs them starts them. Each test has a schema and an activity of
// its own.
var servers *localservices.Services

// startServers starts them once.
var startServers = sync.OnceValue(func() (err error) {
	servers, err = localservices.Start(context.Background(), localservices.Options{Redis: true, Postgres: true, LoginRounds: 1})
	return err
})

func TestMain(m *testing.M) {
	code := m.Run()
	if servers != nil {
		if err := servers.Stop(context.Background()); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

// deployment is a lotteryd in miniature: the real draw script and the real
// schema, read from their files, and between them the shortest code that keeps
// the protocol. That the service itself satisfies the audit is for the
// integration tests to show.
type deployment struct {
	t      *testing.T
	sql    *pgx.Conn
	redis  *redis.Client
	act    *lottery.Activity
	pgURL  string
	script string
	log    audit.Recorder
	clock  time.Time
	// everything audits the whole ledger, not the one activity.
	everything bool
}

// deploy creates the activity of the test: a car in ten draws, two mugs, else
// nothing; three draws and two wins a user.
func deploy(t *testing.T, edit func(*lottery.Spec)) *deployment {
	t.Helper()
	id := strings.ToLower(strings.NewReplacer("/", "-", "_", "-").Replace(t.Name()))
	d := &deployment{t: t, clock: time.Now(), script: read(t, "../redis/draw.lua")}
	d.openStores(strings.ReplaceAll(id, "-", "_"))
	spec := lottery.Spec{
		ID: id, Name: t.Name(), Starts: d.clock.Add(-time.Hour).UTC(), Ends: d.clock.Add(time.Hour).UTC(),
		DrawsPerUser: 3, WinsPerUser: 2, BlankWeight: 70,
		Prizes: []lottery.Prize{
			{ID: "car", Tier: "first", Name: "Car", Weight: 10, Stock: 400},
			{ID: "mug", Tier: "third", Name: "Mug", Weight: 20, Stock: 800},
		},
	}.WithDefaults()
	if edit != nil {
		edit(&spec)
	}
	if err := spec.Validate(); err != nil {
		t.Fatal(err)
	}
	rec := lottery.Record{Spec: spec, Version: 1, Epoch: 2, Secret: [32]byte{7}}
	d.act = lottery.NewActivity(rec)
	d.seed(rec)
	return d
}

func (d *deployment) openStores(schema string) {
	d.t.Helper()
	if err := startServers(); err != nil {
		d.t.Fatal(err)
	}
	ctx := context.Background()
	d.pgURL = servers.PostgresURL() + "&search_path=" + schema
	conf, err := redis.ParseURL(servers.RedisURL())
	if err != nil {
		d.t.Fatal(err)
	}
	d.redis = redis.NewClient(conf)
	d.t.Cleanup(func() { d.redis.Close() })
	if d.sql, err = pgx.Connect(ctx, d.pgURL); err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() { d.sql.Close(ctx) })
	d.exec("CREATE SCHEMA " + schema)
	d.exec(read(d.t, "../postgres/migrations/0001_ledger.sql"))
}

func (d *deployment) seed(rec lottery.Record) {
	d.t.Helper()
	spec, err := json.Marshal(rec.Spec)
	if err != nil {
		d.t.Fatal(err)
	}
	d.exec("INSERT INTO activity (id, spec, version, epoch, secret) VALUES ($1, $2, $3, $4, $5)",
		rec.Spec.ID, spec, rec.Version, rec.Epoch, rec.Secret[:])
	d.exec("INSERT INTO activity_version (activity, version, spec, closed) VALUES ($1, $2, $3, false)", rec.Spec.ID, rec.Version, spec)
	for i, p := range rec.Spec.Prizes {
		d.exec(`INSERT INTO unit SELECT $1, $2, no, 'code-' || $2::int || '-' || no FROM generate_series(1, $3::int) no`,
			rec.Spec.ID, i, p.Stock)
	}
	d.do("HSET", d.key("meta"), "epoch", rec.Epoch, "version", rec.Version, "run_id", d.runID(), "users", 0, "records", 0, "out", 0)
}

func (d *deployment) runID() string {
	info, err := d.redis.Info(context.Background(), "server").Result()
	if err != nil {
		d.t.Fatal(err)
	}
	_, rest, _ := strings.Cut(info, "run_id:")
	id, _, _ := strings.Cut(rest, "\r\n")
	return id
}

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func (d *deployment) exec(sql string, args ...any) {
	d.t.Helper()
	if _, err := d.sql.Exec(context.Background(), sql, args...); err != nil {
		d.t.Fatalf("%s: %v", sql, err)
	}
}

func (d *deployment) do(args ...any) {
	d.t.Helper()
	if err := d.redis.Do(context.Background(), args...).Err(); err != nil {
		d.t.Fatalf("%v: %v", args[0], err)
	}
}

func (d *deployment) key(part string) string {
	if d.act == nil {
		return ""
	}
	return "lotteryd:{" + d.act.Spec.ID + "}:" + part
}

// tick gives times in the order of the calls, whatever the machine's clock does.
func (d *deployment) tick() time.Time {
	d.clock = d.clock.Add(time.Millisecond)
	return d.clock
}

// draws has users draw k times each, and records what they are answered.
func (d *deployment) draws(users, k int) {
	d.t.Helper()
	for u := range users {
		for r := range k {
			d.draw(fmt.Sprintf("user-%d", u), fmt.Sprintf("request-%d", r), "")
		}
	}
}

// draw takes one draw to its end.
func (d *deployment) draw(user, request, proof string) audit.Answer {
	d.t.Helper()
	t, reply := d.reserve(user, request, proof)
	a := audit.Answer{Activity: d.act.Spec.ID, User: user, Request: request, Proof: proof, Sent: d.tick()}
	switch reply[0] {
	case 'L', 'l':
		a.Result = audit.Loss
	case 'W':
		d.commit(&a, t, reply[1:])
		d.confirm(t)
	case 'D':
		a.Result, a.Kind = audit.Refused, "draw-limit-reached"
	default:
		d.t.Fatalf("the draw script replied %q to user %s request %s", reply, user, request)
	}
	a.Done = d.tick()
	d.log.Record(a)
	return a
}

// reserve calls the real draw script.
func (d *deployment) reserve(user, request, proof string) (lottery.Ticket, string) {
	d.t.Helper()
	t := d.act.Ticket(lottery.Entry{Activity: d.act.Spec.ID, User: user, Request: request, Proof: proof})
	keys := []string{}
	for _, part := range [...]string{"meta", "users", "records", "units", "free", "journal", "holds"} {
		keys = append(keys, d.key(part))
	}
	starts, ends := d.act.Window()
	reply, err := redis.NewScript(d.script).Run(context.Background(), d.redis, keys,
		d.act.Epoch, d.act.Version, d.runID(), starts, ends, d.act.Spec.DrawsPerUser, d.act.Spec.WinsPerUser, "draw",
		string(t.UserKey[:])+string(t.RequestKey[:]), d.words(t)).Text()
	if err != nil {
		d.t.Fatal(err)
	}
	return t, reply
}

// words are a ticket as the draw script wants it.
func (d *deployment) words(t lottery.Ticket) []byte {
	b := binary.BigEndian.AppendUint32([]byte{'L'}, t.Mark)
	if t.Prize == lottery.Blank {
		return b
	}
	b[0] = 'W'
	for i, p := range d.act.Chain(t.Prize) {
		if i > 0 {
			b = append(b, ',')
		}
		b = fmt.Appendf(b, "%d:%d", p, d.act.Spec.Prizes[p].Stock)
	}
	return fmt.Appendf(b, ";%d,%d,%d,%d;%s%s", d.act.Version, t.Word, t.Mark, len(t.User), t.User, t.Request)
}

// commit writes the row of a hold and completes the answer.
func (d *deployment) commit(a *audit.Answer, t lottery.Ticket, hold string) {
	d.t.Helper()
	var n [3]int64 // prize, unit, order
	for i, text := range strings.SplitN(hold, ",", 3) {
		var err error
		if n[i], err = strconv.ParseInt(text, 10, 64); err != nil {
			d.t.Fatalf("hold %q: %v", hold, err)
		}
	}
	d.exec(`INSERT INTO draw (activity, user_id, request, prize, no, win_order, mark, epoch, version, word)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		t.Entry.Activity, t.User, t.Request, n[0], n[1], n[2], int64(t.Mark), d.act.Epoch, d.act.Version, int64(t.Word))
	a.Result, a.Unit = audit.Win, n[1]
	a.Prize, a.Code = d.act.Spec.Prizes[n[0]].ID, fmt.Sprintf("code-%d-%d", n[0], n[1])
}

func (d *deployment) confirm(t lottery.Ticket) {
	d.t.Helper()
	d.do("HDEL", d.key("holds"), t.RequestKey[:])
	d.do("ZREM", d.key("journal"), t.RequestKey[:])
}

// some is the first answer with result r.
func (d *deployment) some(r audit.Result) audit.Answer {
	d.t.Helper()
	for _, a := range d.log.Log().Answers {
		if a.Result == r {
			return a
		}
	}
	d.t.Fatalf("nobody was answered %q", r)
	panic("unreachable")
}

// sources are those of the deployment, without patience.
func (d *deployment) sources() audit.Sources {
	src := audit.Sources{Postgres: d.pgURL, Redis: servers.RedisURL(), Activity: d.act.Spec.ID}
	if d.everything {
		src.Activity = ""
	}
	return src
}

func (d *deployment) audit(opt audit.Options) *audit.Report {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	report, err := audit.Run(ctx, d.sources(), d.log.Log(), opt)
	if err != nil {
		d.t.Fatal(err)
	}
	return report
}

func text(r *audit.Report) string {
	var b bytes.Buffer
	r.WriteText(&b)
	return b.String()
}

// hold reserves a unit for user, with the first request whose dice win, and
// leaves it in flight.
func (d *deployment) hold(user string) (lottery.Ticket, string) {
	d.t.Helper()
	for i := range 1000 {
		e := lottery.Entry{Activity: d.act.Spec.ID, User: user, Request: fmt.Sprintf("held-%d", i)}
		if d.act.Ticket(e).Prize == lottery.Blank {
			continue
		}
		t, reply := d.reserve(e.User, e.Request, "")
		if reply[0] != 'W' {
			d.t.Fatalf("the draw script replied %q", reply)
		}
		return t, reply[1:]
	}
	d.t.Fatal("no request of 1000 wins")
	panic("unreachable")
}

// change publishes a new version of the activity.
func (d *deployment) change(edit func(*lottery.Spec)) {
	d.t.Helper()
	rec := d.act.Record
	rec.Version++
	edit(&rec.Spec)
	spec, err := json.Marshal(rec.Spec)
	if err != nil {
		d.t.Fatal(err)
	}
	d.exec("UPDATE activity SET spec = $2, version = $3 WHERE id = $1", rec.Spec.ID, spec, rec.Version)
	d.exec("INSERT INTO activity_version (activity, version, spec, closed) VALUES ($1, $2, $3, false)", rec.Spec.ID, rec.Version, spec)
	d.do("HSET", d.key("meta"), "version", rec.Version)
	d.act = lottery.NewActivity(rec)
}

// forgetAnswer takes an answer out of the log.
func (d *deployment) forgetAnswer(gone audit.Answer) {
	kept := d.log.Log().Answers
	d.log = audit.Recorder{}
	for _, a := range kept {
		if a.User != gone.User || a.Request != gone.Request {
			d.log.Record(a)
		}
	}
}

// wins counts a user's rows.
func (d *deployment) wins(user string) (n int) {
	d.t.Helper()
	if err := d.sql.QueryRow(context.Background(), "SELECT count(*) FROM draw WHERE user_id = $1", user).Scan(&n); err != nil {
		d.t.Fatal(err)
	}
	return n
}

// wordFor finds a word that chooses prize.
func (d *deployment) wordFor(prize int) uint64 {
	for word := uint64(0); ; word += 1 << 56 {
		if p, ok := d.act.OutcomeOf(word); ok && p == prize {
			return word
		}
	}
}

// undoOnRecord lets Redis remember a loss where it remembers a win.
func (d *deployment) undoOnRecord(win audit.Answer) {
	u, q := d.act.KeysOf(win.User, win.Request)
	state := d.redis.HGet(d.t.Context(), d.key("users"), string(u[:])).Val()
	if before, after, ok := strings.Cut(state, string(q[:])+"W"); ok {
		d.do("HSET", d.key("users"), u[:], before+string(q[:])+"L"+after)
		return
	}
	d.do("HSET", d.key("records"), q[:], "L")
}
