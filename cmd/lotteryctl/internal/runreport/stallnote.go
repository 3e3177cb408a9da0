package runreport

import (
	"fmt"
	"strings"
	"time"

	"github.com/lotteryctl/lotteryctl/analyze/stall"
	"github.com/lotteryctl/lotteryctl/analyze/units"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
)

// stallNote is about the first run with stalls; "" if there are none.
func (r Report) stallNote() string {
	if len(r.Stalls) == 0 {
		return ""
	}
	s := r.Stalls[0]
	every := ""
	if s.Period > 0 {
		every = fmt.Sprintf(" every %s s", seconds(s.Period))
	}
	text := fmt.Sprintf("answers stood still for %s s%s: %s; usually %s ms outside, up to %s ms inside",
		seconds(s.Length), every, whenStill(s.Stalls), units.Milliseconds(s.Outside), units.Milliseconds(s.Inside))
	if len(r.Rounds) > 1 {
		return fmt.Sprintf("stalls in %d of %d runs (%s: %s)", len(r.Stalls), len(r.Rounds), r.runName(runfolder.Round{Round: s.Round, Arm: s.Arm}), text)
	}
	return text
}

// whenStill lists the first stalls of a run: "at 0.7 s, 2.7 s, and 3 more". The ends
// of one that crosses an edge of the window are not known.
func whenStill(stalls []stall.Stall) string {
	const most = 4
	var text []string
	at := "at "
	for i, one := range stalls {
		if i == most {
			text = append(text, fmt.Sprintf("and %d more", len(stalls)-most))
			break
		}
		end := seconds(one.At+one.Length) + " s"
		switch {
		case one.FromStart && one.ToEnd:
			text = append(text, "the complete window")
		case one.FromStart:
			text = append(text, "from the start of the window to "+end)
		case one.ToEnd:
			text = append(text, "from "+seconds(one.At)+" s to the end of the window")
		default:
			text = append(text, at+seconds(one.At)+" s")
			at = ""
		}
	}
	return strings.Join(text, ", ")
}

func seconds(d time.Duration) string {
	if d < 100*time.Millisecond {
		return units.Fixed(d.Seconds(), 2)
	}
	return units.Fixed(d.Seconds(), 1)
}
