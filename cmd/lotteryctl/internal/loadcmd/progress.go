package loadcmd

import (
	"fmt"
	"io"

	"github.com/lotteryctl/lotteryctl/analyze/units"
	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/cli"
	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/runreport"
	"github.com/lotteryctl/lotteryctl/internal/experiment"
)

// benchProgress is one line of a terminal that is written over and over. To
// anything but a terminal it is silent.
type benchProgress struct {
	w       io.Writer // nil: silent
	several bool      // arms: each is named
	shown   bool
}

func newBenchProgress(w io.Writer, several bool) *benchProgress {
	if !cli.IsTerminal(w) {
		return &benchProgress{}
	}
	return &benchProgress{w: w, several: several}
}

func (p *benchProgress) show(line string) {
	if p.w == nil {
		return
	}
	fmt.Fprintf(p.w, "\r\x1b[K%s", line)
	p.shown = true
}

// clear takes the line away.
func (p *benchProgress) clear() {
	if p.shown {
		fmt.Fprint(p.w, "\r\x1b[K")
		p.shown = false
	}
}

// report is what an experiment calls; nil when nobody looks.
func (p *benchProgress) report() func(experiment.Progress) {
	if p.w == nil {
		return nil
	}
	return func(e experiment.Progress) { p.show(progressLine(e, p.several)) }
}

// progressLine fits into 80 columns unless an arm's name is long.
func progressLine(e experiment.Progress, several bool) string {
	line := fmt.Sprintf("run %d of %d: %s", e.Run, e.Runs, e.Phase)
	if several {
		line = fmt.Sprintf("run %d of %d: %s, %s", e.Run, e.Runs, e.Arm, e.Phase)
	}
	switch e.Phase {
	case experiment.WarmingUp, experiment.Measuring, experiment.Profiling:
		line += fmt.Sprintf(", %s/s", units.Grouped(int64(e.Load.Rate+0.5)))
	case experiment.Probing:
		line += fmt.Sprintf(", trying %s/s", units.Grouped(int64(e.Rate+0.5)))
	}
	if e.Load.Errors > 0 {
		line += fmt.Sprintf(", %s errors", units.Grouped(e.Load.Errors))
	}
	if e.Repeat > 0 {
		line += fmt.Sprintf(", round %d again", e.Round)
	}
	if e.Remaining > 0 {
		line += fmt.Sprintf(", about %s left", runreport.ShortDuration(e.Remaining))
	}
	return line
}
