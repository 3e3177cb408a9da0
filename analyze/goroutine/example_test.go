package goroutine_test

import (
	"fmt"
	"log"
	"strings"

	"github.com/lotteryctl/lotteryctl/analyze/goroutine"
	"github.com/lotteryctl/lotteryctl/analyze/stackprofile"
)

func ExampleCompare() {
	parse := func(text string) *stackprofile.GoroutineDump {
		dump, err := stackprofile.ReadGoroutines(strings.NewReader(text), stackprofile.Limits{})
		if err != nil {
			log.Fatal(err)
		}
		return dump
	}
	const leaked = "goroutine %d [chan receive, 5 minutes]:\nmain.wait()\n\t/main.go:9 +0x1\ncreated by main.serve in goroutine 1\n\t/main.go:3 +0x2\n\n"
	before := parse(fmt.Sprintf(leaked, 7))
	after := parse(fmt.Sprintf(leaked+leaked+leaked, 7, 8, 9))
	for _, g := range goroutine.Compare(before, after) {
		fmt.Println(g.Group.State, g.Old, g.New, "suspect:", g.Suspect)
	}
	// Output: chan receive 1 3 suspect: true
}
