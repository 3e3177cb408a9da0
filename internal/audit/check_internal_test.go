package audit

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// world is a deployment in memory: what ledger, Redis and clients say after a
// run, as the protocol leaves it. A test changes it and looks at the report.
type world struct {
	book  *Book
	act   *lottery.Activity
	state *State
	log   *Log
	opt   Options
	only  string
	lost  bool // there is no Redis
}

const begin = 1_700_000_000

// newWorld lets 200 users draw three times each, with at most two wins.
func newWorld(edit func(*lottery.Spec)) *world {
	spec := lottery.Spec{
		ID: "act", Name: "Act", Starts: time.Unix(begin, 0), Ends: time.Unix(begin+3600, 0), Dice: lottery.DiceCommitted,
		DrawsPerUser: 3, WinsPerUser: 2, BlankWeight: 70,
		Prizes: []lottery.Prize{
			{ID: "car", Tier: "first", Name: "Car", Weight: 10, Stock: 400},
			{ID: "mug", Tier: "third", Name: "Mug", Weight: 20, Stock: 800},
		},
	}
	if edit != nil {
		edit(&spec)
	}
	rec := lottery.Record{Spec: spec, Version: 1, Epoch: 2, Secret: [32]byte{7}}
	w := &world{
		act: lottery.NewActivity(rec), log: &Log{},
		book:  &Book{Record: rec, Versions: []Version{{Number: 1, Spec: spec}}},
		state: &State{Core: Core{Epoch: 2, Version: 1, Units: map[string]string{}, Holds: map[string]string{}, Now: time.Unix(begin+100, 0)}, Winners: map[string]Tally{}, Users: 200},
	}
	for i, p := range spec.Prizes {
		w.book.Stocks = append(w.book.Stocks, Stock{Prize: i, Units: p.Stock, Distinct: p.Stock, Min: 1, Max: p.Stock})
	}
	given := make([]int64, len(spec.Prizes))
	for user := range 200 {
		for request := range 3 {
			w.draw(fmt.Sprintf("user-%d", user), fmt.Sprintf("request-%d", request), given)
		}
	}
	for i, n := range given {
		w.state.Units[fmt.Sprint(i)] = fmt.Sprint(n)
	}
	return w
}

func (w *world) draw(user, request string, given []int64) {
	a := Answer{Activity: "act", User: user, Request: request, Result: Loss, Sent: w.at(len(w.log.Answers))}
	a.Done = a.Sent.Add(time.Millisecond)
	tally := w.state.Winners[user]
	tally.Draws++
	t := w.act.Ticket(lottery.Entry{Activity: "act", User: user, Request: request})
	if limit := w.act.Spec.WinsPerUser; t.Prize != lottery.Blank && (limit == 0 || tally.Wins < int64(limit)) {
		for _, p := range w.act.Chain(t.Prize) {
			if given[p] == w.act.Spec.Prizes[p].Stock {
				continue
			}
			given[p]++
			tally.Wins++
			a.Result, a.Prize, a.Unit, a.Code = Win, w.act.Spec.Prizes[p].ID, given[p], fmt.Sprintf("code-%d-%d", p, given[p])
			w.book.Rows = append(w.book.Rows, Row{User: user, Request: request, Prize: p, Unit: given[p], Order: int(tally.Wins),
				Epoch: 2, Version: 1, Word: t.Word, Code: a.Code, At: a.Done})
			w.state.Outcomes = append(w.state.Outcomes, "W")
			break
		}
	}
	w.state.Winners[user] = tally
	w.log.Answers = append(w.log.Answers, a)
}

// at is the time of the n-th answer.
func (w *world) at(n int) time.Time { return time.Unix(begin+10, int64(n)*int64(10*time.Millisecond)) }

func (w *world) check() *Report {
	ev := Evidence{Ledger: &Ledger{Books: []*Book{w.book}}, Log: w.log, Only: w.only}
	if !w.lost {
		ev.Redis = map[string]*State{"act": w.state}
	}
	return Check(ev, w.opt)
}

// first is the first answer with a result, and its place.
func (w *world) first(r Result) (*Answer, int) {
	for i := range w.log.Answers {
		if w.log.Answers[i].Result == r {
			return &w.log.Answers[i], i
		}
	}
	panic("nobody was answered " + r)
}

// again answers a request once more, changed, an hour later or earlier.
func (w *world) again(a Answer, later time.Duration, change func(*Answer)) {
	a.Sent, a.Done = a.Sent.Add(later), a.Done.Add(later)
	change(&a)
	w.log.Answers = append(w.log.Answers, a)
}

// noAnswer is for again: as a loss.
func asLoss(a *Answer) { a.Result, a.Prize, a.Unit, a.Code = Loss, "", 0, "" }

// dice finds a request of user whose dice choose prize.
func (w *world) dice(user string, prize int) lottery.Ticket {
	for i := range 10_000 {
		if t := w.act.Ticket(lottery.Entry{Activity: "act", User: user, Request: fmt.Sprintf("more-%d", i)}); t.Prize == prize {
			return t
		}
	}
	panic("no such dice")
}

