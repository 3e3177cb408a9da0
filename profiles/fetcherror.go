package profiles

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"
)

// outcome sorts failures by what can be done about them.
type outcome int

const (
	hopeless       outcome = iota // asking again gives the same answer
	unreachable                   // nothing answers, or the connection broke: perhaps a restart
	busy                          // somebody else takes that profile right now
	tooLong                       // the server's WriteTimeout is shorter than the time asked for
	late                          // no whole answer in time
	badGateway                    // what is in between does not reach it: perhaps a restart
	gatewayTimeout                // or did not want to wait so long
)

// fetchError is why an endpoint gave nothing, in one sentence without secrets.
type fetchError struct {
	outcome outcome
	text    string
}

func (e *fetchError) Error() string { return e.text }

// isOutcome says whether err is a failure of one of these sorts.
func isOutcome(err error, of ...outcome) bool {
	var failed *fetchError
	return errors.As(err, &failed) && slices.Contains(of, failed.outcome)
}

// isAway says whether err is one that passes if the target comes back.
func isAway(err error) bool { return isOutcome(err, unreachable, badGateway, gatewayTimeout) }

// connectionError explains why a request had no answer, or not a whole one. ctx
// is the caller's, without the timeout.
func connectionError(ctx context.Context, err error, limit time.Duration) error {
	var redirect *redirectError
	var certificate *tls.CertificateVerificationError
	var timeout net.Error
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.As(err, &redirect):
		return &fetchError{hopeless, redirect.Error()}
	case errors.As(err, &certificate):
		return &fetchError{hopeless, fmt.Sprintf("the certificate is not trusted: %v", certificate.Err)}
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return &fetchError{late, fmt.Sprintf("no whole answer within %v", limit)}
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return &fetchError{unreachable, "the connection broke before the answer was whole"}
	}
	var wrapped *url.Error // its text repeats the URL
	if errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	return &fetchError{unreachable, fmt.Sprintf("no answer: %v", err)}
}

// statusError explains an answer that is not 200 OK. body is its beginning.
func statusError(path string, status int, body string) error {
	said := firstLine(body)
	text := fmt.Sprintf("%d %s at %s", status, http.StatusText(status), path)
	switch {
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return &fetchError{hopeless, text + ": the service wants credentials; send them as a header"}
	case status == http.StatusNotFound:
		return &fetchError{hopeless, text + ": is net/http/pprof registered on that port?"}
	case strings.Contains(body, "profiling already in use"), strings.Contains(body, "tracing is already enabled"):
		return &fetchError{busy, "another profile of that kind is being taken from the process, and it allows one at a time"}
	case strings.Contains(body, "exceeds server's WriteTimeout"):
		return &fetchError{tooLong, "the server's WriteTimeout is shorter than the profile: raise it or serve net/http/pprof on a server without one"}
	case status == http.StatusServiceUnavailable:
		return &fetchError{busy, strings.TrimSuffix(text+": "+said, ": ")}
	case status == http.StatusBadGateway:
		return &fetchError{badGateway, text + ": something in between does not reach the service"}
	case status == http.StatusGatewayTimeout:
		return &fetchError{gatewayTimeout, text + ": something in between does not reach the service, or does not wait so long for its answer"}
	}
	return &fetchError{hopeless, strings.TrimSuffix(text+": "+said, ": ")}
}

// firstLine is the beginning of a stranger's text, made fit for a terminal. Of
// a page of HTML it is empty.
func firstLine(text string) string {
	text, _, _ = strings.Cut(strings.TrimSpace(text), "\n")
	if strings.HasPrefix(text, "<") {
		return ""
	}
	text = strings.Map(func(c rune) rune {
		if !unicode.IsPrint(c) {
			return -1
		}
		return c
	}, text)
	if runes := []rune(text); len(runes) > 200 {
		return string(runes[:200]) + "…"
	}
	return text
}
