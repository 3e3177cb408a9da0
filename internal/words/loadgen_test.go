package words_test

import (
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/typedcodes"
	"github.com/lotteryctl/lotteryctl/internal/words"
	"github.com/lotteryctl/lotteryctl/loadgen"
)

func TestDoubt(t *testing.T) {
	t.Parallel()
	var codes []string
	for _, row := range []struct {
		doubt      loadgen.Doubt
		name, want string
	}{
		{loadgen.Doubt{Code: loadgen.GeneratorLimit, LatenessP99: 5123456, ResponseP99: 6 * time.Millisecond},
			"the load generator was the limit", "its p99 lateness was 5.12ms, compared with a response p99 of 6ms"},
		{loadgen.Doubt{Code: loadgen.GeneratorLimit, SenderBusy: 0.97}, "the load generator was the limit", "its sending thread was busy 97 % of the time"},
		{loadgen.Doubt{Code: loadgen.GeneratorLimit, LocalErrors: 3}, "the load generator was the limit", "this machine ran out of ports, files or memory for 3 requests"},
		{loadgen.Doubt{Code: loadgen.RateNotReached, SentRate: 800, DueRate: 1000, AskedRate: 1000}, "the rate was not reached", "sent 800.0/s of 1000.0/s due (1000.0/s requested)"},
		{loadgen.Doubt{Code: loadgen.RateNotReached, Unanswered: 500, Intended: 10_000}, "the rate was not reached", "5.0 % of the requests got no answer (500 of 10000)"},
		{loadgen.Doubt{Code: loadgen.RateNotReached, At: 6012 * time.Millisecond, AnsweredRate: 55.3, DueRate: 100, AskedRate: 100}, "the rate was not reached",
			"answered 55.3/s of 100.0/s due (100.0/s requested), as no answer came from 6.0 s of the window to its end"},
		{loadgen.Doubt{Code: loadgen.RateNotReached, At: -time.Second, DueRate: 100, AskedRate: 100}, "the rate was not reached",
			"answered 0.0/s of 100.0/s due (100.0/s requested), as no answer came in the complete window"},
		{loadgen.Doubt{Code: loadgen.CapQueued, Queued: 120, QueuedFor: 3 * time.Second, WaitP99: 25 * time.Millisecond, Cap: 8}, "requests waited for a free connection",
			"120 requests waited 3s in total (p99 of the waits 25ms) because all 8 connections were busy; their latency includes this wait"},
		{loadgen.Doubt{Code: loadgen.Overloaded, AnsweredRate: 53.21, AskedRate: 100, DueRate: 100.1, BacklogStart: 30, Backlog: 1470},
			"the load was more than the service could take", "it answered 53.2/s of the 100/s asked; 1,470 requests waited at the end of the window, 30 early in it"},
		{loadgen.Doubt{Code: loadgen.StoppedAnswering, At: 4200 * time.Millisecond, Unanswered: 1580}, "the service stopped answering",
			"no answer came after the first 4.2s of the window; the 1,580 requests that were due since then failed"},
		{loadgen.Doubt{Code: loadgen.RunPartial, Window: 10 * time.Second}, "run was cut short", "only 10s of the window were measured"},
		{loadgen.Doubt{Code: loadgen.RunPartial, Text: "as it was said"}, "run was cut short", "as it was said"},
	} {
		codes = append(codes, string(row.doubt.Code))
		checkSentence(t, string(row.doubt.Code), words.Doubt(row.doubt), row.want)
		checkSentence(t, string(row.doubt.Code), words.DoubtName(row.doubt.Code), row.name)
	}
	checkCodes(t, "../../loadgen", "DoubtCode", codes)
}

// TestDoubtsOfExperiments: they add one to those of loadgen.
func TestDoubtsOfExperiments(t *testing.T) {
	t.Parallel()
	codes := typedcodes.Of(t, "../experiment", "loadgen.DoubtCode")
	for _, code := range codes {
		if name := words.DoubtName(loadgen.DoubtCode(code)); name == code {
			t.Errorf("the code %q has no name", code)
		}
	}
	checkSentence(t, "machine", words.Doubt(loadgen.Doubt{Code: "machine-busy", LatenessP99: 5123456, ResponseP99: 6 * time.Millisecond}),
		"requests were sent late: p99 lateness was 5.12ms, compared with a response p99 of 6ms")
	checkSentence(t, "waiting threads", words.Doubt(loadgen.Doubt{Code: "machine-busy"}), "threads waited for a processor that others used")
	checkSentence(t, "refusals", words.Doubt(loadgen.Doubt{Code: "shedding", Unanswered: 592, Intended: 1750, AnsweredRate: 31.6}),
		"it refused 592 of 1,750 requests (status 429 or 503) and answered 31.6/s without error; latencies and cost include the refusals")
	checkSentence(t, "halves", words.HalvesDisagree(1200*time.Microsecond, 2*time.Millisecond),
		"the median was 1.2ms in the first half of the window and 2ms in the second; a longer warm-up may help")
}

func TestOverload(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		doubt loadgen.Doubt
		want  string
	}{
		{loadgen.Doubt{AnsweredRate: 53.21, AskedRate: 100, DueRate: 100.1}, "it answered 53.2/s of the 100/s asked"},
		{loadgen.Doubt{AnsweredRate: 5310.7, AskedRate: 12_000, DueRate: 12_000}, "it answered 5,311/s of the 12,000/s asked"},
		{loadgen.Doubt{AnsweredRate: 4, AskedRate: 10, DueRate: 10.8}, "it answered 4/s of the 10.8/s due"},
	} {
		checkSentence(t, "overload", words.Overload(row.doubt), row.want+": more than it could take; latencies describe a queue that was still growing")
	}
	checkSentence(t, "title of the same", words.DoubtTitle(loadgen.Doubt{Code: loadgen.Overloaded, Cap: 4}), "the load was more than its connections carried")
	checkSentence(t, "title", words.DoubtTitle(loadgen.Doubt{Code: loadgen.Overloaded}), words.DoubtName(loadgen.Overloaded))
	checkSentence(t, "no answer from the first moment", words.Doubt(loadgen.Doubt{Code: loadgen.RateNotReached, AnsweredRate: 3, DueRate: 100, AskedRate: 100}),
		"answered 3.0/s of 100.0/s due (100.0/s requested), as no answer came in the complete window")
	for limit, want := range map[int]string{1: "1 connection", 64: "64 connections"} {
		checkSentence(t, "all connections busy", words.Overload(loadgen.Doubt{AnsweredRate: 7, AskedRate: 100, DueRate: 100, Cap: limit}),
			"it answered 7/s of the 100/s asked with at most "+want+", always in use: more connections may bring more answers; latencies describe a queue that was still growing")
	}
}