// winner is a user with n rows.
func (w *world) winner(n int) string {
	count := map[string]int{}
	for _, r := range w.book.Rows {
		count[r.User]++
	}
	for _, r := range w.book.Rows {
		if count[r.User] == n {
			return r.User
		}
	}
	panic("no such user")
}

func (w *world) rowsOf(user string) (rows []*Row) {
	for i := range w.book.Rows {
		if w.book.Rows[i].User == user {
			rows = append(rows, &w.book.Rows[i])
		}
	}
	return rows
}

func TestCheckOfAHealthyWorld(t *testing.T) {
	w := newWorld(nil)
	r := w.check()
	if !r.Held || !r.Complete {
		t.Fatalf("held %v, complete %v:\n%s", r.Held, r.Complete, reportText(r))
	}
	rows, wins, users := int64(len(w.book.Rows)), int64(0), map[string]bool{}
	for _, a := range w.log.Answers {
		if a.Result == Win {
			wins++
		}
	}
	for _, row := range w.book.Rows {
		users[row.User] = true
	}
	want := Counts{Answers: 600, Requests: 600, Wins: wins, Losses: 600 - wins, Rows: rows, Units: 1200}
	if r.Counts != want || rows != wins {
		t.Errorf("counts %+v, want %+v", r.Counts, want)
	}
	// The losses whose dice chose nothing or whose user was at the limit.
	checked := [8]int64{
		wins,                                 // I1: each win
		int64(len(promises())) + 1200 + rows, // I2: constraints, units, rows
		600 + rows,                           // I3: requests, and what Redis has for rows
		2,                                    // I4: prizes
		0,                                    // I5: nothing is in flight
		int64(len(users)) + 200 + 200 + 600,  // I6: winners, users in Redis, draws
		rows,                                 // I7
		rows + (600 - wins) + 1 + 1,          // I8: rows, losses, two tests
	}
	for i, v := range r.Invariants {
		if i == 5 {
			checked[5] = int64(len(users)) + int64(len(w.state.Winners)) + 200 + 600
		}
		if v.Status != Held || v.Checked != checked[i] || v.Breaks != 0 {
			t.Errorf("%s is %s after %d facts, want %d", v.ID, v.Status, v.Checked, checked[i])
		}
	}
}

func reportText(r *Report) string {
	var b bytes.Buffer
	r.WriteText(&b)
	return b.String()
}

// TestForgottenLossesAreCounted: each loss that Redis lost and that was drawn again
// to a win counts, whether the client heard of the win or only the ledger has it.
func TestForgottenLossesAreCounted(t *testing.T) {
	w := newWorld(nil)
	w.opt.RedisLostData = true
	heard, _ := w.first(Win)
	w.again(*heard, -time.Minute, asLoss)
	if r := w.check(); !r.Held || r.Counts.Forgotten != 1 {
		t.Errorf("a loss, then a win: %d are forgotten\n%s", r.Counts.Forgotten, reportText(r))
	}
	w = newWorld(nil)
	w.opt.RedisLostData = true
	for range 2 {
		a, _ := w.first(Win)
		asLoss(a)
	}
	if r := w.check(); !r.Held || r.Counts.Forgotten != 2 {
		t.Errorf("two losses that are wins in the ledger: %d are forgotten\n%s", r.Counts.Forgotten, reportText(r))
	}
}

