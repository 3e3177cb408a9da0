package bench_test

import (
	"fmt"
	"log"
	"strings"

	"github.com/lotteryctl/lotteryctl/analyze/bench"
)

// A gate on two files: ten runs each, the new ones a tenth slower.
func ExampleJudge() {
	var old, new strings.Builder
	for run := range 10 {
		fmt.Fprintf(&old, "BenchmarkDraw 5000 %d p95-latency-ns\n", 1_000_000+4_000*(run*7%10))
		fmt.Fprintf(&new, "BenchmarkDraw 5000 %d p95-latency-ns\n", 1_100_000+4_000*(run*3%10))
	}
	set, err := bench.Read(
		bench.Input{Label: "old", Reader: strings.NewReader(old.String())},
		bench.Input{Label: "new", Reader: strings.NewReader(new.String())},
	)
	if err != nil {
		log.Fatal(err)
	}
	var query bench.Query // compares file with file
	tables, err := query.Tables(set)
	if err != nil {
		log.Fatal(err)
	}
	gate, err := bench.ParseFailOn("p95-latency>5%")
	if err != nil {
		log.Fatal(err)
	}
	report, err := bench.Judge(tables, bench.Policy{Gates: []bench.Gate{gate}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(report.Judged[0].Judgements[0][1].Verdict)
	outcome, why := report.Outcome(false)
	fmt.Println(outcome, why.Gate.Gate.Text, why.Check.Reason)
	// Output:
	// regressed
	// failed p95-latency>5% effect
}
