package httpapi

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// Kinds of refusal that exist in HTTP only; the others are the domain's.
const (
	// KindUnknownPath: nothing is served under that path.
	KindUnknownPath lottery.ErrorKind = "unknown-path"
	// KindMethodNotAllowed: the path exists, the method does not; see Allow.
	KindMethodNotAllowed lottery.ErrorKind = "method-not-allowed"
	// KindUnsupportedMediaType: the body is declared to be something else than JSON.
	KindUnsupportedMediaType lottery.ErrorKind = "unsupported-media-type"
	// KindRequestTimeout: the body did not arrive in time.
	KindRequestTimeout lottery.ErrorKind = "request-timeout"
	// KindTooManyRequests: this client sends more than it may.
	KindTooManyRequests lottery.ErrorKind = "too-many-requests"
	// KindForbiddenOrigin: the admin port was called by a web page or under a foreign host name.
	KindForbiddenOrigin lottery.ErrorKind = "forbidden-origin"
)

// problemTypes is where the kinds are explained to people; the kind follows as
// the fragment. It is the one line to change if the documentation moves.
const problemTypes = "https://github.com/lotteryctl/lotteryctl/blob/main/docs/http-api.md#"

// problemClass is what all refusals of one kind have in common.
type problemClass struct {
	kind   lottery.ErrorKind
	status int
	title  string
	// retryAfter is sent where the refusal itself names no time; 0: a retry
	// cannot help, and none is suggested.
	retryAfter time.Duration
}

// problemClasses is the one map from kinds to status codes. The reasons for
// each choice are in docs/http-api.md, whose table a test compares with this one.
func problemClasses() []problemClass {
	return []problemClass{
		{lottery.KindMalformed, http.StatusBadRequest, "The request cannot be understood", 0},
		{lottery.KindUnauthorized, http.StatusUnauthorized, "A token is needed", 0},
		{lottery.KindNotStarted, http.StatusForbidden, "The activity has not started", 0},
		{lottery.KindLimitReached, http.StatusForbidden, "The draw limit is reached", 0},
		{lottery.KindBlocked, http.StatusForbidden, "The user may not draw", 0},
		{KindForbiddenOrigin, http.StatusForbidden, "Not allowed from this origin", 0},
		{lottery.KindUnknownActivity, http.StatusNotFound, "No such activity", 0},
		{lottery.KindUnknownRequest, http.StatusNotFound, "No such draw", 0},
		{KindUnknownPath, http.StatusNotFound, "No such path", 0},
		{KindMethodNotAllowed, http.StatusMethodNotAllowed, "Method not allowed", 0},
		{KindRequestTimeout, http.StatusRequestTimeout, "The request took too long to arrive", time.Second},
		{lottery.KindConflict, http.StatusConflict, "The activity exists and differs", 0},
		{lottery.KindEnded, http.StatusGone, "The activity has ended", 0},
		{lottery.KindTooLarge, http.StatusRequestEntityTooLarge, "The request is too large", 0},
		{KindUnsupportedMediaType, http.StatusUnsupportedMediaType, "The body must be JSON", 0},
		{lottery.KindRequestReused, http.StatusUnprocessableEntity, "The request id was used with other content", 0},
		{KindTooManyRequests, http.StatusTooManyRequests, "Too many requests", time.Second},
		{lottery.KindInternal, http.StatusInternalServerError, "Internal error", 0},
		{lottery.KindOverloaded, http.StatusServiceUnavailable, "Too busy", time.Second},
		{lottery.KindUnavailable, http.StatusServiceUnavailable, "Temporarily unavailable", time.Second},
		{lottery.KindDraining, http.StatusServiceUnavailable, "Stopping", time.Second},
	}
}

// Kinds lists every kind a client can meet: the bounded set for a metrics label.
func Kinds() []lottery.ErrorKind {
	classes := problemClasses()
	kinds := make([]lottery.ErrorKind, len(classes))
	for i, c := range classes {
		kinds[i] = c.kind
	}
	return kinds
}

// problems writes refusals. Immutable; safe for concurrent use.
type problems map[lottery.ErrorKind]problemClass

func newProblems() problems {
	p := make(problems)
	for _, c := range problemClasses() {
		p[c.kind] = c
	}
	return p
}

// class never fails: a kind without an entry is a defect of ours, hence 500.
func (p problems) class(kind lottery.ErrorKind) problemClass {
	if c, ok := p[kind]; ok {
		return c
	}
	return p[lottery.KindInternal]
}

// write answers with err as application/problem+json and returns its kind. An
// error that is no [*lottery.Error] is answered as internal, without a word of
// what it says: it may name addresses.
func (p problems) write(w http.ResponseWriter, err error) lottery.ErrorKind {
	var refusal *lottery.Error
	if !errors.As(err, &refusal) {
		refusal = lottery.Refuse(lottery.KindInternal, "an unexpected error happened; the log has the details")
	}
	class := p.class(refusal.Kind)
	h := w.Header()
	h.Set("Content-Type", "application/problem+json")
	h.Set("Cache-Control", "no-store") // 404 and 410 would be cacheable otherwise
	if after := max(refusal.RetryAfter, class.retryAfter); after > 0 {
		h.Set("Retry-After", retryAfter(after))
	}
	if refusal.Kind == lottery.KindUnauthorized {
		h.Set("WWW-Authenticate", `Bearer realm="lotteryd admin"`)
	}
	w.WriteHeader(class.status)
	// A write error means the client is gone: there is nobody left to tell.
	_, _ = w.Write(appendProblem(nil, class, refusal.Message))
	return class.kind
}

// refusal is a problem whose every byte is known beforehand. When more is asked than
// can be done, refusals are most of what is written, so they must cost next to
// nothing. Immutable; safe for concurrent use.
type refusal struct {
	status int
	header map[string][]string // net/http reads the values and never writes
	body   []byte
}

// newOverloaded is the refusal of a request that has waited for too long.
func newOverloaded(p problems) refusal {
	class := p.class(lottery.KindOverloaded)
	body := appendProblem(nil, class, "this instance is asked for more than it can do in time; send the same request again later")
	return refusal{class.status, map[string][]string{
		"Content-Type": {"application/problem+json"}, "Cache-Control": {"no-store"},
		"Content-Length": {strconv.Itoa(len(body))}, "Retry-After": {retryAfter(class.retryAfter)},
	}, body}
}

func (r *refusal) write(w http.ResponseWriter) {
	h := w.Header()
	for name, value := range r.header {
		h[name] = value
	}
	w.WriteHeader(r.status)
	// A write error means the client is gone: there is nobody left to tell.
	_, _ = w.Write(r.body)
}

func appendProblem(b []byte, c problemClass, detail string) []byte {
	b = append(b, `{"type":`...)
	b = appendString(b, problemTypes+string(c.kind))
	b = append(b, `,"title":`...)
	b = appendString(b, c.title)
	b = append(b, `,"status":`...)
	b = strconv.AppendInt(b, int64(c.status), 10)
	b = append(b, `,"detail":`...)
	b = appendString(b, detail)
	b = append(b, `,"kind":`...)
	b = appendString(b, string(c.kind))
	return append(b, '}', '\n')
}

// retryAfter renders d as the header wants it: whole seconds, rounded up so
// that nobody comes back too early.
func retryAfter(d time.Duration) string {
	return strconv.FormatInt(int64((d+time.Second-1)/time.Second), 10)
}
