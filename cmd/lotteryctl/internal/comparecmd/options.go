package comparecmd

import (
	"io"

	benchmarks "github.com/lotteryctl/lotteryctl/analyze/bench"
	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/cli"
)

type compareOptions struct {
	query     benchmarks.Query
	failOn    []string
	slo       []string
	strict    bool
	minEffect float64
	rounds    string
	noise     string
	base      string
	calibrate bool
	format    string
	json      bool
	out       string
}

// write prints to stdout or, whole or not at all, to the file of --out.
func (o *compareOptions) write(env cli.Env, print func(io.Writer) error) error {
	if o.out == "" {
		return print(env.Stdout)
	}
	return cli.WriteOut(o.out, print)
}
