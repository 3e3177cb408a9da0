package repair_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
	"github.com/lotteryctl/lotteryctl/internal/repair"
)

// world is an activity in which everybody wins a mug, and ten mugs.
func world() repair.Evidence {
	now := time.Now()
	a := lottery.NewActivity(lottery.Record{Version: 3, Epoch: 7, Secret: [lottery.SecretBytes]byte{1}, Spec: lottery.Spec{
		ID: "act", Starts: now, Ends: now.Add(time.Hour), Dice: lottery.DiceCommitted,
		Prizes: []lottery.Prize{{ID: "mug", Weight: 1, Stock: 10}, {ID: "car", Stock: 1}},
	}})
	e := repair.Evidence{Activity: a, Codes: map[repair.Unit]string{{Prize: 1, No: 1}: "car-1"}}
	for i := range int64(10) {
		e.Codes[repair.Unit{No: i + 1}] = fmt.Sprint("code-", i+1)
	}
	return e
}

func row(user, request string, unit int64, order int) lottery.WinRow {
	return lottery.WinRow{Activity: "act", User: user, Request: request, Epoch: 6, Hold: lottery.Hold{Unit: unit, Order: order, Version: 2, Word: 99}}
}

func TestPlan(t *testing.T) {
	t.Parallel()
	told := func(user, request string, unit int64) repair.Told {
		return repair.Told{User: user, Request: request, Prize: "mug", Unit: unit, Code: fmt.Sprint("code-", unit)}
	}
	for _, tc := range []struct {
		name    string
		edit    func(*repair.Evidence)
		present int
		insert  []string // user request unit order
		against []repair.Reason
	}{
		{name: "nothing is lost", edit: func(e *repair.Evidence) {
			e.Rows = []lottery.WinRow{row("ann", "a", 1, 1)}
			e.Recent, e.Told = e.Rows, []repair.Told{told("ann", "a", 1)}
		}, present: 2},
		{name: "Redis remembers", edit: func(e *repair.Evidence) {
			e.Rows, e.Recent = []lottery.WinRow{row("ann", "a", 1, 1)}, []lottery.WinRow{row("ann", "a", 1, 1), row("ann", "b", 2, 2)}
		}, present: 1, insert: []string{"ann b 2 2"}},
		{name: "only clients do", edit: func(e *repair.Evidence) {
			e.Rows, e.Told = []lottery.WinRow{row("ann", "a", 1, 1)}, []repair.Told{told("ann", "b", 2), told("ann", "b", 2), told("bob", "c", 3)}
		}, present: 1, insert: []string{"ann b 2 2", "bob c 3 1"}},
		{name: "the unit has another winner", edit: func(e *repair.Evidence) {
			e.Rows, e.Told = []lottery.WinRow{row("ann", "a", 1, 1)}, []repair.Told{told("bob", "b", 1)}
		}, against: []repair.Reason{repair.UnitTaken}},
		{name: "the request has another win", edit: func(e *repair.Evidence) {
			e.Rows, e.Told = []lottery.WinRow{row("ann", "a", 1, 1)}, []repair.Told{told("ann", "a", 2)}
		}, against: []repair.Reason{repair.OtherWin}},
		{name: "invented", edit: func(e *repair.Evidence) {
			e.Told = []repair.Told{told("ann", "a", 11), {User: "ann", Request: "b", Prize: "mug", Unit: 2, Code: "code-3"},
				{User: "ann", Request: "c", Prize: "yacht", Unit: 1, Code: "x"}, {User: "ann", Request: "d", Prize: "car", Unit: 1, Code: "car-1"}}
		}, against: []repair.Reason{repair.NoUnit, repair.OtherCode, repair.NoUnit, repair.OtherDice}},
	} {
		e := world()
		tc.edit(&e)
		p := repair.Make(e)
		var insert []string
		for _, w := range p.Insert {
			insert = append(insert, fmt.Sprint(w.User, " ", w.Request, " ", w.Unit, " ", w.Order))
			if w.Epoch != 7 || w.Activity != "act" {
				t.Errorf("%s: the row is of activity %q, epoch %d", tc.name, w.Activity, w.Epoch)
			}
		}
		var against []repair.Reason
		for _, c := range p.Conflicts {
			against = append(against, c.Reason)
		}
		if p.Present != tc.present || !slices.Equal(insert, tc.insert) || !slices.Equal(against, tc.against) || p.Blind != 0 {
			t.Errorf("%s: %d present, insert %q, against %q, %d blind", tc.name, p.Present, insert, against, p.Blind)
		}
	}
}

// TestToldRowsHaveTheDice: a row that only a client tells of has the word and the mark
// that the draw would have.
func TestToldRowsHaveTheDice(t *testing.T) {
	t.Parallel()
	e := world()
	e.Told = []repair.Told{{User: "ann", Request: "a", Proof: "order 7", Prize: "mug", Unit: 4, Code: "code-4"}}
	want := e.Activity.Ticket(lottery.Entry{Activity: "act", User: "ann", Request: "a", Proof: "order 7"})
	p := repair.Make(e)
	if len(p.Insert) != 1 || p.Insert[0].Word != want.Word || p.Insert[0].Mark != want.Mark || want.Mark == 0 || p.Insert[0].Version != 3 {
		t.Errorf("got %+v, want the word %d and the mark %d", p, want.Word, want.Mark)
	}
}
