package stackprofile_test

import (
	"fmt"
	"log"
	"os"
	"regexp"
	"strings"

	"github.com/lotteryctl/lotteryctl/analyze/stackprofile"
)

const exampleStacks = `main.main;http.serve;main.draw;redis.Do 40
main.main;http.serve;main.draw;json.Marshal 35
main.main;http.serve;main.admin 5
runtime.gcBgMarkWorker;runtime.gcDrain 20
`

func ExampleRead() {
	p, err := stackprofile.Read(strings.NewReader(exampleStacks), stackprofile.Limits{})
	if err != nil {
		log.Fatal(err)
	}
	top, err := p.Top(p.DefaultType, stackprofile.ByFunction)
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

func ExampleProfile_Filter() {
	p, err := stackprofile.Read(strings.NewReader(exampleStacks), stackprofile.Limits{})
	if err != nil {
		log.Fatal(err)
	}
	draws, kept := p.Filter(stackprofile.Filter{Focus: regexp.MustCompile(`^main\.draw$`), Root: regexp.MustCompile(`^http\.`)})
	fmt.Printf("%.0f %%\n", 100*kept.Share(0))
	if err := draws.WriteFolded(os.Stdout, 0, stackprofile.ByFunction); err != nil {
		log.Fatal(err)
	}
	// Output:
	// 75 %
	// http.serve;main.draw;json.Marshal 35
	// http.serve;main.draw;redis.Do 40
}

func ExampleMerge() {
	a, err := stackprofile.Read(strings.NewReader("main;work 3\n"), stackprofile.Limits{})
	if err != nil {
		log.Fatal(err)
	}
	b, err := stackprofile.Read(strings.NewReader("main;work 4\nmain;wait 1\n"), stackprofile.Limits{})
	if err != nil {
		log.Fatal(err)
	}
	both, err := stackprofile.Merge(a, b)
	if err != nil {
		log.Fatal(err)
	}
	if err := both.WriteFolded(os.Stdout, 0, stackprofile.ByFunction); err != nil {
		log.Fatal(err)
	}
	// Output:
	// main;wait 1
	// main;work 7
}
