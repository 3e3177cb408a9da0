package profiles

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode"
)

// connectionError explains why a request had no answer, or not a whole one. ctx
// is the caller's, without the timeout.
func connectionError(ctx context.Context, err error, limit time.Duration) error {
	var redirect *Failure
	var certificate *tls.CertificateVerificationError
	var timeout net.Error
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.As(err, &redirect):
		return redirect
	case errors.As(err, &certificate):
		return &Failure{Code: FailCertificate, Said: certificate.Err.Error()}
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return &Failure{Code: FailTimedOut, LimitNS: limit}
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return &Failure{Code: FailBrokenConnection}
	}
	var wrapped *url.Error // its text repeats the URL
	if errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	return &Failure{Code: FailNoAnswer, Said: err.Error()}
}

// statusError explains an answer that is not 200 OK. body is its beginning.
func statusError(status int, body string) error {
	switch {
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return &Failure{Code: FailUnauthorized, Status: status}
	case status == http.StatusNotFound:
		return &Failure{Code: FailNotFound, Status: status}
	case strings.Contains(body, "profiling already in use"), strings.Contains(body, "tracing is already enabled"):
		return &Failure{Code: FailBusy}
	case strings.Contains(body, "exceeds server's WriteTimeout"):
		return &Failure{Code: FailWriteTimeout}
	case status == http.StatusServiceUnavailable:
		return &Failure{Code: FailUnavailable, Status: status, Said: firstLine(body)}
	case status == http.StatusBadGateway:
		return &Failure{Code: FailBadGateway, Status: status}
	case status == http.StatusGatewayTimeout:
		return &Failure{Code: FailGatewayTimeout, Status: status}
	}
	return &Failure{Code: FailBadStatus, Status: status, Said: firstLine(body)}
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
