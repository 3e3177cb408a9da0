package audit_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/audit"
	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// evidence is a healthy run of n draws with 10 % winners, without Redis, made
// in memory.
func evidence(n int) audit.Evidence {
	spec := lottery.Spec{
		ID: "bench", Name: "Bench", Starts: time.Unix(0, 0), Ends: time.Unix(1<<32, 0), BlankWeight: 90, Dice: lottery.DiceCommitted,
		Prizes: []lottery.Prize{{ID: "mug", Tier: "third", Name: "Mug", Weight: 10, Stock: int64(n)}},
	}
	book := &audit.Book{
		Record:   lottery.Record{Spec: spec, Version: 1, Epoch: 2},
		Versions: []audit.Version{{Number: 1, Spec: spec}},
		Stocks:   []audit.Stock{{Units: int64(n), Distinct: int64(n), Min: 1, Max: int64(n)}},
	}
	act := lottery.NewActivity(book.Record)
	log := &audit.Log{}
	for i := range n {
		a := audit.Answer{Activity: spec.ID, User: fmt.Sprintf("user-%d", i), Request: fmt.Sprintf("request-%d", i), Result: audit.Loss}
		if t := act.Ticket(lottery.Entry{Activity: a.Activity, User: a.User, Request: a.Request}); t.Prize != lottery.Blank {
			unit := int64(len(book.Rows) + 1)
			a.Result, a.Prize, a.Unit, a.Code = audit.Win, "mug", unit, fmt.Sprintf("code-%d", unit)
			book.Rows = append(book.Rows, audit.Row{User: a.User, Request: a.Request, Unit: unit, Order: 1, Epoch: 2, Version: 1, Word: t.Word, Code: a.Code})
		}
		log.Answers = append(log.Answers, a)
	}
	return audit.Evidence{Ledger: &audit.Ledger{Books: []*audit.Book{book}}, Log: log}
}

// BenchmarkCheck judges a million answers and a hundred thousand rows an
// operation, and reports what an answer costs in time and in live memory.
func BenchmarkCheck(b *testing.B) {
	const n = 1_000_000
	ev := evidence(n)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for b.Loop() {
		if r := audit.Check(ev, audit.Options{}); !r.Held {
			b.Fatal(text(r))
		}
	}
	runtime.ReadMemStats(&after)
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/answer")
	b.ReportMetric(float64(after.TotalAlloc-before.TotalAlloc)/float64(b.N)/n, "B/answer")
}

// BenchmarkReadAnswers reads losses, the commonest line.
func BenchmarkReadAnswers(b *testing.B) {
	const lines = 10_000
	data := strings.Repeat(lossLine+"\n", lines)
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if log, err := audit.ReadAnswers(strings.NewReader(data), "log"); err != nil || len(log.Answers) != lines {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/lines, "ns/answer")
}
