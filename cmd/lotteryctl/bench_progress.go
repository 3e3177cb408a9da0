package main

import (
	"fmt"
	"io"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/experiment"
)

// benchProgress is one line of a terminal that is written over and over. To
// anything but a terminal it is silent.
type benchProgress struct {
	w     io.Writer // nil: silent
	shown bool
}

func newBenchProgress(w io.Writer) *benchProgress {
	if !isTerminal(w) {
		return &benchProgress{}
	}
	return &benchProgress{w: w}
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
	return func(e experiment.Progress) { p.show(progressLine(e)) }
}

// progressLine fits into 80 columns.
func progressLine(e experiment.Progress) string {
	line := fmt.Sprintf("run %d of %d: %s", e.Run, e.Runs, e.Phase)
	if e.Phase == experiment.WarmingUp || e.Phase == experiment.Measuring {
		line += fmt.Sprintf(", %s/s", grouped(int64(e.Load.Rate+0.5)))
		if e.Load.Errors > 0 {
			line += fmt.Sprintf(", %s errors", grouped(e.Load.Errors))
		}
	}
	if e.Remaining > 0 {
		line += fmt.Sprintf(", about %s left", shortDuration(e.Remaining))
	}
	return line
}

// shortDuration is 45s, 2m5s: whole seconds, at least one.
func shortDuration(d time.Duration) string {
	return max(d.Round(time.Second), time.Second).String()
}
