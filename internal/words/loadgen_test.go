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
		{loadgen.Doubt{Code: loadgen.CapQueued, Queued: 120, QueuedFor: 3 * time.Second, WaitP99: 25 * time.Millisecond, Cap: 8}, "requests waited for a free connection",
			"120 requests waited 3s in total (p99 of the waits 25ms) because all 8 connections were busy; their latency includes this wait"},
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
	checkSentence(t, "halves", words.HalvesDisagree(1200*time.Microsecond, 2*time.Millisecond),
		"the median was 1.2ms in the first half of the window and 2ms in the second; a longer warm-up may help")
}
