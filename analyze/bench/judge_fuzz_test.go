package bench_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/lotteryctl/lotteryctl/analyze/bench"
)

// Whatever two inputs say, judging ends, every question gets an answer, and only
// a pairing that was demanded is an error. internal/benchreport writes what comes
// out.
func FuzzJudge(f *testing.F) {
	f.Add("BenchmarkX 1 5 ns/op\n", "BenchmarkX 1 6 ns/op\n")
	f.Add("BenchmarkX 1 -5 ns/op 0 B/op\nBenchmarkX 1 0 ns/op 3 B/op\n", "BenchmarkX 1 6e300 ns/op\nBenchmarkX 1 1e-300 ns/op 1 errors/op\n")
	f.Add("Unit x assume=exact better=higher\nBenchmarkX/a=1 1 5 x\n", "BenchmarkX/a=2 1 6 x\n")
	f.Add(strings.Repeat("BenchmarkX 1 5 p99-latency-ns\n", 8), strings.Repeat("BenchmarkX 1 7 p99-latency-ns\n", 9))
	f.Fuzz(func(t *testing.T, old, new string) {
		if len(old)+len(new) > 4096 {
			return // long inputs find nothing that short ones do not
		}
		set, err := bench.Read(bench.Input{Label: "old", Reader: strings.NewReader(old)}, bench.Input{Label: "new", Reader: strings.NewReader(new)})
		if err != nil {
			return
		}
		tables, err := bench.DefaultQuery().Tables(set)
		if err != nil {
			t.Fatal(err)
		}
		for _, pairing := range []bench.Pairing{bench.PairAuto, bench.Unpaired, bench.Paired} {
			policy := bench.Policy{}
			policy.Pairing = pairing
			report, err := bench.Judge(tables, policy)
			if err != nil {
				if !errors.Is(err, bench.ErrUnpairable) || pairing != bench.Paired {
					t.Errorf("%s: %v", pairing, err)
				}
				continue
			}
			report.Outcome(true)
			var questions []bench.Question
			for _, table := range tables.Tables {
				for _, from := range table.Cols {
					for _, to := range table.Cols {
						questions = append(questions, bench.Question{Unit: table.Unit, From: from.Label, To: to.Label})
					}
				}
			}
			if answers, _ := bench.Ask(tables, questions, policy); len(answers) != len(questions) {
				t.Errorf("%s: %d answers to %d questions", pairing, len(answers), len(questions))
			}
		}
		bench.Calibrate(tables, 1)
	})
}
