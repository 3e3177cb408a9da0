package audit_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/audit"
	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// fault is one thing gone wrong in a healthy deployment of 150 draws, and what
// the audit must say about it.
type fault struct {
	name string
	edit func(*lottery.Spec)
	// plant breaks something; win is an acknowledged win and its row.
	plant func(d *deployment, win audit.Answer)
	opt   audit.Options
	// want is how an offender reads, also lists other invariants that the same
	// fault breaks.
	invariant, want string
	also            string
}

func TestPlantedFaultsAreCaught(t *testing.T) {
	for _, list := range [][]fault{lostWins(), oversells(), changedAnswers(), leaks(), stranded(), limits(), fences(), unfair()} {
		for i, f := range list {
			t.Run(fmt.Sprintf("%s-%d", strings.ToLower(f.invariant), i+1), func(t *testing.T) {
				d := deploy(t, f.edit)
				d.draws(50, 3)
				f.plant(d, d.some(audit.Win))
				f.judge(t, d.audit(f.opt))
			})
		}
	}
}

func (f fault) judge(t *testing.T, r *audit.Report) {
	t.Helper()
	v := r.Invariant(f.invariant)
	if v.Status != audit.Broken || r.Held || !strings.Contains(strings.Join(v.Offenders, "\n"), f.want) {
		t.Errorf("%s: want %s broken with %q, got\n%s", f.name, f.invariant, f.want, text(r))
	}
	for _, other := range r.Invariants {
		if other.Status == audit.Broken && other.ID != f.invariant && !strings.Contains(f.also, other.ID) {
			t.Errorf("%s: %s is broken too, which nothing did:\n%s", f.name, other.ID, text(r))
		}
	}
}

const ofWin = " WHERE user_id = $1 AND request = $2"

func lostWins() []fault {
	return []fault{
		{name: "the row is gone", invariant: "I1", want: "is not in the ledger", also: "I4 I5",
			plant: func(d *deployment, w audit.Answer) { d.exec("DELETE FROM draw"+ofWin, w.User, w.Request) }},
		{name: "the answer came before a commit that failed", invariant: "I1", want: "is not in the ledger",
			plant: func(d *deployment, _ audit.Answer) {
				t, _ := d.hold("late")
				d.log.Record(audit.Answer{Activity: d.act.Spec.ID, User: "late", Request: t.Request,
					Result: audit.Win, Prize: "mug", Unit: 800, Code: "code-1-800", Sent: d.tick(), Done: d.tick()})
			}},
		{name: "another unit was answered", invariant: "I1", want: "but the ledger has", also: "I4",
			plant: func(d *deployment, w audit.Answer) {
				d.exec("UPDATE draw SET no = 399"+ofWin, w.User, w.Request)
			}},
		{name: "another code was answered", invariant: "I1", want: "the code in the answer for",
			plant: func(d *deployment, w audit.Answer) {
				d.exec("UPDATE unit SET code = 'other' WHERE code = $1", w.Code)
			}},
		{name: "the activity does not exist", invariant: "I1", want: "which is not in the ledger",
			plant: func(d *deployment, w audit.Answer) {
				w.Activity = "elsewhere"
				d.log.Record(w)
				d.everything = true
			}},
	}
}

