package flame_test

import (
	"fmt"
	"log"
	"os"
	"regexp"
	"strings"

	"github.com/lotteryctl/lotteryctl/analyze/flame"
)

const exampleStacks = `main.main;http.serve;main.draw;redis.Do 40
main.main;http.serve;main.draw;json.Marshal 35
main.main;http.serve;main.admin 5
runtime.gcBgMarkWorker;runtime.gcDrain 20
`

func ExampleRead() {
	p, err := flame.Read(strings.NewReader(exampleStacks), flame.DefaultLimits())
	if err != nil {
		log.Fatal(err)
	}
	top, err := p.Top(p.DefaultType, flame.ByFunction)
	if err != nil {
		log.Fatal(err)
	}
	for _, f := range top[:3] {
		fmt.Println(f.Name, f.Self, f.Total)
	}
	// Output:
	// redis.Do 40 40
	// json.Marshal 35 35
	// runtime.gcDrain 20 20
}

func ExampleProfile_Fold() {
	p, err := flame.Read(strings.NewReader(exampleStacks), flame.DefaultLimits())
	if err != nil {
		log.Fatal(err)
	}
	tree, err := p.Fold(flame.FoldOptions{MinShare: 0.1})
	if err != nil {
		log.Fatal(err)
	}
	for _, n := range tree.Nodes {
		fmt.Printf("%s%s %d\n", strings.Repeat("  ", int(n.Depth)), tree.NameOf(n), n.Total)
	}
	fmt.Println(tree.Hidden, "branch of", tree.HiddenTotal, "is lighter")
	// Output:
	// all 100
	//   main.main 80
	//     http.serve 80
	//       main.draw 75
	//         redis.Do 40
	//         json.Marshal 35
	//   runtime.gcBgMarkWorker 20
	//     runtime.gcDrain 20
	// 1 branch of 5 is lighter
}

func ExampleProfile_Filter() {
	p, err := flame.Read(strings.NewReader(exampleStacks), flame.DefaultLimits())
	if err != nil {
		log.Fatal(err)
	}
	draws, kept := p.Filter(flame.Filter{Focus: regexp.MustCompile(`^main\.draw$`), Root: regexp.MustCompile(`^http\.`)})
	fmt.Printf("%.0f %%\n", 100*kept.Share(0))
	if err := draws.WriteFolded(os.Stdout, 0, flame.ByFunction); err != nil {
		log.Fatal(err)
	}
	// Output:
	// 75 %
	// http.serve;main.draw;json.Marshal 35
	// http.serve;main.draw;redis.Do 40
}

func ExampleMerge() {
	a, err := flame.Read(strings.NewReader("main;work 3\n"), flame.DefaultLimits())
	if err != nil {
		log.Fatal(err)
	}
	b, err := flame.Read(strings.NewReader("main;work 4\nmain;wait 1\n"), flame.DefaultLimits())
	if err != nil {
		log.Fatal(err)
	}
	both, err := flame.Merge(a, b)
	if err != nil {
		log.Fatal(err)
	}
	if err := both.WriteFolded(os.Stdout, 0, flame.ByFunction); err != nil {
		log.Fatal(err)
	}
	// Output:
	// main;wait 1
	// main;work 7
}

func ExampleCompare() {
	// Five rounds a side; parsing takes a third longer in the new ones.
	round := func(parse, rest int) flame.Input {
		p, err := flame.Read(strings.NewReader(fmt.Sprintf("main;parse %d\nmain;rest %d\n", parse, rest)), flame.DefaultLimits())
		if err != nil {
			log.Fatal(err)
		}
		return flame.Input{Profile: p, Requests: 100}
	}
	var before, after []flame.Input
	for i := range 5 {
		before = append(before, round(3000+5*i, 5000+9*i))
		after = append(after, round(4000+5*i, 5000+9*i))
	}
	d, err := flame.Compare(before, after, flame.DefaultDiffOptions())
	if err != nil {
		log.Fatal(err)
	}
	for _, f := range d.Functions {
		fmt.Printf("%s: %.1f to %.1f %s, %s\n", d.Names[f.Name], f.Self.Old, f.Self.New, d.Unit, f.Self.Verdict)
	}
	// Output:
	// parse: 30.1 to 40.1 samples/request, grew
	// main: 0.0 to 0.0 samples/request, within noise
	// rest: 50.2 to 50.2 samples/request, within noise
}

func ExampleCompareGoroutines() {
	parse := func(text string) *flame.GoroutineDump {
		dump, err := flame.ParseGoroutines(strings.NewReader(text), flame.DefaultLimits())
		if err != nil {
			log.Fatal(err)
		}
		return dump
	}
	const leaked = "goroutine %d [chan receive, 5 minutes]:\nmain.wait()\n\t/main.go:9 +0x1\ncreated by main.serve in goroutine 1\n\t/main.go:3 +0x2\n\n"
	before := parse(fmt.Sprintf(leaked, 7))
	after := parse(fmt.Sprintf(leaked+leaked+leaked, 7, 8, 9))
	for _, g := range flame.CompareGoroutines(before, after) {
		fmt.Println(g.Group.State, g.Old, g.New, "suspect:", g.Suspect)
	}
	// Output: chan receive 1 3 suspect: true
}
