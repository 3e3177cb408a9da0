package httpapi

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// pendingRetry is the Retry-After of a pending draw, in seconds: a commit that
// is not known after a draw's whole deadline is settled by the reconciler,
// which runs every second.
const pendingRetry = "1"

// answerHeaders are header values shared by all answers, so that setting one
// allocates nothing. net/http reads them and never writes.
type answerHeaders struct {
	json, replayed, noStore, retry []string
}

func newAnswerHeaders() answerHeaders {
	return answerHeaders{
		json:     []string{"application/json"},
		replayed: []string{"true"},
		noStore:  []string{"no-store"},
		retry:    []string{pendingRetry},
	}
}

// set writes the headers of answer a to entry e and returns the status.
func (s *answerHeaders) set(h http.Header, e lottery.Entry, a lottery.Answer) int {
	h["Content-Type"] = s.json
	h["Cache-Control"] = s.noStore // a win's code is worth money
	if a.Replayed {
		h["Idempotent-Replayed"] = s.replayed
	}
	if a.Result != lottery.Pending {
		return http.StatusOK
	}
	h["Retry-After"] = s.retry
	h.Set("Location", lookupPath(e))
	return http.StatusAccepted
}

// lookupPath is where the stored answer of e can be asked for.
func lookupPath(e lottery.Entry) string {
	return "/v1/activities/" + url.PathEscape(e.Activity) +
		"/draws/" + url.PathEscape(e.Request) +
		"?user=" + url.QueryEscape(e.User)
}

// appendAnswer appends the body of answer a to entry e. It is a function of
// what is stored, never of whether it is a replay: a retry gets the same bytes.
func appendAnswer(b []byte, e lottery.Entry, a lottery.Answer) []byte {
	b = append(b, `{"result":"`...)
	b = append(b, a.Result.String()...)
	b = append(b, `","activity":`...)
	b = appendString(b, e.Activity)
	b = append(b, `,"user":`...)
	b = appendString(b, e.User)
	b = append(b, `,"request":`...)
	b = appendString(b, e.Request)
	if a.Result == lottery.Win {
		b = appendPrize(b, a)
	}
	return append(b, '}', '\n')
}

func appendPrize(b []byte, a lottery.Answer) []byte {
	b = append(b, `,"prize":{"id":`...)
	b = appendString(b, a.Prize.ID)
	b = append(b, `,"tier":`...)
	b = appendString(b, a.Prize.Tier)
	b = append(b, `,"name":`...)
	b = appendString(b, a.Prize.Name)
	b = append(b, `},"unit":`...)
	b = strconv.AppendInt(b, a.Unit, 10)
	b = append(b, `,"code":`...)
	return appendString(b, a.Code)
}
