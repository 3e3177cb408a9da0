package audit

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// Exchange is one line of an answers log, as `lotteryctl bench --log-answers`
// and loadgen.AnswersLog write it. Fields it does not know are ignored, so
// other clients can write logs too; only Request or Path, and Response or Error
// are needed.
type Exchange struct {
	Intended time.Time `json:"intended"` // when the schedule wanted it sent
	Sent     time.Time `json:"sent"`     // zero: never sent
	Done     time.Time `json:"done"`
	Status   int       `json:"status"` // of HTTP; 0 without an answer
	Kind     string    `json:"kind"`   // of the client's error
	Error    string    `json:"error"`  // why there was no whole answer
	URL      string    `json:"url"`    // URL or Path name the activity
	Path     string    `json:"path"`
	Request  body      `json:"request"`  // what was sent
	Response body      `json:"response"` // what came back
}

// body is a JSON document, either inside a string or as itself.
type body []byte

// UnmarshalJSON implements [json.Unmarshaler].
func (b *body) UnmarshalJSON(data []byte) error {
	if len(data) == 0 || data[0] != '"' {
		*b = append((*b)[:0], data...)
		return nil
	}
	var s string
	if err := json.Unmarshal(data, &s); err != nil {
		return err
	}
	*b = body(s)
	return nil
}

// said is the union of what request, answer and problem document hold.
type said struct {
	Result   string `json:"result"`
	Activity string `json:"activity"`
	User     string `json:"user"`
	Request  string `json:"request"`
	Proof    string `json:"proof"`
	Prize    struct {
		ID string `json:"id"`
	} `json:"prize"`
	Unit int64  `json:"unit"`
	Code string `json:"code"`
	Kind string `json:"kind"`
}

// ParseExchange works out what an exchange told its client. An error says that
// it was no exchange with lotteryd, or that its answer cannot be understood.
func ParseExchange(x Exchange) (Answer, error) {
	var asked, told said
	if len(x.Request) > 0 {
		if err := json.Unmarshal(x.Request, &asked); err != nil {
			return Answer{}, fmt.Errorf("the request body is not a draw: %w", err)
		}
	}
	named := placeOf(x)
	if asked.Request == "" {
		asked.Request = named.Request // may still be "": an Idempotency-Key
	}
	if asked.User == "" {
		asked.User = named.User
	}
	a := Answer{Activity: named.Activity, User: asked.User, Request: asked.Request, Proof: asked.Proof, Sent: x.Sent, Done: x.Done}
	if x.Error != "" || x.Kind != "" || x.Status == 0 && len(x.Response) == 0 {
		a.Result = Unknown
		return a, nil
	}
	if err := json.Unmarshal(x.Response, &told); err != nil {
		if x.Status >= 500 { // a proxy's error page: the draw may have happened
			a.Result = Unknown
			return a, nil
		}
		return Answer{}, fmt.Errorf("the response body is neither an answer nor a problem document: %w", err)
	}
	return a.hear(told, x.Status)
}

// hear completes a with what the response says.
func (a Answer) hear(told said, status int) (Answer, error) {
	switch r := Result(told.Result); r {
	case Win, Loss, Pending:
		a.Result = r
	case "":
		if told.Kind == "" {
			return Answer{}, fmt.Errorf("the response with status %d has neither a result nor a kind", status)
		}
		a.Result, a.Kind = refusal(told.Kind), told.Kind
		return a, nil
	default:
		return Answer{}, fmt.Errorf("the response has the unknown result %q", told.Result)
	}
	if told.Activity == "" || told.User == "" || told.Request == "" {
		return Answer{}, errors.New("the response does not name activity, user and request")
	}
	for _, f := range [...]struct {
		asked *string
		told  string
	}{{&a.Activity, told.Activity}, {&a.User, told.User}, {&a.Request, told.Request}} {
		if *f.asked == "" {
			*f.asked = f.told
		}
		a.Crossed = a.Crossed || *f.asked != f.told
	}
	if a.Result == Win {
		a.Prize, a.Unit, a.Code = told.Prize.ID, told.Unit, told.Code
		if a.Prize == "" || a.Unit <= 0 || a.Code == "" {
			return Answer{}, errors.New("the win has no prize id, unit or code")
		}
	}
	return a, nil
}

// refusal tells whether a problem document of this kind excludes that the draw
// happened. A dependency that failed half-way and a defect do not.
func refusal(kind string) Result {
	switch kind {
	case "dependency-unavailable", "internal":
		return Unknown
	}
	return Refused
}

// placeOf reads activity, request and user from a path such as
// /v1/activities/demo/draws/req-1?user=ann, as far as they are there.
func placeOf(x Exchange) (p said) {
	where := x.URL
	if where == "" {
		where = x.Path
	}
	u, err := url.Parse(where)
	if err != nil {
		return p
	}
	parts := strings.Split(u.EscapedPath(), "/")
	for i, part := range parts[:len(parts)-1] {
		next, err := url.PathUnescape(parts[i+1])
		switch {
		case err != nil:
		case part == "activities":
			p.Activity = next
		case part == "draws":
			p.Request, p.User = next, u.Query().Get("user")
		}
	}
	return p
}
