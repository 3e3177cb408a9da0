package words

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/lotteryctl/lotteryctl/analyze/units"
	"github.com/lotteryctl/lotteryctl/loadgen"
)

// DoubtName names a doubt about a run in a few words, such as "generator was the
// limit".
func DoubtName(code loadgen.DoubtCode) string {
	switch code {
	case loadgen.GeneratorLimit:
		return "the load generator was the limit"
	case loadgen.RateNotReached:
		return "the rate was not reached"
	case loadgen.CapQueued:
		return "requests waited for a free connection"
	case loadgen.Overloaded:
		return "the load was more than the service could take"
	case loadgen.StoppedAnswering:
		return "the service stopped answering"
	case loadgen.RunPartial:
		return "run was cut short"
	case halvesDisagree:
		return "the two halves of the window disagree"
	case machineBusy:
		return "the machine was busy"
	case shedding:
		return "the service refused requests"
	}
	return string(code)
}

// DoubtTitle is DoubtName, but for an overload that may be for want of connections.
func DoubtTitle(d loadgen.Doubt) string {
	if d.Code == loadgen.Overloaded && d.Cap > 0 {
		return "the load was more than its connections carried"
	}
	return DoubtName(d.Code)
}

// Doubt says what a doubt about a run rests on, with its figures.
func Doubt(d loadgen.Doubt) string {
	if d.Text != "" {
		return d.Text
	}
	switch d.Code {
	case loadgen.GeneratorLimit:
		return generatorLimit(d)
	case loadgen.RateNotReached:
		if d.Unanswered > 0 {
			return fmt.Sprintf("%.1f %% of the requests got no answer (%d of %d)",
				100*float64(d.Unanswered)/float64(max(d.Intended, 1)), d.Unanswered, d.Intended)
		}
		if d.At != 0 || d.AnsweredRate > 0 { // only of a time without answers
			return fmt.Sprintf("answered %.1f/s of %.1f/s due (%.1f/s requested), as no answer came %s", d.AnsweredRate, d.DueRate, d.AskedRate, toTheEnd(d.At))
		}
		return fmt.Sprintf("sent %.1f/s of %.1f/s due (%.1f/s requested)", d.SentRate, d.DueRate, d.AskedRate)
	case loadgen.CapQueued:
		return fmt.Sprintf("%d requests waited %v in total (p99 of the waits %v) because all %d connections were busy; their latency includes this wait",
			d.Queued, threeDigits(d.QueuedFor), threeDigits(d.WaitP99), d.Cap)
	case loadgen.Overloaded:
		asked, word := dueRate(d)
		with := ""
		if d.Cap > 0 {
			with = " with at most " + units.Counted(d.Cap, "connection", "connections")
		}
		return fmt.Sprintf("it answered %s/s of the %s/s %s%s; %s requests waited at the end of the window, %s early in it",
			rate(d.AnsweredRate), rate(asked), word, with, units.Grouped(d.Backlog), units.Grouped(d.BacklogStart))
	case loadgen.StoppedAnswering:
		return fmt.Sprintf("no answer came after the first %v of the window; the %s requests that were due since then failed", threeDigits(d.At), units.Grouped(d.Unanswered))
	case shedding:
		return fmt.Sprintf("it refused %s of %s requests (status 429 or 503) and answered %s/s without error; latencies and cost include the refusals",
			units.Grouped(d.Unanswered), units.Grouped(d.Intended), rate(d.AnsweredRate))
	case machineBusy:
		if d.LatenessP99 == 0 {
			return "threads waited for a processor that others used"
		}
		return fmt.Sprintf("requests were sent late: p99 lateness was %v, compared with a response p99 of %v", threeDigits(d.LatenessP99), threeDigits(d.ResponseP99))
	case loadgen.RunPartial:
		return fmt.Sprintf("only %v of the window were measured", threeDigits(d.Window))
	}
	return DoubtName(d.Code)
}

// toTheEnd is a time up to the end of a window.
func toTheEnd(from time.Duration) string {
	if from <= 0 {
		return "in the complete window"
	}
	return fmt.Sprintf("from %s s of the window to its end", units.Fixed(from.Seconds(), 1))
}

func generatorLimit(d loadgen.Doubt) string {
	switch {
	case d.SenderBusy > 0:
		return fmt.Sprintf("its sending thread was busy %.0f %% of the time", 100*d.SenderBusy)
	case d.LocalErrors > 0:
		return fmt.Sprintf("this machine ran out of ports, files or memory for %d requests", d.LocalErrors)
	}
	return fmt.Sprintf("its p99 lateness was %v, compared with a response p99 of %v", threeDigits(d.LatenessP99), threeDigits(d.ResponseP99))
}

// Overload says in one sentence what the load of a run came to that was more than
// the service could take.
func Overload(d loadgen.Doubt) string {
	asked, word := dueRate(d)
	if d.Cap > 0 {
		return fmt.Sprintf("it answered %s/s of the %s/s %s with at most %s, always in use: more connections may bring more answers; latencies describe a queue that was still growing",
			rate(d.AnsweredRate), rate(asked), word, units.Counted(d.Cap, "connection", "connections"))
	}
	return fmt.Sprintf("it answered %s/s of the %s/s %s: more than it could take; latencies describe a queue that was still growing",
		rate(d.AnsweredRate), rate(asked), word)
}

// dueRate is the rate that a run should have had: that of the plan, unless its
// arrivals were drawn and came out otherwise.
func dueRate(d loadgen.Doubt) (perSecond float64, word string) {
	if d.AskedRate > 0 && math.Abs(d.DueRate-d.AskedRate) < 0.01*d.AskedRate {
		return d.AskedRate, "asked"
	}
	return d.DueRate, "due"
}

// rate writes a rate per second to three digits or as a whole number.
func rate(perSecond float64) string {
	if perSecond >= 100 {
		return units.Grouped(int64(math.Round(perSecond)))
	}
	return strconv.FormatFloat(perSecond, 'g', 3, 64)
}

// The codes that experiments add to those of loadgen.
const (
	halvesDisagree loadgen.DoubtCode = "halves-disagree"
	machineBusy    loadgen.DoubtCode = "machine-busy"
	shedding       loadgen.DoubtCode = "shedding"
)

// HalvesDisagree says that a run was not steady: the medians of the two halves
// of its window differ.
func HalvesDisagree(first, second time.Duration) string {
	return fmt.Sprintf("the median was %v in the first half of the window and %v in the second; a longer warm-up may help",
		first.Round(time.Microsecond), second.Round(time.Microsecond))
}

// threeDigits keeps three digits or so: 1.234567ms reads as 1.23ms.
func threeDigits(d time.Duration) time.Duration {
	unit := time.Duration(1)
	for d/unit >= 1000 {
		unit *= 10
	}
	return d.Round(unit)
}
