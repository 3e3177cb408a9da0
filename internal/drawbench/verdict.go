package main

import (
	"fmt"

	"github.com/lotteryctl/lotteryctl/analyze/units"
	"github.com/lotteryctl/lotteryctl/internal/bars"
)

// verdict is a figure of all rounds and its bar.
type verdict struct {
	name   string
	bar    bars.Bar
	values []float64
	digits int
}

// judge prints what became of the bars of a part.
func (b *bench) judge(verdicts ...verdict) {
	others := b.machine.Others()
	fmt.Fprintln(b.out)
	for _, v := range verdicts {
		mark := b.board.Judge(v.bar, v.values, others)
		fmt.Fprintf(b.out, "%-56s %-24s bar %-8s %s\n", v.name, spread(v.values, v.digits), v.bar, mark)
	}
	b.showOthers(others)
}

// showOthers says what the machine did besides.
func (b *bench) showOthers(others float64) {
	fmt.Fprintf(b.out, "others used %s %% of a core in the pauses\n", units.Fixed(100*others, 0))
}