func oversells() []fault {
	const one = "(SELECT ctid FROM draw ORDER BY user_id, request LIMIT 1)"
	drop := func(sql string) func(*deployment, audit.Answer) {
		return func(d *deployment, _ audit.Answer) { d.exec(sql) }
	}
	return []fault{
		{name: "no unique unit", invariant: "I2", want: "no unit is won twice: no constraint in force ensures this (UNIQUE (", plant: drop("ALTER TABLE draw DROP CONSTRAINT draw_unit")},
		{name: "no unique request", invariant: "I2", want: "one answer per request: no constraint in force", plant: drop("ALTER TABLE draw DROP CONSTRAINT draw_pkey")},
		{name: "no win order", invariant: "I2", want: "wins of a user are counted: no constraint", plant: drop("ALTER TABLE draw DROP CONSTRAINT draw_win_order")},
		{name: "partial index instead", invariant: "I2", want: "no unit is won twice", plant: drop(
			"ALTER TABLE draw DROP CONSTRAINT draw_unit; CREATE UNIQUE INDEX draw_unit ON draw (activity, prize, no) WHERE prize > 0")},
		{name: "no foreign key", invariant: "I2", want: "only units that exist are won", plant: drop(
			"ALTER TABLE draw DROP CONSTRAINT draw_activity_prize_no_fkey")},
		{name: "foreign key asleep", invariant: "I2", want: "only units that exist are won", plant: drop("ALTER TABLE draw DISABLE TRIGGER ALL")},
		{name: "no unique code", invariant: "I2", want: "codes are distinct", plant: drop("DROP INDEX unit_code")},
		{name: "a unit won twice", invariant: "I2", want: "was also won by user", also: "I1 I3 I4 I6 I8", plant: drop(
			"ALTER TABLE draw DROP CONSTRAINT draw_unit; INSERT INTO draw SELECT activity, 'thief', request, prize, no, 1, mark, epoch, version, word FROM draw WHERE ctid = " + one)},
		{name: "a request with two rows", invariant: "I2", want: "has another row", also: "I1 I4 I6 I8", plant: drop(
			"ALTER TABLE draw DROP CONSTRAINT draw_pkey; INSERT INTO draw SELECT activity, user_id, request, prize, 400, 9, mark, epoch, version, word FROM draw WHERE ctid = " + one)},
		{name: "a unit that does not exist", invariant: "I2", want: "is not in the unit table", also: "I1", plant: func(d *deployment, w audit.Answer) {
			d.exec("ALTER TABLE draw DROP CONSTRAINT draw_activity_prize_no_fkey")
			d.exec("DELETE FROM unit WHERE code = $1", w.Code)
		}},
		{name: "a unit beyond the stock", invariant: "I2", want: "is beyond the stock", also: "I1 I4", plant: func(d *deployment, w audit.Answer) {
			d.exec("INSERT INTO unit SELECT DISTINCT activity, prize, 5000, 'extra' || prize FROM unit")
			d.exec("UPDATE draw SET no = 5000"+ofWin, w.User, w.Request)
		}},
		{name: "a unit is missing", invariant: "I2", want: "has 799 units numbered 1 to 799", plant: drop("DELETE FROM unit WHERE prize = 1 AND no = 800")},
		{name: "a code twice", invariant: "I2", want: "share one code", plant: drop(
			"DROP INDEX unit_code; UPDATE unit SET code = 'same' WHERE prize = 1 AND no > 798")},
	}
}

func changedAnswers() []fault {
	replay := func(d *deployment, a audit.Answer, change func(*audit.Answer)) {
		a.Sent, a.Done = d.tick(), d.tick()
		change(&a)
		d.log.Record(a)
	}
	toLoss := func(a *audit.Answer) { a.Result, a.Prize, a.Unit, a.Code = audit.Loss, "", 0, "" }
	return []fault{
		{name: "win, then loss", invariant: "I3", want: "was answered with a loss after the win of",
			plant: func(d *deployment, w audit.Answer) { replay(d, w, toLoss) }},
		{name: "win, then loss, is broken even if Redis lost data", invariant: "I3", want: "was answered with a loss after the win of",
			opt:   audit.Options{RedisLostData: true},
			plant: func(d *deployment, w audit.Answer) { replay(d, w, toLoss) }},
		{name: "loss, then win", invariant: "I3", want: "was answered with both a loss and the win of",
			plant: func(d *deployment, w audit.Answer) {
				replay(d, w, func(a *audit.Answer) { toLoss(a); a.Sent, a.Done = a.Sent.Add(-time.Hour), a.Sent.Add(-time.Hour) })
			}},
		{name: "two units", invariant: "I3", want: "and mug unit 777", also: "I1",
			plant: func(d *deployment, w audit.Answer) {
				replay(d, w, func(a *audit.Answer) { a.Prize, a.Unit = "mug", 777 })
			}},
		{name: "two codes", invariant: "I3", want: "two codes", also: "I1",
			plant: func(d *deployment, w audit.Answer) { replay(d, w, func(a *audit.Answer) { a.Code = "other" }) }},
		{name: "refused after the win, as when stock or limits are tested before replay", invariant: "I3", want: "was refused as draw-limit-reached after the win",
			plant: func(d *deployment, w audit.Answer) {
				replay(d, w, func(a *audit.Answer) { a.Result, a.Kind = audit.Refused, "draw-limit-reached" })
			}},
		{name: "refused after the loss", invariant: "I3", want: "was refused as ended after its loss",
			plant: func(d *deployment, _ audit.Answer) {
				replay(d, d.some(audit.Loss), func(a *audit.Answer) { a.Result, a.Kind = audit.Refused, "ended" })
			}},
		{name: "somebody else's answer", invariant: "I3", want: "was answered with another draw",
			plant: func(d *deployment, w audit.Answer) { replay(d, w, func(a *audit.Answer) { a.Crossed = true }) }},
		{name: "a loss was answered for a won row", invariant: "I3", want: "and the ledger has its win",
			plant: func(d *deployment, w audit.Answer) {
				d.forgetAnswer(w)
				replay(d, w, toLoss)
			}},
		{name: "Redis forgot a win, as a rebuild does that loads none", invariant: "I3", want: "Redis forgot the win of", also: "I5 I6",
			plant: func(d *deployment, w audit.Answer) {
				u, _ := d.act.KeysOf(w.User, w.Request)
				d.do("HDEL", d.key("users"), u[:])
			}},
		{name: "Redis has a loss for a win", invariant: "I3", want: "Redis has a loss on record",
			plant: func(d *deployment, _ audit.Answer) {
				for u := range 50 { // a win that was no user's first request
					for _, q := range [...]string{"request-1", "request-2"} {
						_, key := d.act.KeysOf(fmt.Sprintf("user-%d", u), q)
						if d.redis.HGet(d.t.Context(), d.key("records"), string(key[:])).Val() == "W" {
							d.do("HSET", d.key("records"), key[:], "L")
							return
						}
					}
				}
				d.t.Fatal("no win among the second requests")
			}},
		{name: "Redis has another proof", invariant: "I3", want: "another proof",
			plant: func(d *deployment, w audit.Answer) { d.exec("UPDATE draw SET mark = 77"+ofWin, w.User, w.Request) }},
	}
}

