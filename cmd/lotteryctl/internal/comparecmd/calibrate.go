package comparecmd

import (
	"errors"
	"fmt"
	"io"
	"text/tabwriter"

	benchmarks "github.com/lotteryctl/lotteryctl/analyze/bench"
	"github.com/lotteryctl/lotteryctl/analyze/units"
	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/cli"
	"github.com/lotteryctl/lotteryctl/internal/benchreport"
)

// writeCalibration prints the noise floor of every metric.
func (o *compareOptions) writeCalibration(env cli.Env, material *material, tables *benchmarks.Tables) error {
	noise, skipped := material.calibrate(tables)
	if len(noise.Floors) == 0 {
		return errors.New("no metric has a noise floor; a calibration needs four or more runs of one program")
	}
	err := o.write(env, func(w io.Writer) error {
		if o.format == "json" {
			return noise.WriteJSON(w)
		}
		return printNoise(w, noise)
	})
	if err != nil {
		return err
	}
	for _, metric := range skipped {
		fmt.Fprintln(env.Stderr, benchreport.Unbounded(metric))
	}
	return nil
}

func printNoise(w io.Writer, noise *benchmarks.Noise) error {
	fmt.Fprintf(w, "%s of comparisons of these runs with themselves stay below:\n\n", units.Size(noise.Share))
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "metric\tchange\truns")
	for _, f := range noise.Floors {
		fmt.Fprintf(out, "%s\t±%s %%\t%d", f.Unit, units.Fixed(100*f.Change, 1), f.Runs)
		if f.Largest != "" {
			fmt.Fprintf(out, "\tlargest: %s", f.Largest)
		}
		fmt.Fprintln(out)
	}
	return out.Flush()
}
