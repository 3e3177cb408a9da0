package flame_test

import (
	"fmt"
	"log"
	"strings"

	"github.com/lotteryctl/lotteryctl/analyze/flame"
	"github.com/lotteryctl/lotteryctl/analyze/stackprofile"
)

const exampleStacks = `main.main;http.serve;main.draw;redis.Do 40
main.main;http.serve;main.draw;json.Marshal 35
main.main;http.serve;main.admin 5
runtime.gcBgMarkWorker;runtime.gcDrain 20
`

func ExampleFold() {
	p, err := stackprofile.Read(strings.NewReader(exampleStacks), stackprofile.Limits{})
	if err != nil {
		log.Fatal(err)
	}
	tree, err := flame.Fold(p, 0, flame.FoldOptions{MinShare: 0.1})
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

func ExampleCompare() {
	// Five rounds a side; parsing takes a third longer in the new ones.
	round := func(parse, rest int) flame.Input {
		p, err := stackprofile.Read(strings.NewReader(fmt.Sprintf("main;parse %d\nmain;rest %d\n", parse, rest)), stackprofile.Limits{})
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
	d, err := flame.Compare(before, after, flame.DiffOptions{})
	if err != nil {
		log.Fatal(err)
	}
	for _, f := range d.Functions {
		fmt.Printf("%s: %.1f to %.1f %s, %s\n", d.Names[f.Name], f.Self.Old, f.Self.New, d.Unit, f.Self.Significance)
	}
	// Output:
	// parse: 30.1 to 40.1 samples/request, grew
	// main: 0.0 to 0.0 samples/request, within noise
	// rest: 50.2 to 50.2 samples/request, within noise
}