func leaks() []fault {
	return []fault{
		{name: "a unit leaked", invariant: "I4", want: "so +1 are unaccounted for",
			plant: func(d *deployment, _ audit.Answer) { d.do("HINCRBY", d.key("units"), "1", 1) }},
		{name: "a counter fell back", invariant: "I4", want: "but Redis has handed out only",
			plant: func(d *deployment, _ audit.Answer) { d.do("HINCRBY", d.key("units"), "1", -1) }},
		{name: "a counter passed the stock", invariant: "I4", want: "its stock is 800",
			plant: func(d *deployment, _ audit.Answer) { d.do("HSET", d.key("units"), "1", 801) }},
		{name: "a won unit is free", invariant: "I4", want: "is won, but free in Redis",
			plant: func(d *deployment, _ audit.Answer) { d.do("ZADD", d.key("free"), 1, "1:1") }},
		{name: "a unit above the counter is free", invariant: "I4", want: "which has handed out only",
			plant: func(d *deployment, _ audit.Answer) { d.do("ZADD", d.key("free"), 1, "1:700") }},
		{name: "a free unit of no prize", invariant: "I4", want: "unknown free unit",
			plant: func(d *deployment, _ audit.Answer) { d.do("ZADD", d.key("free"), 9, "9:1") }},
		{name: "the last of many free units is one that nobody had", invariant: "I4", want: "unit 703 in activity",
			plant: func(d *deployment, _ audit.Answer) {
				d.do("ZADD", d.key("free"), 1, "1:700", 1, "1:701", 1, "1:702", 1, "1:703")
			}},
		{name: "a counter of no prize", invariant: "I4", want: "unknown counter",
			plant: func(d *deployment, _ audit.Answer) { d.do("HSET", d.key("units"), "x", 1) }},
	}
}

func stranded() []fault {
	age := func(d *deployment, key any) {
		d.do("ZADD", d.key("journal"), time.Now().Add(-time.Hour).UnixMilli(), key)
	}
	return []fault{
		{name: "a win on record without hold and row", invariant: "I5", want: "has neither a hold nor a row", also: "I4",
			plant: func(d *deployment, _ audit.Answer) {
				for i := range 100 {
					if _, reply := d.reserve(fmt.Sprint("late-", i), "request-1", ""); strings.HasPrefix(reply, "W") {
						d.do("DEL", d.key("holds"), d.key("journal"))
						return
					}
				}
				d.t.Fatal("nobody won")
			}},
		{name: "the users are lost", invariant: "I5", want: "users has 0 entries and must have 50", also: "I3 I6",
			plant: func(d *deployment, _ audit.Answer) { d.do("DEL", d.key("users")) }},
		{name: "the records are lost", invariant: "I5", want: "records has 0 entries and must have", also: "I3",
			plant: func(d *deployment, _ audit.Answer) { d.do("DEL", d.key("records")) }},
		{name: "a hold was set aside", invariant: "I5", want: "was set aside",
			plant: func(d *deployment, _ audit.Answer) {
				d.do("HSET", d.key("aside"), "twelve-bytes", "0,999,1,1,1,0,3;annr")
			}},
		{name: "a hold is old", invariant: "I5", want: "waits for 1h",
			plant: func(d *deployment, _ audit.Answer) { t, _ := d.hold("late"); age(d, t.RequestKey[:]) }},
		{name: "a hold is not journaled", invariant: "I5", want: "is not in the journal",
			plant: func(d *deployment, _ audit.Answer) {
				t, _ := d.hold("late")
				d.do("ZREM", d.key("journal"), t.RequestKey[:])
			}},
		{name: "a journal entry has no hold", invariant: "I5", want: "an entry without a hold",
			plant: func(d *deployment, _ audit.Answer) { age(d, "twelve bytes") }},
		{name: "the last of many journal entries has no hold", invariant: "I5", want: fmt.Sprintf("key %x", "the fourth one"),
			plant: func(d *deployment, _ audit.Answer) {
				for _, key := range []string{"a", "b", "c", "the fourth one"} {
					age(d, key)
				}
			}},
		{name: "a pending draw came to nothing", invariant: "I5", want: "was answered as pending",
			plant: func(d *deployment, _ audit.Answer) {
				d.log.Record(audit.Answer{Activity: d.act.Spec.ID, User: "late", Request: "r", Result: audit.Pending, Sent: d.tick(), Done: d.tick()})
			}},
	}
}

