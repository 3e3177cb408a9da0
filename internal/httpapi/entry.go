package httpapi

import (
	"net/http"
	"strings"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// operation is what a request wants of the Drawer.
type operation uint8

const (
	drawing operation = iota
	lookingUp
)

// drawEntry reads who wants to draw what from path, headers and body.
func drawEntry(r *http.Request, b *buffers, codec Codec) (lottery.Entry, error) {
	if err := checkContentType(r); err != nil {
		return lottery.Entry{}, err
	}
	body, err := b.readBody(r)
	if err != nil {
		return lottery.Entry{}, err
	}
	d, err := codec.decode(body)
	if err != nil {
		return lottery.Entry{}, err
	}
	e := lottery.Entry{Activity: r.PathValue("activity"), User: d.User, Request: d.Request, Proof: d.Proof}
	if e.Request, err = requestID(d.Request, r.Header["Idempotency-Key"]); err != nil {
		return lottery.Entry{}, err
	}
	return e, e.Check()
}

// requestID settles the request's id between the body's field and the header.
func requestID(field string, headers []string) (string, error) {
	if len(headers) == 0 {
		return field, nil
	}
	if len(headers) > 1 {
		return "", lottery.Refuse(lottery.KindMalformed, "Idempotency-Key is sent %d times; send it once", len(headers))
	}
	key, ok := unquote(headers[0])
	if !ok {
		return "", lottery.Refuse(lottery.KindMalformed,
			"Idempotency-Key has a quote that is not closed or not escaped; send the key bare or as one quoted string")
	}
	if field != "" && field != key {
		return "", lottery.Refuse(lottery.KindMalformed,
			`"request" and the Idempotency-Key header differ; send one of them, or the same value in both`)
	}
	return key, nil
}

// unquote takes the quotes off a key sent as a structured-field string (RFC
// 9651 section 3.3.3), as the Idempotency-Key draft has it; most clients send
// it bare, which is taken as it is. It reports false for a key that begins or
// ends with a quote and is no whole string: guessing which the client meant
// would turn one of its retries into a second draw.
func unquote(s string) (string, bool) {
	inner, opened := strings.CutPrefix(s, `"`)
	if !opened {
		return s, !strings.HasSuffix(s, `"`)
	}
	inner, closed := strings.CutSuffix(inner, `"`)
	if !closed {
		return "", false
	}
	if strings.IndexByte(inner, '\\') < 0 && strings.IndexByte(inner, '"') < 0 {
		return inner, true
	}
	return unescape(inner)
}

// unescape resolves \" and \\, the only escapes of such a string, and reports
// whether there were no others and no bare quote.
func unescape(s string) (string, bool) {
	plain := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '"':
			return "", false
		case s[i] == '\\':
			if i++; i == len(s) || s[i] != '"' && s[i] != '\\' {
				return "", false
			}
		}
		plain = append(plain, s[i])
	}
	return string(plain), true
}

// lookupEntry reads whose draw is asked for from path and query.
func lookupEntry(r *http.Request) (lottery.Entry, error) {
	users := r.URL.Query()["user"]
	if len(users) != 1 {
		return lottery.Entry{}, lottery.Refuse(lottery.KindMalformed,
			"the query names %d users; send exactly one, as ?user=…", len(users))
	}
	e := lottery.Entry{Activity: r.PathValue("activity"), Request: r.PathValue("request"), User: users[0]}
	return e, e.Check()
}
