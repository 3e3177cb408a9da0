package comparecmd

import (
	"io"
	"strings"

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

// keepInputs refuses an --out that is one of the arguments, which may have a label
// in front, or the file of --noise.
func (o *compareOptions) keepInputs(env cli.Env, args []string) error {
	if o.out == "" {
		return nil
	}
	inputs := []string{}
	if o.noise != "" {
		inputs = append(inputs, o.noise)
	}
	for _, arg := range args {
		inputs = append(inputs, arg)
		if _, path, labelled := strings.Cut(arg, "="); labelled {
			inputs = append(inputs, path)
		}
	}
	return cli.KeepInputs(o.out, env.Stdin, inputs...)
}

// write prints to stdout or, whole or not at all, to the file of --out.
func (o *compareOptions) write(env cli.Env, print func(io.Writer) error) error {
	if o.out == "" {
		return print(env.Stdout)
	}
	return cli.WriteOut(o.out, print)
}