func limits() []fault {
	// setUser overwrites a user's counts in Redis: draws(4) wins(2).
	setUser := func(d *deployment, user string, counts string) {
		u, _ := d.act.KeysOf(user, "request-0")
		old := d.redis.HGet(d.t.Context(), d.key("users"), string(u[:])).Val()
		d.do("HSET", d.key("users"), u[:], counts+old[6:])
	}
	return []fault{
		{name: "more wins than the limit", invariant: "I6", want: "the limit is 2",
			plant: func(d *deployment, w audit.Answer) {
				d.exec("UPDATE draw SET win_order = 3"+ofWin, w.User, w.Request)
			}},
		{name: "a win number twice", invariant: "I6", want: "are numbered [2 2]", also: "I2 I3 I4 I5 I8",
			plant: func(d *deployment, w audit.Answer) {
				d.exec("ALTER TABLE draw DROP CONSTRAINT draw_win_order")
				d.exec("UPDATE draw SET win_order = 2, user_id = 'twin' WHERE ctid IN (SELECT ctid FROM draw WHERE user_id <> $1 LIMIT 1)", w.User)
				d.exec("INSERT INTO draw SELECT activity, user_id, 'second', prize, 400, 2, mark, epoch, version, word FROM draw WHERE user_id = 'twin'")
				d.log = audit.Recorder{}
			}},
		{name: "a gap in the win numbers", invariant: "I6", want: "with gaps",
			plant: func(d *deployment, _ audit.Answer) {
				for _, a := range d.log.Log().Answers {
					if a.Result == audit.Win && d.wins(a.User) == 1 {
						d.exec("UPDATE draw SET win_order = 2"+ofWin, a.User, a.Request)
						return
					}
				}
				d.t.Fatal("nobody won once")
			}},
		{name: "Redis counts too few wins", invariant: "I6", want: "Redis counts 0 wins",
			plant: func(d *deployment, w audit.Answer) { setUser(d, w.User, "\x00\x00\x00\x03\x00\x00") }},
		{name: "Redis counts too many draws", invariant: "I6", want: "has 4 draws",
			plant: func(d *deployment, w audit.Answer) { setUser(d, w.User, "\x00\x00\x00\x04\x00\x02") }},
		{name: "Redis counts too many draws, wins have no limit", invariant: "I6", want: "has 4 draws",
			edit:  func(s *lottery.Spec) { s.WinsPerUser = 0 },
			plant: func(d *deployment, w audit.Answer) { setUser(d, w.User, "\x00\x00\x00\x04\x00\x02") }},
		{name: "Redis counts too many wins, draws have no limit", invariant: "I6", want: "has 3 draws and 3 wins",
			edit:  func(s *lottery.Spec) { s.DrawsPerUser = 0 },
			plant: func(d *deployment, w audit.Answer) { setUser(d, w.User, "\x00\x00\x00\x03\x00\x03") }},
		{name: "more draws answered than the limit", invariant: "I6", want: "got more than 3 draws answered",
			plant: func(d *deployment, _ audit.Answer) {
				// A fourth loss, of a request whose dice are blank.
				for i := range 100 {
					e := lottery.Entry{Activity: d.act.Spec.ID, User: "user-0", Request: fmt.Sprintf("more-%d", i)}
					if d.act.Ticket(e).Prize == lottery.Blank {
						d.log.Record(audit.Answer{Activity: e.Activity, User: e.User, Request: e.Request, Result: audit.Loss, Sent: d.tick(), Done: d.tick()})
						return
					}
				}
			}},
	}
}