// TestAnswersAreCountedByResult, those of other activities apart, and an answer
// without an activity is one of the only activity there is.
func TestAnswersAreCountedByResult(t *testing.T) {
	w := newWorld(nil)
	before := w.check().Counts
	w.only = "act"
	add := func(n int, r Result, activity string) {
		for range n {
			w.log.Answers = append(w.log.Answers, Answer{Activity: activity, User: "u", Request: fmt.Sprint(r), Result: r, Kind: "overloaded", Sent: w.at(950), Done: w.at(951)})
		}
	}
	add(2, Pending, "act")
	add(3, Refused, "")
	add(4, Unknown, "act")
	add(5, Refused, "other")
	got, want := w.check().Counts, before
	want.Answers += 14
	want.Pendings, want.Refusals, want.Unknowns, want.Elsewhere = 2, 3, 4, 5
	want.Requests += 3
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// planted is a change and what a check says of it: the invariant that is broken,
// or "" for none, and a text of the report.
type planted struct {
	name, invariant, want string
	edit                  func(*lottery.Spec)
	plant                 func(*world)
}

// TestCheckSeesWhatIsPlanted is at the borders: each fault is there in its
// smallest form, and next to it what is still allowed.
func TestCheckSeesWhatIsPlanted(t *testing.T) {
	for _, list := range [][]planted{plantedAnswers(), plantedUnits(), plantedHolds(), plantedLimits(), plantedDice()} {
		for _, p := range list {
			t.Run(p.name, func(t *testing.T) {
				w := newWorld(p.edit)
				p.plant(w)
				r := w.check()
				text := reportText(r)
				if !strings.Contains(text, p.want) {
					t.Errorf("the report does not say %q:\n%s", p.want, text)
				}
				if p.invariant == "" {
					if !r.Held {
						t.Errorf("false alarm:\n%s", text)
					}
					return
				}
				if v := r.Invariant(p.invariant); v.Status != Broken || !strings.Contains(strings.Join(v.Offenders, "\n"), p.want) {
					t.Errorf("%s is %s, want broken with %q:\n%s", p.invariant, v.Status, p.want, text)
				}
			})
		}
	}
}

func plantedAnswers() []planted {
	return []planted{
		{name: "a win of another unit", invariant: "I1", want: "but the ledger has", plant: func(w *world) { a, _ := w.first(Win); a.Unit++ }},
		{name: "a win of another prize", invariant: "I1", want: "but the ledger has", plant: func(w *world) { a, _ := w.first(Win); a.Prize = "boat" }},
		{name: "a win without an activity's name is of the only one", invariant: "I1", want: "but the ledger has", plant: func(w *world) { a, _ := w.first(Win); a.Activity = ""; a.Unit++ }},
		{name: "the only activity need not be named", want: "I1", plant: func(w *world) {
			for i := range w.log.Answers {
				w.log.Answers[i].Activity = ""
			}
		}},
		{name: "another code", invariant: "I1", want: "is not the code of the unit", plant: func(w *world) { a, _ := w.first(Win); a.Code = "x" }},
		{name: "a win of an unknown activity", invariant: "I1", want: "which is not in the ledger", plant: func(w *world) {
			a, _ := w.first(Win)
			w.again(*a, 0, func(a *Answer) { a.Activity = "other" })
		}},
		{name: "an activity that was not asked for", want: "I1", plant: func(w *world) {
			w.only = "act"
			a, _ := w.first(Win)
			w.again(*a, 0, func(a *Answer) { a.Activity = "other" })
		}},
		{name: "a win that names nobody", want: "I1", plant: func(w *world) { w.log.Answers = append(w.log.Answers, Answer{Activity: "act", Result: Win}) }},
		{name: "crossed", invariant: "I3", want: "another draw", plant: func(w *world) { a, _ := w.first(Loss); a.Crossed = true }},
		{name: "the same win again", want: "I3", plant: func(w *world) { a, _ := w.first(Win); w.again(*a, time.Minute, func(*Answer) {}) }},
		{name: "two units", invariant: "I3", want: "was answered with both", plant: func(w *world) { a, _ := w.first(Win); w.again(*a, time.Minute, func(a *Answer) { a.Unit++ }) }},
		{name: "two prizes", invariant: "I3", want: "was answered with both", plant: func(w *world) { a, _ := w.first(Win); w.again(*a, time.Minute, func(a *Answer) { a.Prize = "boat" }) }},
		{name: "two codes", invariant: "I3", want: "with two codes", plant: func(w *world) { a, _ := w.first(Win); w.again(*a, time.Minute, func(a *Answer) { a.Code = "x" }) }},
		{name: "win, then loss", invariant: "I3", want: "a loss after the win", plant: func(w *world) { a, _ := w.first(Win); w.again(*a, time.Minute, asLoss) }},
		{name: "loss at the moment of the win", invariant: "I3", want: "both a loss and the win", plant: func(w *world) {
			a, _ := w.first(Win)
			w.again(*a, a.Done.Sub(a.Sent), asLoss) // sent when the win was complete: not after it
		}},
		{name: "loss, then win, after Redis lost data", want: "I3", plant: func(w *world) {
			a, _ := w.first(Win)
			w.again(*a, -time.Minute, asLoss)
			w.opt.RedisLostData = true
		}},
		{name: "loss, then win", invariant: "I3", want: "both a loss and the win", plant: func(w *world) { a, _ := w.first(Win); w.again(*a, -time.Minute, asLoss) }},
		{name: "refused after the win", invariant: "I3", want: "was refused as ended after the win", plant: func(w *world) {
			a, _ := w.first(Win)
			w.again(*a, time.Minute, func(a *Answer) { a.Result, a.Kind = Refused, "ended" })
		}},
		{name: "refused before the win", want: "I3", plant: func(w *world) {
			a, _ := w.first(Win)
			w.again(*a, -time.Minute, func(a *Answer) { a.Result, a.Kind = Refused, "not-started" })
		}},
		{name: "overloaded after the win", want: "I3", plant: func(w *world) {
			a, _ := w.first(Win)
			w.again(*a, time.Minute, func(a *Answer) { a.Result, a.Kind = Refused, "overloaded" })
		}},
		{name: "refused after the loss", invariant: "I3", want: "was refused as ended after its loss", plant: func(w *world) {
			a, _ := w.first(Loss)
			w.again(*a, time.Minute, func(a *Answer) { a.Result, a.Kind = Refused, "ended" })
		}},
		{name: "refused after the loss, at the end", invariant: "I3", want: "after its loss", plant: func(w *world) {
			a, _ := w.first(Loss)
			w.again(*a, w.act.Spec.Ends.Sub(a.Sent), func(a *Answer) { a.Result, a.Kind = Refused, "ended" })
		}},
		{name: "refused after the loss, when losses may be forgotten", want: "I3", plant: func(w *world) {
			a, _ := w.first(Loss)
			w.again(*a, w.act.Spec.Ends.Sub(a.Sent)+1, func(a *Answer) { a.Result, a.Kind = Refused, "ended" })
		}},
		{name: "a loss that is a win in the ledger", invariant: "I3", want: "and the ledger has its win", plant: func(w *world) { a, _ := w.first(Win); asLoss(a) }},
		{name: "the same, after Redis lost data", want: "I3", plant: func(w *world) { a, _ := w.first(Win); asLoss(a); w.opt.RedisLostData = true }},
		{name: "the same, but the loss came after the win", invariant: "I3", want: "and the ledger has its win", plant: func(w *world) {
			a, _ := w.first(Win)
			asLoss(a)
			a.Sent = a.Done.Add(5*time.Second + 1)
			w.opt.RedisLostData = true
		}},
		{name: "the same, within the difference of clocks", want: "I3", plant: func(w *world) {
			a, _ := w.first(Win)
			asLoss(a)
			a.Sent = a.Done.Add(5 * time.Second)
			w.opt.RedisLostData = true
		}},
		{name: "Redis forgot a win", invariant: "I3", want: "Redis forgot the win", plant: func(w *world) { w.state.Outcomes[3] = "" }},
		{name: "Redis has a loss", invariant: "I3", want: "Redis has a loss", plant: func(w *world) { w.state.Outcomes[3] = "L" }},
		{name: "Redis has a proof", invariant: "I3", want: "another proof", plant: func(w *world) { w.state.Outcomes[3] = "W\x01\x02\x03\x04" }},
		{name: "Redis has the proof", want: "I3", plant: func(w *world) { w.state.Outcomes[3] = "W\x01\x02\x03\x04"; w.book.Rows[3].Mark = 0x01020304 }},
		{name: "no log", want: "no log of answers was given", plant: func(w *world) { w.log = nil }},
		{name: "no Redis", want: "no Redis URL was given", plant: func(w *world) { w.lost = true }},
	}
}

func plantedUnits() []planted {
	free := func(prize int, member string) redis.Z { return redis.Z{Score: float64(prize), Member: member} }
	return []planted{
		{name: "a prize of no spec", invariant: "I2", want: "3 units of prize #2", plant: func(w *world) { w.book.Stocks = append(w.book.Stocks, Stock{2, 3, 3, 1, 3}) }},
		{name: "a number twice", invariant: "I2", want: "401 units with 400 distinct numbers", plant: func(w *world) { w.book.Stocks[0].Units++ }},
		{name: "a unit is missing", invariant: "I2", want: "has 399 units", plant: func(w *world) { w.book.Stocks[0] = Stock{0, 399, 399, 1, 399} }},
		{name: "numbered from 0", invariant: "I2", want: "numbered 0 to 399", plant: func(w *world) { w.book.Stocks[0].Min, w.book.Stocks[0].Max = 0, 399 }},
		{name: "numbered to more", invariant: "I2", want: "numbered 1 to 401", plant: func(w *world) { w.book.Stocks[0].Max++ }},
		{name: "a prize without stock", want: "I2", edit: func(s *lottery.Spec) { s.Prizes = append(s.Prizes, lottery.Prize{ID: "boat"}) }, plant: func(w *world) { w.book.Stocks[2] = Stock{Prize: 2} }},
		{name: "a code twice", invariant: "I2", want: "share one code", plant: func(w *world) { w.book.Repeated = []string{"0:1, 0:2"} }},
		{name: "a unit won twice", invariant: "I2", want: "was also won by", plant: func(w *world) {
			rows := w.book.Rows
			for i := 1; i < len(rows); i++ {
				if rows[i].Prize == rows[0].Prize {
					rows[i].Unit = rows[0].Unit
					return
				}
			}
		}},
		{name: "a request with two rows", invariant: "I2", want: "has another row", plant: func(w *world) {
			row := w.book.Rows[0]
			row.Unit, row.Order = 399, 2
			w.book.Rows, w.state.Outcomes = append(w.book.Rows, row), append(w.state.Outcomes, "W")
		}},
		{name: "a row of no prize", invariant: "I2", want: "nothing unit", plant: func(w *world) { w.book.Rows[0].Prize = lottery.Blank }},
		{name: "a row of an unknown prize", invariant: "I2", want: "#7 unit", plant: func(w *world) { w.book.Rows[0].Prize = 7 }},
		{name: "unit 0", invariant: "I2", want: "is beyond the stock", plant: func(w *world) { w.book.Rows[0].Unit = 0 }},
		{name: "the last unit", want: "I4", plant: func(w *world) { w.book.Chosen = true; w.setUnit(0, w.act.Spec.Prizes[w.book.Rows[0].Prize].Stock) }},
		{name: "the one after the last", invariant: "I2", want: "is beyond the stock", plant: func(w *world) { w.setUnit(0, w.act.Spec.Prizes[w.book.Rows[0].Prize].Stock+1) }},
		{name: "a prize beyond the spec", invariant: "I2", want: "is beyond the stock", plant: func(w *world) { w.book.Rows[0].Prize = 2 }},
		{name: "a prize below 0", invariant: "I2", want: "is beyond the stock", plant: func(w *world) { w.book.Rows[0].Prize = -2 }},
		{name: "no code", invariant: "I2", want: "is not in the unit table", plant: func(w *world) { w.book.Rows[0].Code = "" }},
		{name: "a unit leaked", invariant: "I4", want: "so +1 are unaccounted for", plant: func(w *world) { w.count(0, +1) }},
		{name: "a unit leaked and is free", want: "I4", plant: func(w *world) { n := w.count(0, +1); w.state.Free = []redis.Z{free(0, fmt.Sprintf("0:%d", n))} }},
		{name: "a counter fell back", invariant: "I4", want: "so -1 are unaccounted for", plant: func(w *world) { w.count(0, -1) }},
		{name: "a won unit above the counter", invariant: "I4", want: "is won, but Redis has handed out only", plant: func(w *world) { w.count(0, -1) }},
		{name: "the counter is the stock", want: "I4", plant: func(w *world) {
			for n := w.count(0, 0) + 1; n <= 400; n++ {
				w.state.Free = append(w.state.Free, free(0, fmt.Sprintf("0:%d", n)))
			}
			w.state.Units["0"] = "400"
		}},
		{name: "the counter is above the stock", invariant: "I4", want: "has handed out 401 units", plant: func(w *world) { w.state.Units["0"] = "401" }},
		{name: "the counter is below 0", invariant: "I4", want: "has handed out -1 units", plant: func(w *world) { w.state.Units["0"] = "-1" }},
		{name: "an unknown counter", invariant: "I4", want: "unknown counter", plant: func(w *world) { w.state.Units["2"] = "1" }},
		{name: "a counter that is no number", invariant: "I4", want: "unknown counter", plant: func(w *world) { w.state.Units["0"] = "many" }},
		{name: "a won unit is free", invariant: "I4", want: "is won, but free in Redis", plant: func(w *world) { w.state.Free = []redis.Z{free(0, "0:1")} }},
		{name: "unit 0 is free", invariant: "I4", want: "unit 0 in activity act is free", plant: func(w *world) { w.state.Free = []redis.Z{free(0, "0:0")} }},
		{name: "a unit above the counter is free", invariant: "I4", want: "is free in Redis, which has handed out only", plant: func(w *world) { w.state.Free = []redis.Z{free(0, fmt.Sprintf("0:%d", w.count(0, 0)+1))} }},
		{name: "a free unit of another prize", invariant: "I4", want: "unknown free unit", plant: func(w *world) { w.state.Free = []redis.Z{free(1, "0:1")} }},
		{name: "a free unit of no prize", invariant: "I4", want: "unknown free unit", plant: func(w *world) { w.state.Free = []redis.Z{free(2, "2:1")} }},
		{name: "a free unit without a number", invariant: "I4", want: "unknown free unit", plant: func(w *world) { w.state.Free = []redis.Z{free(0, "0:x")} }},
		{name: "not at rest", want: "draws went on", plant: func(w *world) { w.state.Restless = "draws went on"; w.count(0, +1) }},
		{name: "dead", want: "it is gone", plant: func(w *world) { w.state.Dead = "it is gone"; w.count(0, +1) }},
	}
}

// setUnit gives a row, its answer and its code another unit.
func (w *world) setUnit(row int, unit int64) {
	r := &w.book.Rows[row]
	for i := range w.log.Answers {
		if a := &w.log.Answers[i]; a.User == r.User && a.Request == r.Request {
			a.Unit = unit
		}
	}
	r.Unit = unit
}

// count changes a counter of Redis and returns it.
func (w *world) count(prize int, by int64) (n int64) {
	key := fmt.Sprint(prize)
	fmt.Sscan(w.state.Units[key], &n)
	n += by
	w.state.Units[key] = fmt.Sprint(n)
	return n
}

func plantedHolds() []planted {
	hold := func(w *world, age time.Duration, journaled, held bool) {
		if journaled {
			w.state.Journal = []redis.Z{{Score: float64(w.state.Now.Add(-age).UnixMilli()), Member: "twelve bytes"}}
		}
		if held {
			w.state.Holds["twelve bytes"] = "0,1,1"
		}
		w.state.Restless = "a draw is in flight"
	}
	pending := func(w *world) {
		w.log.Answers = append(w.log.Answers, Answer{Activity: "act", User: "late", Request: "r", Result: Pending, Sent: w.at(900), Done: w.at(901)})
	}
	return []planted{
		{name: "young", want: "I5", plant: func(w *world) { hold(w, 30*time.Second, true, true) }},
		{name: "old", invariant: "I5", want: "waits for 30.001s", plant: func(w *world) { hold(w, 30*time.Second+time.Millisecond, true, true) }},
		{name: "as old as asked", want: "I5", plant: func(w *world) { hold(w, 7*time.Second, true, true); w.opt.Overdue = 7 * time.Second }},
		{name: "older than asked", invariant: "I5", want: "waits for 7.001s", plant: func(w *world) { hold(w, 7001*time.Millisecond, true, true); w.opt.Overdue = 7 * time.Second }},
		{name: "old, without a hold", invariant: "I5", want: "an entry without a hold", plant: func(w *world) { hold(w, time.Hour, true, false) }},
		{name: "not journaled", invariant: "I5", want: "is not in the journal", plant: func(w *world) { hold(w, 0, false, true) }},
		{name: "pending, and nothing came of it", invariant: "I5", want: "was answered as pending", plant: pending},
		{name: "pending, then lost", want: "I5", plant: func(w *world) {
			a, _ := w.first(Loss)
			w.again(*a, -time.Second, func(a *Answer) { a.Result = Pending })
		}},
		{name: "pending, then a row", want: "I5", plant: func(w *world) { a, _ := w.first(Win); a.Result, a.Prize, a.Unit, a.Code = Pending, "", 0, "" }},
		{name: "pending, but not at rest", want: "pending draws: activity act: draws went on", plant: func(w *world) { pending(w); w.state.Restless = "draws went on" }},
		{name: "pending, but rebuilt", want: "pending draws: activity act: Redis was rebuilt", plant: func(w *world) { pending(w); w.book.Record.Epoch, w.state.Epoch = 3, 3 }},
	}
}

func plantedLimits() []planted {
	return []planted{
		{name: "a win number twice", invariant: "I6", want: "are numbered [1 1]", plant: func(w *world) { w.rowsOf(w.winner(2))[1].Order = 1 }},
		{name: "win number 0", invariant: "I6", want: "are numbered [0]", plant: func(w *world) { w.rowsOf(w.winner(1))[0].Order = 0 }},
		{name: "a gap", invariant: "I6", want: "with gaps", plant: func(w *world) { w.rowsOf(w.winner(1))[0].Order = 2 }},
		{name: "a gap after a rebuild", want: "gaps in win numbers", plant: func(w *world) { w.rowsOf(w.winner(1))[0].Order = 2; w.book.Record.Epoch, w.state.Epoch = 3, 3 }},
		{name: "a number above the limit", invariant: "I6", want: "(win number 3), the limit is 2", plant: func(w *world) { w.rowsOf(w.winner(1))[0].Order = 3 }},
		{name: "a looser limit in an older version", want: "gaps", invariant: "I6", plant: func(w *world) {
			w.rowsOf(w.winner(1))[0].Order = 3
			older := w.book.Versions[0]
			older.Number, older.Spec.WinsPerUser = 9, 3
			w.book.Versions = append(w.book.Versions, older)
		}},
		{name: "no limit in an older version", want: "gaps", invariant: "I6", plant: func(w *world) {
			w.rowsOf(w.winner(1))[0].Order = 3
			older := w.book.Versions[0]
			older.Number, older.Spec.WinsPerUser = 9, 0
			w.book.Versions = append(w.book.Versions, older)
		}},
		{name: "Redis counts too few wins", invariant: "I6", want: "Redis counts 1 wins", plant: func(w *world) { w.state.Winners[w.winner(2)] = Tally{3, 1} }},
		{name: "Redis counts fewer draws than wins", invariant: "I6", want: "Redis counts 1 draws", plant: func(w *world) { w.state.Winners[w.winner(2)] = Tally{1, 2} }},
		{name: "Redis counts as many draws as wins", want: "I6", plant: func(w *world) { w.state.Winners[w.winner(2)] = Tally{2, 2} }},
		{name: "the row of a first win is missing", invariant: "I6", want: "Redis counts 0 wins", plant: func(w *world) {
			user := w.winner(1)
			w.rowsOf(user)[0].Order = 2
			w.state.Winners[user] = Tally{3, 0}
		}},
		{name: "Redis counts more than the limit", invariant: "I6", want: "the limits of activity act are 3 draws and 2 wins", plant: func(w *world) { w.state.Excess = []string{"user 12 has 4 draws"} }},
		{name: "Redis counts more draws than the limit", invariant: "I6", want: "user 13 has 4 draws; the limits of activity act", plant: func(w *world) { w.state.Overdrawn = []string{"user 13 has 4 draws"} }},
		{name: "Redis counts more draws after it lost data", want: "draws of users in activity act: Redis lost data", plant: func(w *world) { w.state.Overdrawn = []string{"user 13 has 4 draws"}; w.opt.RedisLostData = true }},
		{name: "Redis counts more wins after it lost data", invariant: "I6", want: "user 12 has 4 wins", plant: func(w *world) { w.state.Excess = []string{"user 12 has 4 wins"}; w.opt.RedisLostData = true }},
		{name: "a fourth draw", invariant: "I6", want: "got more than 3 draws answered", plant: func(w *world) { w.lose(w.dice("user-0", lottery.Blank)) }},
		{name: "a fourth draw after Redis lost data", want: "Redis lost data, and draw counts with it", plant: func(w *world) { w.lose(w.dice("user-0", lottery.Blank)); w.opt.RedisLostData = true }},
		{name: "a fourth draw without a limit", want: "I6", edit: func(s *lottery.Spec) { s.DrawsPerUser = 0 }, plant: func(w *world) { w.lose(w.dice("user-0", lottery.Blank)) }},
		{name: "a fourth that was refused", want: "I6", plant: func(w *world) {
			w.log.Answers = append(w.log.Answers, Answer{Activity: "act", User: "user-0", Request: "fourth", Result: Refused, Kind: "draw-limit-reached", Sent: w.at(900), Done: w.at(901)})
		}},
		{name: "a row of a future epoch", invariant: "I7", want: "is of epoch 3", plant: func(w *world) { w.book.Rows[0].Epoch = 3 }},
		{name: "a row of epoch 1", want: "I7", plant: func(w *world) { w.book.Rows[0].Epoch = 1 }},
		{name: "a row of epoch 0", invariant: "I7", want: "is of epoch 0", plant: func(w *world) { w.book.Rows[0].Epoch = 0 }},
		{name: "Redis in another epoch", invariant: "I7", want: "in epoch 1, the ledger is in epoch 2", plant: func(w *world) { w.state.Epoch = 1 }},
		{name: "Redis moved on", want: "epoch of Redis: activity act: " + movedEpoch, plant: func(w *world) { w.state.Epoch, w.state.Restless = 3, movedEpoch }},
	}
}

// lose answers a request with a loss.
func (w *world) lose(t lottery.Ticket) {
	w.log.Answers = append(w.log.Answers, Answer{Activity: "act", User: t.User, Request: t.Request, Result: Loss, Sent: w.at(900), Done: w.at(901)})
}

func plantedDice() []planted {
	random := func(s *lottery.Spec) { s.Dice, s.WinsPerUser, s.DrawsPerUser = lottery.DiceRandom, 0, 0 }
	commit := func(secret byte) func(*world) {
		return func(w *world) {
			sum := lottery.Commitment([32]byte{secret})
			w.opt.Commitments = map[string]string{"act": fmt.Sprintf(" %X\n", sum)}
		}
	}
	lost := func(user string, n int) func(*world) {
		return func(w *world) {
			for i := range n {
				w.log.Answers = append(w.log.Answers, Answer{Activity: "act", User: fmt.Sprint(user, i), Request: "r", Result: Loss, Sent: w.at(900), Done: w.at(901)})
			}
		}
	}
	return []planted{
		{name: "the commitment, in capitals", want: "I8", plant: commit(7)},
		{name: "another commitment", invariant: "I8", want: "does not match its commitment", plant: commit(8)},
		{name: "another word", invariant: "I8", want: "but its dice give", plant: func(w *world) { w.book.Rows[0].Word++ }},
		{name: "an unknown version", invariant: "I8", want: "of which the ledger has no record", plant: func(w *world) { w.book.Rows[0].Version = 2 }},
		{name: "a version with other prizes", invariant: "I8", want: "of which the ledger has no record", plant: func(w *world) {
			older := w.book.Versions[0]
			older.Number, older.Spec.Prizes = 2, older.Spec.Prizes[:1]
			w.book.Versions = append(w.book.Versions, older)
			w.book.Rows[0].Version = 2
		}},
		{name: "a word that chooses nothing", invariant: "I8", want: "which chooses nothing", edit: random, plant: func(w *world) { w.book.Rows[0].Word = w.dice("x", lottery.Blank).Word }},
		{name: "a word that nobody draws", invariant: "I8", want: "which chooses nothing", edit: random, plant: func(w *world) { w.book.Rows[0].Word = 0 }},
		{name: "a word of another prize", invariant: "I8", want: "which chooses", edit: random, plant: func(w *world) {
			row := &w.book.Rows[0]
			row.Word = w.dice("x", 1-row.Prize).Word
		}},
		{name: "a stand-in while there is better", invariant: "I8", want: "was given as the fallback of car", edit: func(s *lottery.Spec) { s.Prizes[0].Fallback = "mug" }, plant: func(w *world) {
			for i := range w.book.Rows {
				if w.book.Rows[i].Prize == 0 {
					w.book.Rows[i].Prize = 1
					return
				}
			}
		}},
		{name: "stand-ins when the best is sold out", want: "I8", edit: func(s *lottery.Spec) { s.Prizes[0].Fallback, s.Prizes[0].Stock = "mug", 5 }, plant: func(*world) {}},
		{name: "losses when all are sold out", want: "I8", edit: func(s *lottery.Spec) { s.Prizes[0].Stock, s.Prizes[1].Stock = 5, 6 }, plant: func(*world) {}},
		{name: "one of them came back", invariant: "I8", want: "which is in stock", edit: func(s *lottery.Spec) { s.Prizes[0].Stock, s.Prizes[1].Stock = 5, 6 }, plant: func(w *world) { w.forget(0) }},
		{name: "a loss that was a win", invariant: "I8", want: "lost, but its dice chose car", plant: func(w *world) { w.lose(w.dice("cheated", 0)) }},
		{name: "a loss that was a win, without a win limit", invariant: "I8", want: "lost, but its dice chose car", edit: func(s *lottery.Spec) { s.DrawsPerUser, s.WinsPerUser = 0, 0 }, plant: func(w *world) { w.lose(w.dice("cheated", 0)) }},
		{name: "wins after one prize ran out", want: "I8", edit: func(s *lottery.Spec) { random(s); s.Prizes[0].Stock, s.Prizes[0].Weight, s.BlankWeight = 5, 40, 10 }, plant: func(w *world) { w.log = nil }},
		{name: "a loss at the win limit", want: "I8", edit: func(s *lottery.Spec) { s.DrawsPerUser = 0 }, plant: func(w *world) { w.lose(w.dice(w.winner(2), 0)) }},
		{name: "a loss below the win limit", invariant: "I8", want: "lost, but its dice chose car", edit: func(s *lottery.Spec) { s.DrawsPerUser = 0 }, plant: func(w *world) { w.lose(w.dice(w.winner(1), 0)) }},
		{name: "a loss that a rebuild explains", want: "losses: activity act: Redis was rebuilt", plant: func(w *world) { w.lose(w.dice("cheated", 0)); w.book.Record.Epoch, w.state.Epoch = 3, 3 }},
		{name: "random dice", want: "I8", edit: random, plant: func(*world) {}},
		{name: "random dice that never win", invariant: "I8", want: "the draws of activity act do not follow the weights", edit: random, plant: lost("unlucky-", 1000)},
		{name: "the same, with an open answer", want: "open answers hide", edit: random, plant: func(w *world) {
			lost("unlucky-", 300)(w)
			w.log.Answers = append(w.log.Answers, Answer{Activity: "act", User: "open", Request: "r", Result: Unknown})
		}},
		{name: "the same, with a prize sold out", want: "with random dice, sold-out prizes", edit: func(s *lottery.Spec) { random(s); s.Prizes[0].Stock = 5 }, plant: lost("unlucky-", 300)},
		{name: "the same, with a win limit", want: "with random dice, sold-out prizes, limits", edit: func(s *lottery.Spec) { random(s); s.WinsPerUser = 3 }, plant: lost("unlucky-", 300)},
		{name: "too few for a test", want: "too few of them for a test", plant: func(w *world) { w.log.Answers = w.log.Answers[:3] }},
		{name: "wins of one prize alone", invariant: "I8", want: "the wins of activity act do not follow", edit: random, plant: func(w *world) {
			for i := range 100 {
				w.book.Rows = append(w.book.Rows, Row{User: fmt.Sprint("lucky-", i), Request: "r", Prize: 0, Unit: 300 + int64(i), Order: 1, Epoch: 2, Version: 1, Word: w.dice("x", 0).Word, Code: "x"})
				w.state.Outcomes = append(w.state.Outcomes, "W")
			}
		}},
	}
}

// forget takes a row out of everything, as if its unit had never been won, and
// leaves it in stock.
func (w *world) forget(i int) {
	row := w.book.Rows[i]
	w.book.Rows = append(w.book.Rows[:i:i], w.book.Rows[i+1:]...)
	w.state.Outcomes = w.state.Outcomes[1:]
	w.state.Free = append(w.state.Free, redis.Z{Score: float64(row.Prize), Member: fmt.Sprintf("%d:%d", row.Prize, row.Unit)})
	for k := range w.log.Answers {
		if a := w.log.Answers[k]; a.User == row.User && a.Request == row.Request {
			w.log.Answers = append(w.log.Answers[:k:k], w.log.Answers[k+1:]...)
			return
		}
	}
}

// TestWhatRedisKeepsOfAUser: draws, wins, and the outcome of the first request; of
// the others a record of their own says the outcome.
func TestWhatRedisKeepsOfAUser(t *testing.T) {
	const counts = "\x00\x00\x00\x01\x00\x02"
	if tally, first := parseUser(counts); tally.Draws != 1 || tally.Wins != 2 || first != "" {
		t.Errorf("six bytes: got %+v and %q", tally, first)
	}
	if tally, first := parseUser(counts[:5]); tally != (Tally{}) || first != "" {
		t.Errorf("five bytes: got %+v and %q", tally, first)
	}
	for _, row := range []struct{ name, state, want string }{
		{"the first request", counts + "key-Lrest", "Lrest"},
		{"the only draw was another", counts + "other-L", ""},
		{"one of two draws", "\x00\x00\x00\x02\x00\x00other-L", "record"},
		{"the first is not kept", counts, "record"},
		{"no user", "", ""},
	} {
		if got := replayed("key-", row.state, "record"); got != row.want {
			t.Errorf("%s: got %q, want %q", row.name, got, row.want)
		}
	}
}
