package audit_test

import (
	"strings"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/audit"
)

func TestSummary(t *testing.T) {
	held := audit.Invariant{ID: "I1", Status: audit.Held}
	partly := audit.Invariant{ID: "I2", Status: audit.Held, NotChecked: []string{"some"}}
	broken := audit.Invariant{ID: "I3", Status: audit.Broken, NotChecked: []string{"some"}}
	for _, row := range []struct {
		verdicts []audit.Invariant
		want     string
	}{
		{[]audit.Invariant{held, held}, "all 8 invariants held"},
		{[]audit.Invariant{held, partly}, "nothing is broken; not checked, or only in part: I2"},
		{[]audit.Invariant{held, partly, broken}, "broken: I3"},
	} {
		var r audit.Report
		for i := range r.Invariants {
			r.Invariants[i] = held
		}
		copy(r.Invariants[:], row.verdicts)
		if got := r.Summary(); got != row.want {
			t.Errorf("got %q, want %q", got, row.want)
		}
	}
}

// TestTextOfAnswers: answers are counted where there are any, or lines that could
// have been some.
func TestTextOfAnswers(t *testing.T) {
	text := func(r audit.Report) string {
		var b strings.Builder
		if err := r.WriteText(&b); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	const line = "answers: 0 wins"
	if got := text(audit.Report{}); strings.Contains(got, line) {
		t.Errorf("without answers:\n%s", got)
	}
	if got := text(audit.Report{Counts: audit.Counts{Answers: 1}}); !strings.Contains(got, line) {
		t.Errorf("with answers:\n%s", got)
	}
	if got := text(audit.Report{Malformed: []audit.Malformed{{Line: 1}}}); !strings.Contains(got, line) {
		t.Errorf("with a line that could not be read:\n%s", got)
	}
}

// TestRecordedExchanges: what cannot be read is no answer.
func TestRecordedExchanges(t *testing.T) {
	var r audit.Recorder
	if _, err := r.RecordExchange(audit.Exchange{Status: 200, Request: []byte("{"), Response: []byte("{")}); err == nil {
		t.Error("half an exchange has no error")
	}
	good := audit.Exchange{
		Sent: time.Now(), Done: time.Now(), Status: 200,
		Request:  []byte(`{"user":"bob","request":"r2"}`),
		Response: []byte(`{"result":"loss","activity":"demo","user":"bob","request":"r2"}`),
	}
	if _, err := r.RecordExchange(good); err != nil {
		t.Fatal(err)
	}
	if got := r.Log().Answers; len(got) != 1 || got[0].Result != audit.Loss {
		t.Errorf("recorded %+v, want the loss alone", got)
	}
}

// TestLongestLine: a line of exactly the limit counts.
func TestLongestLine(t *testing.T) {
	const longest = 1 << 20
	for extra, want := range map[int]int{0: 1, 1: 0} {
		line := lossLine[:len(lossLine)-1] + strings.Repeat(" ", longest-len(lossLine)-1+extra) + "}\n"
		log, err := audit.ReadAnswers(strings.NewReader(line), "log")
		if err != nil || len(log.Answers) != want || len(log.Malformed) != 1-want {
			t.Errorf("%d bytes: %d answers, %d malformed, %v", len(line), len(log.Answers), len(log.Malformed), err)
		}
	}
}
