package loadgen_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/loadgen"
)

// TestDoubtsOfOldFiles reads what was written when a doubt was a phrase and a
// sentence, and what is written now.
func TestDoubtsOfOldFiles(t *testing.T) {
	for _, row := range []struct {
		name, text string
		want       loadgen.Doubt
	}{
		{"generator", `{"kind": "generator was the limit", "reason": "its sending thread was at work 97 % of the time"}`,
			loadgen.Doubt{Code: loadgen.GeneratorLimit, Text: "its sending thread was at work 97 % of the time"}},
		{"rate", `{"kind": "rate not reached", "reason": "5.0 % of the requests got no answer (5 of 100)"}`,
			loadgen.Doubt{Code: loadgen.RateNotReached, Text: "5.0 % of the requests got no answer (5 of 100)"}},
		{"cap", `{"kind": "connection cap queued requests", "reason": "12 requests waited"}`, loadgen.Doubt{Code: loadgen.CapQueued, Text: "12 requests waited"}},
		{"cancelled", `{"kind": "run was cancelled", "reason": "3s of the measured window were run"}`, loadgen.Doubt{Code: loadgen.RunPartial, Text: "3s of the measured window were run"}},
		{"somebody else's", `{"kind": "first and second half disagree", "reason": "why"}`, loadgen.Doubt{Code: "halves-disagree", Text: "why"}},
		{"unknown", `{"kind": "too hot", "reason": "why"}`, loadgen.Doubt{Code: "too hot", Text: "why"}},
		{"now", `{"code": "cap-queued", "queued": 12, "queued_for_ns": 1000000, "cap": 8}`,
			loadgen.Doubt{Code: loadgen.CapQueued, Queued: 12, QueuedFor: time.Millisecond, Cap: 8}},
	} {
		var got loadgen.Doubt
		if err := json.Unmarshal([]byte(row.text), &got); err != nil || got != row.want {
			t.Errorf("%s: got %+v, %v; want %+v", row.name, got, err, row.want)
		}
		again, err := json.Marshal(got)
		var second loadgen.Doubt
		if err == nil {
			err = json.Unmarshal(again, &second)
		}
		if err != nil || second != got {
			t.Errorf("%s: written again it reads %+v, %v", row.name, second, err)
		}
	}
}
