package lottery

import (
	"errors"
	"fmt"
	"time"
)

// ErrorKind is the stable, machine-readable name of a refusal. Clients branch
// on it; the words around it may change.
type ErrorKind string

// The kinds of refusal. A refused draw consumed nothing: no stock, no draw of
// the user's limit, no stored answer.
const (
	// KindMalformed: the request cannot be understood; sending it again
	// unchanged cannot help.
	KindMalformed ErrorKind = "malformed-request"
	// KindTooLarge: the request is over a size limit.
	KindTooLarge ErrorKind = "request-too-large"
	// KindUnknownActivity: no such activity.
	KindUnknownActivity ErrorKind = "unknown-activity"
	// KindUnknownRequest: no answer is stored under that request (lookups only).
	KindUnknownRequest ErrorKind = "unknown-request"
	// KindNotStarted: the activity's window has not opened, by Redis' clock.
	KindNotStarted ErrorKind = "not-started"
	// KindEnded: the window has closed, or an operator closed the activity.
	KindEnded ErrorKind = "ended"
	// KindLimitReached: the user has used all draws the activity grants.
	KindLimitReached ErrorKind = "draw-limit-reached"
	// KindBlocked: the user is on the activity's block list.
	KindBlocked ErrorKind = "user-blocked"
	// KindRequestReused: the request id was used before with other content.
	KindRequestReused ErrorKind = "request-reused"
	// KindOverloaded: more draws in flight than this instance accepts.
	KindOverloaded ErrorKind = "overloaded"
	// KindUnavailable: Redis or Postgres cannot be used right now, or Redis is
	// being rebuilt from the ledger.
	KindUnavailable ErrorKind = "dependency-unavailable"
	// KindDraining: this instance is stopping and takes no new draws.
	KindDraining ErrorKind = "draining"
	// KindConflict: an activity exists already and differs in what may not change.
	KindConflict ErrorKind = "activity-conflict"
	// KindUnauthorized: the admin port's token is missing or wrong.
	KindUnauthorized ErrorKind = "unauthorized"
	// KindInternal: a defect of ours; details are in the log only.
	KindInternal ErrorKind = "internal"
)

// Error is a refusal with a machine-readable kind and a sentence for people.
// The sentence never holds secrets or addresses; the cause, for the log, may.
type Error struct {
	Kind       ErrorKind
	Message    string        // one sentence: what, where, what to do
	RetryAfter time.Duration // when trying again makes sense; 0: it does not
	Cause      error         // for the log; may be nil
}

// Error gives kind, message and cause in one line.
func (e *Error) Error() string {
	if e.Cause != nil {
		return fmt.Sprintf("%s: %s: %v", e.Kind, e.Message, e.Cause)
	}
	return fmt.Sprintf("%s: %s", e.Kind, e.Message)
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

// KindOf returns the kind of the first [*Error] in err's chain, [KindInternal]
// for any other error, and "" for nil.
func KindOf(err error) ErrorKind {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return KindInternal
}

// Refuse makes an [*Error] without a cause; format and args make the sentence.
func Refuse(kind ErrorKind, format string, args ...any) *Error {
	return &Error{Kind: kind, Message: fmt.Sprintf(format, args...)}
}

// Unavailable makes a [KindUnavailable] error that invites a retry after a
// second: what names the dependency, cause is for the log.
func Unavailable(what string, cause error) *Error {
	return &Error{
		Kind:       KindUnavailable,
		Message:    what + " cannot be used right now; send the same request again",
		RetryAfter: time.Second,
		Cause:      cause,
	}
}

// asUnavailable passes refusals through and hides everything else behind one.
func asUnavailable(err error) error {
	var refused *Error
	if errors.As(err, &refused) {
		return err
	}
	return Unavailable("storage", err)
}
