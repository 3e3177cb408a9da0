package redis

import (
	"testing"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

func TestParseReply(t *testing.T) {
	for _, row := range []struct {
		word string
		want lottery.Reservation
	}{
		{"L", lottery.Reservation{Status: lottery.StatusLost}},
		{"l", lottery.Reservation{Status: lottery.StatusLost, Replayed: true}},
		{"c", lottery.Reservation{Status: lottery.StatusConfirmed, Replayed: true}},
		{"n", lottery.Reservation{Status: lottery.StatusNone}},
		{"W2,7,1", lottery.Reservation{Status: lottery.StatusHeld, Hold: lottery.Hold{Prize: 2, Unit: 7, Order: 1}}},
		{"w2,7,1,3,18446744073709551615,9,4", lottery.Reservation{Status: lottery.StatusHeld, Replayed: true,
			Hold: lottery.Hold{Prize: 2, Unit: 7, Order: 1, Version: 3, Word: 1<<64 - 1}}},
	} {
		if got, err := parseReply(row.word); err != nil || got != row.want {
			t.Errorf("%q: %+v, %v; want %+v", row.word, got, err, row.want)
		}
	}
	for _, word := range []string{"", "?", "LL", "W", "W1,2", "W1,2,3,4", "W1,2,x", "W-1,2,3", "w1,2,3,4,5,6,7,8"} {
		if got, err := parseReply(word); err == nil {
			t.Errorf("%q: %+v; want an error", word, got)
		}
	}
}

func FuzzParseReply(f *testing.F) {
	f.Add("L")
	f.Add("W0,1,1")
	f.Add("w0,1,1,1,5,0,3")
	f.Fuzz(func(t *testing.T, word string) {
		if r, err := parseReply(word); err == nil && r.Status == lottery.StatusHeld && (r.Hold.Unit < 0 || r.Hold.Prize < 0) {
			t.Errorf("%q gives a negative hold %+v", word, r.Hold)
		}
	})
}

func FuzzParseJournal(f *testing.F) {
	f.Add("0,1,1,1,5,0,3;annr1")
	f.Add("0,1,1;")
	f.Add(";")
	f.Fuzz(func(t *testing.T, text string) {
		if w, err := parseJournal("a", text); err == nil && len(w.User)+len(w.Request) > len(text) {
			t.Errorf("%q gives more text than it has: %+v", text, w)
		}
	})
}
