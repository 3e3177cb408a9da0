package benchreport_test

import (
	"encoding/json"
	"io"
	"strings"
	"testing"

	"github.com/lotteryctl/lotteryctl/analyze/bench"
	"github.com/lotteryctl/lotteryctl/internal/benchreport"
)

// Whatever two inputs say, every format can be written, and JSON
// is JSON.
func FuzzWrite(f *testing.F) {
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
			policy := bench.Policy{Pairing: pairing}
			judgement, err := bench.Judge(tables, policy)
			if err != nil {
				continue // analyze/bench has a fuzz target of its own
			}
			report := &benchreport.Report{Report: judgement}
			var b strings.Builder
			if err := report.WriteJSON(&b); err != nil || !json.Valid([]byte(b.String())) {
				t.Errorf("%s: no JSON: %v", pairing, err)
			}
			for _, write := range []func(io.Writer) error{report.WriteText, report.WriteMarkdown, report.WriteHTML,
				func(w io.Writer) error { return report.WriteCSV(w, w) }} {
				if err := write(io.Discard); err != nil {
					t.Errorf("%s: %v", pairing, err)
				}
			}
			if outcome, cause := report.Outcome(true); outcome != bench.Passed && benchreport.Why(cause) == "" {
				t.Errorf("%s: %s without a word", pairing, outcome)
			}
			for _, w := range report.Warnings {
				if benchreport.Warning(w) == "" {
					t.Errorf("%s: no word for %+v", pairing, w)
				}
			}
		}
	})
}
