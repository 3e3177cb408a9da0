package bench_test

import (
	"fmt"
	"log"
	"os"
	"strings"

	"github.com/lotteryctl/lotteryctl/analyze/bench"
)

const oldRuns = `Unit p95-latency-ns better=lower
BenchmarkDraw 3000 1301000 p95-latency-ns
BenchmarkDraw 3000 1290000 p95-latency-ns
BenchmarkDraw 3000 1312000 p95-latency-ns
BenchmarkDraw 3000 1305000 p95-latency-ns
BenchmarkDraw 3000 1298000 p95-latency-ns
BenchmarkDraw 3000 1308000 p95-latency-ns
`

const newRuns = `BenchmarkDraw 3000 1101000 p95-latency-ns
BenchmarkDraw 3000 1090000 p95-latency-ns
BenchmarkDraw 3000 1112000 p95-latency-ns
BenchmarkDraw 3000 NaN p95-latency-ns
BenchmarkDraw 3000 1105000 p95-latency-ns
BenchmarkDraw 3000 1098000 p95-latency-ns
BenchmarkDraw 3000 1108000 p95-latency-ns
`

// Two files, compared as benchstat compares them.
func Example() {
	set, err := bench.Read(
		bench.Input{Label: "old", Path: "old.txt", Reader: strings.NewReader(oldRuns)},
		bench.Input{Label: "new", Path: "new.txt", Reader: strings.NewReader(newRuns)},
	)
	if err != nil {
		log.Fatal(err)
	}
	for _, problem := range set.Problems {
		fmt.Println(problem)
	}
	tables, err := bench.DefaultQuery().Tables(set)
	if err != nil {
		log.Fatal(err)
	}
	if err := tables.WriteText(os.Stdout); err != nil {
		log.Fatal(err)
	}
	// Output:
	// new.txt:4: Draw: p95-latency-ns is NaN; the value is ignored
	//      │       old       │                  new                   │
	//      │ p95-latency-sec │ p95-latency-sec  vs base               │
	// Draw       1.303m ± 1%       1.103m ± 1%  -15.35% (p=0.002 n=6)
}

// Benchmarks of one file can be compared with each other by a key of their
// names; the cells are data.
func ExampleQuery_Tables() {
	set, err := bench.Read(bench.Input{Label: "runs", Path: "runs.txt", Reader: strings.NewReader(`
BenchmarkEncode/format=json 1 1700 ns/op
BenchmarkEncode/format=gob  1 3000 ns/op
BenchmarkEncode/format=gob  1 3060 ns/op
BenchmarkEncode/format=json 1 1720 ns/op
`)})
	if err != nil {
		log.Fatal(err)
	}
	q := bench.DefaultQuery()
	q.Row, q.Col = ".name", "/format"
	tables, err := q.Tables(set)
	if err != nil {
		log.Fatal(err)
	}
	table := tables.Tables[0]
	for i, col := range table.Cols {
		cell := table.Cells[0][i]
		fmt.Printf("%s: median %.3g %s of rounds %v, from results %v\n",
			col.Label, cell.Summary.Center, table.Unit, cell.Rounds, cell.Results)
	}
	// Output:
	// json: median 1.71e-06 sec/op of rounds [1 2], from results [0 3]
	// gob: median 3.03e-06 sec/op of rounds [1 2], from results [1 2]
}

// Notes tell what a table does not: here, that two files became one sample.
func ExampleNote() {
	text := "BenchmarkX/step=a 1 1 ns/op\nBenchmarkX/step=b 1 2 ns/op\n"
	set, err := bench.Read(
		bench.Input{Label: "old", Path: "old.txt", Reader: strings.NewReader(text)},
		bench.Input{Label: "new", Path: "new.txt", Reader: strings.NewReader(text)},
	)
	if err != nil {
		log.Fatal(err)
	}
	q := bench.DefaultQuery()
	q.Col = "/step"
	tables, err := q.Tables(set)
	if err != nil {
		log.Fatal(err)
	}
	for _, note := range tables.Notes {
		fmt.Println(note.Code, note.Row, note.Names)
	}
	// Output:
	// pooled-inputs X [old new]
}
