package profiles

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// FailureCode names why a part of a bundle is missing or ends early. Codes are
// stable; more may come.
type FailureCode string

// The codes of failures, and which fields of [Failure] they come with besides
// Page. Said is optional with each.
const (
	FailNoAnswer          FailureCode = "no-answer"          // nothing answers there
	FailBrokenConnection  FailureCode = "broken-connection"  // before the answer was complete
	FailTargetGone        FailureCode = "target-gone"        // it has stopped answering for good
	FailTimedOut          FailureCode = "timed-out"          // no complete answer in LimitNS
	FailCertificate       FailureCode = "certificate"        // it is not trusted
	FailOtherHost         FailureCode = "other-host"         // a redirect to Host, not followed
	FailUnencrypted       FailureCode = "unencrypted"        // a redirect from https to http, not followed
	FailRedirectLoop      FailureCode = "redirect-loop"      // redirects in circles
	FailUnauthorized      FailureCode = "unauthorized"       // Status 401 or 403
	FailNotFound          FailureCode = "not-found"          // Status 404
	FailBusy              FailureCode = "busy"               // another profile of that kind is being taken
	FailWriteTimeout      FailureCode = "write-timeout"      // the server's WriteTimeout is shorter than the profile
	FailUnavailable       FailureCode = "unavailable"        // Status 503
	FailBadGateway        FailureCode = "bad-gateway"        // Status 502
	FailGatewayTimeout    FailureCode = "gateway-timeout"    // Status 504
	FailBadStatus         FailureCode = "bad-status"         // any other Status
	FailEmptyAnswer       FailureCode = "empty-answer"       // there is nothing in it
	FailHTMLAnswer        FailureCode = "html-answer"        // a page for people
	FailNotProfile        FailureCode = "not-a-profile"      // something else
	FailNotTrace          FailureCode = "not-a-trace"        // something else
	FailNotDump           FailureCode = "not-a-dump"         // something else
	FailDamagedGzip       FailureCode = "damaged-gzip"       // or cut off
	FailTooLarge          FailureCode = "too-large"          // larger than MaxBytes
	FailSizeBound         FailureCode = "size-bound"         // of a trace that was cut off at MaxBytes
	FailEarlyAnswer       FailureCode = "early-answer"       // after TookNS instead of LimitNS
	FailWindowTooShort    FailureCode = "window-too-short"   // for a CPU profile
	FailNotBegun          FailureCode = "not-begun"          // the window ended before the profile began
	FailInterrupted       FailureCode = "interrupted"        // the capture was, before it was complete
	FailNoStart           FailureCode = "no-start"           // there is no snapshot from the start of the window to compare with, for Cause
	FailSnapshotsMismatch FailureCode = "snapshots-mismatch" // those of start and end do not fit together
	FailTargetsMismatch   FailureCode = "targets-mismatch"   // the profiles of the targets do not fit together
	FailAllTargets        FailureCode = "all-targets"        // none of Targets has one
	FailNotWritten        FailureCode = "not-written"        // it was taken, and the file could not be written: Said has it
	FailOther             FailureCode = "other"              // Said has it
	FailInText            FailureCode = "text"               // Said is the sentence of a bundle of format 1
)

// Failure is why a part of a bundle is missing or ends early: a code and what a
// sentence about it needs. It has no secrets. As an error it names the page that
// was asked for.
type Failure struct {
	Code     FailureCode     `json:"code"`
	Page     string          `json:"page,omitempty"`      // path of what was asked for, such as /debug/pprof/heap
	Status   int             `json:"status,omitempty"`    // of HTTP
	Host     string          `json:"host,omitempty"`      // to which it redirects
	LimitNS  time.Duration   `json:"limit_ns,omitempty"`  // that was allowed or asked for
	TookNS   time.Duration   `json:"took_ns,omitempty"`   // that it took
	MaxBytes int64           `json:"max_bytes,omitempty"` // that were allowed
	Said     string          `json:"said,omitempty"`      // a line of the answer or of the system's error, for people alone
	Cause    *Failure        `json:"cause,omitempty"`     // what this one follows from
	Targets  []TargetFailure `json:"targets,omitempty"`   // of a sum, the failure of each
}

// TargetFailure is why one target has no profile of a kind.
type TargetFailure struct {
	Target  string  `json:"target"`
	Failure Failure `json:"error"`
}

// Error returns code and figures in a line that begins with the page.
func (f *Failure) Error() string {
	var b strings.Builder
	if f.Page != "" {
		fmt.Fprintf(&b, "GET %s: ", f.Page)
	}
	b.WriteString(strings.ReplaceAll(string(f.Code), "-", " "))
	if f.Status != 0 {
		fmt.Fprintf(&b, " (%d %s)", f.Status, http.StatusText(f.Status))
	}
	if f.Host != "" {
		fmt.Fprintf(&b, " (%s)", f.Host)
	}
	if f.LimitNS != 0 {
		fmt.Fprintf(&b, " (%v)", f.LimitNS)
	}
	if f.MaxBytes != 0 {
		fmt.Fprintf(&b, " (%d bytes)", f.MaxBytes)
	}
	if f.Said != "" {
		b.WriteString(": " + f.Said)
	}
	if f.Cause != nil {
		b.WriteString(": " + f.Cause.Error())
	}
	for i, t := range f.Targets {
		fmt.Fprintf(&b, "%s%s: %v", map[bool]string{true: ": ", false: "; "}[i == 0], t.Target, &t.Failure)
	}
	return b.String()
}

// UnmarshalJSON reads the sentence of a bundle of format 1, too.
func (f *Failure) UnmarshalJSON(data []byte) error {
	if text, ok := sentenceOf(data); ok {
		*f = Failure{Code: FailInText, Said: text}
		return nil
	}
	type plain Failure
	return json.Unmarshal(data, (*plain)(f))
}

// sentenceOf is what format 1 has where there are codes now.
func sentenceOf(data []byte) (text string, ok bool) {
	return text, len(data) > 0 && data[0] == '"' && json.Unmarshal(data, &text) == nil
}

// outcome sorts failures by what can be done about them.
type outcome int

const (
	hopeless       outcome = iota // asking again gives the same answer
	unreachable                   // nothing answers, or the connection broke: perhaps a restart
	busy                          // somebody else takes that profile right now
	tooLong                       // the server's WriteTimeout is shorter than the time asked for
	late                          // no complete answer in time
	badGateway                    // what is in between does not reach it: perhaps a restart
	gatewayTimeout                // or did not want to wait so long
)

func (c FailureCode) outcome() outcome {
	switch c {
	case FailNoAnswer, FailBrokenConnection, FailTargetGone:
		return unreachable
	case FailBusy, FailUnavailable:
		return busy
	case FailWriteTimeout:
		return tooLong
	case FailTimedOut:
		return late
	case FailBadGateway:
		return badGateway
	case FailGatewayTimeout:
		return gatewayTimeout
	}
	return hopeless
}

// isOutcome says whether err is a failure of one of these sorts.
func isOutcome(err error, of ...outcome) bool {
	var failed *Failure
	return errors.As(err, &failed) && slices.Contains(of, failed.Code.outcome())
}

// isAway says whether err is one that passes if the target comes back.
func isAway(err error) bool { return isOutcome(err, unreachable, badGateway, gatewayTimeout) }

// failureOf is an error as the manifest has it.
func failureOf(err error) *Failure {
	var failed *Failure
	switch {
	case errors.Is(err, context.Canceled):
		return &Failure{Code: FailInterrupted}
	case errors.As(err, &failed):
		return failed
	}
	return &Failure{Code: FailOther, Said: err.Error()}
}
