package bars

import (
	"fmt"
	"slices"
	"strconv"
)

// Mark is what became of a bar.
type Mark string

// The marks.
const (
	Met    Mark = "met"
	Missed Mark = "MISSED"
	// Busy says that the bar was missed while other programs used the machine.
	Busy Mark = "machine busy"
)

// Bar is a limit for the median of a figure over all rounds. One of its limits
// is set; 0 is none.
type Bar struct{ AtMost, AtLeast float64 }

// String writes the bar as a table shows it.
func (b Bar) String() string {
	switch {
	case b.AtMost > 0 && b.AtLeast > 0:
		return fmt.Sprintf("%s..%s", number(b.AtLeast), number(b.AtMost))
	case b.AtMost > 0:
		return "<= " + number(b.AtMost)
	case b.AtLeast > 0:
		return ">= " + number(b.AtLeast)
	}
	return ""
}

func number(v float64) string { return strconv.FormatFloat(v, 'g', 4, 64) }

// busyFrom is the share of one core that others may use before a missed bar
// says nothing. It is above what a machine does by itself.
const busyFrom = 0.1

// Board collects marks. Not safe for concurrent use.
type Board struct{ verdicts []Mark }

// Judge decides about a bar and takes the mark down. Values are the figure's,
// one of each round, at least one. Others is the share of one core that other
// programs used, see Machine.Others.
func (b *Board) Judge(bar Bar, values []float64, others float64) Mark {
	v := Met
	if m := Median(values); bar.AtMost > 0 && !(m <= bar.AtMost) || bar.AtLeast > 0 && !(m >= bar.AtLeast) {
		v = Missed
		if others > busyFrom {
			v = Busy
		}
	}
	b.verdicts = append(b.verdicts, v)
	return v
}

// ExitCode is 1 if a bar was missed, 3 if one was missed on a busy machine only,
// and 0 otherwise.
func (b *Board) ExitCode() int {
	switch {
	case slices.Contains(b.verdicts, Missed):
		return 1
	case slices.Contains(b.verdicts, Busy):
		return 3
	}
	return 0
}

// Median of at least one value.
func Median(values []float64) float64 {
	v := slices.Sorted(slices.Values(values))
	return (v[len(v)/2] + v[(len(v)-1)/2]) / 2
}