func fences() []fault {
	return []fault{
		{name: "a row from the future", invariant: "I7", want: "is of epoch 3, the activity is in epoch 2",
			plant: func(d *deployment, w audit.Answer) { d.exec("UPDATE draw SET epoch = 3"+ofWin, w.User, w.Request) }},
		{name: "Redis works under an old epoch", invariant: "I7", want: "in epoch 2, the ledger is in epoch 3",
			plant: func(d *deployment, _ audit.Answer) { d.exec("UPDATE activity SET epoch = 3") }},
	}
}

func unfair() []fault {
	return []fault{
		{name: "another word", invariant: "I8", want: "its dice give",
			plant: func(d *deployment, w audit.Answer) {
				d.exec("UPDATE draw SET word = word + 1"+ofWin, w.User, w.Request)
			}},
		{name: "another secret", invariant: "I8", want: "its dice give", also: "I5 I3 I6",
			plant: func(d *deployment, _ audit.Answer) { d.exec("UPDATE activity SET secret = sha256('other')") }},
		{name: "a secret that was not committed to", invariant: "I8", want: "does not match its commitment",
			opt:   audit.Options{Commitments: map[string]string{"testplantedfaultsarecaught-i8-3": strings.Repeat("00", 32)}},
			plant: func(*deployment, audit.Answer) {}},
		{name: "a prize that the word does not choose", invariant: "I8", want: "which chooses", also: "I1 I4",
			plant: func(d *deployment, w audit.Answer) {
				d.exec("UPDATE draw SET prize = 1 - prize, no = 300"+ofWin, w.User, w.Request)
			}},
		{name: "a version nobody published", invariant: "I8", want: "of which the ledger has no record",
			plant: func(d *deployment, w audit.Answer) { d.exec("UPDATE draw SET version = 9"+ofWin, w.User, w.Request) }},
		{name: "random dice, and a word that chooses nothing", invariant: "I8", want: "which chooses nothing",
			edit: func(s *lottery.Spec) { s.Dice = lottery.DiceRandom },
			plant: func(d *deployment, w audit.Answer) {
				d.exec("UPDATE draw SET word = -1"+ofWin, w.User, w.Request)
			}},
		{name: "a stand-in while the prize is in stock", invariant: "I8", want: "was given as the fallback of car, of which",
			edit: func(s *lottery.Spec) { s.Prizes[0].Fallback = "mug"; s.Prizes[1].Stock = 801 },
			plant: func(d *deployment, _ audit.Answer) {
				d.exec("UPDATE draw SET prize = 1, no = 801 WHERE ctid IN (SELECT ctid FROM draw WHERE prize = 0 LIMIT 1)")
			}, also: "I1 I4"},
		{name: "a loss that was a win", invariant: "I8", want: "but its dice chose",
			plant: func(d *deployment, _ audit.Answer) {
				for i := range 1000 {
					e := lottery.Entry{Activity: d.act.Spec.ID, User: "cheated", Request: fmt.Sprint(i)}
					if d.act.Ticket(e).Prize != lottery.Blank {
						d.log.Record(audit.Answer{Activity: e.Activity, User: e.User, Request: e.Request, Result: audit.Loss, Sent: d.tick(), Done: d.tick()})
						return
					}
				}
			}},
		{name: "random dice that are loaded", invariant: "I8", want: "do not follow the weights",
			edit: func(s *lottery.Spec) { s.Dice, s.WinsPerUser, s.DrawsPerUser = lottery.DiceRandom, 0, 0 },
			plant: func(d *deployment, _ audit.Answer) {
				for i := range 500 { // answered, and never a win
					d.log.Record(audit.Answer{Activity: d.act.Spec.ID, User: fmt.Sprint("unlucky-", i), Request: "r", Result: audit.Loss, Sent: d.tick(), Done: d.tick()})
				}
			}},
		{name: "words that prefer the mug", invariant: "I8", want: "the wins of activity", also: "I3 I4 I6",
			edit: func(s *lottery.Spec) { s.Dice, s.WinsPerUser, s.DrawsPerUser = lottery.DiceRandom, 0, 0 },
			plant: func(d *deployment, _ audit.Answer) {
				word := d.wordFor(1)
				d.exec(`INSERT INTO draw SELECT $1, 'lucky-' || no, 'r', 1, no, 1, 0, 2, 1, $2 FROM generate_series(200, 800) no`, d.act.Spec.ID, int64(word))
			}},
	}
}
