package loadgen

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"unicode/utf8"

	"github.com/lotteryctl/lotteryctl/loadgen/internal/http1"
)

// Cause names the reason for a failure, where it is known. Causes are stable;
// more may come.
type Cause string

// The causes.
const (
	CauseRefused     Cause = "refused"             // nothing listens there
	CauseReset       Cause = "reset"               // the server reset the connection
	CauseUnreachable Cause = "unreachable"         // no way leads there
	CauseAuthority   Cause = "certificate-unknown" // of an authority that is not trusted
	CauseExpired     Cause = "certificate-expired" // or not valid yet
	CauseHost        Cause = "certificate-host"    // it is for another host
	CauseCertificate Cause = "certificate"         // it is refused for another reason
	CauseHTTP2       Cause = "http2-only"          // the server does not speak HTTP/1.1
	CauseNoTLS       Cause = "no-tls"              // https was asked of a server of plain http
	CauseNeedsTLS    Cause = "needs-tls"           // plain http was asked of a server of https
	CauseRedirect    Cause = "redirect"            // the answer is elsewhere: at Said
)

// Sample is one failure, or one answer, that stands for the others of its kind: the
// first in the window.
type Sample struct {
	// Cause is what is known of the reason; empty if nothing is.
	Cause Cause `json:"cause,omitempty"`
	// Said is the error's own text, up to 200 bytes in one line. It has neither
	// query nor user info of the URL. Of a redirect it is the address that it
	// leads to.
	Said string `json:"said,omitempty"`
}

// maxSaid bounds [Sample].Said in bytes.
const maxSaid = 200

// sampleOf makes a sample of a failure.
func sampleOf(err error) Sample {
	if e, ok := errors.AsType[*Error](err); ok {
		err = e.Err // the kind is known already
	}
	if e, ok := errors.AsType[*url.Error](err); ok {
		err = e.Err // without the URL
	}
	return Sample{causeOf(err), oneLine(err.Error())}
}

// causeOf recognizes the errors of net, crypto and net/http.
func causeOf(err error) Cause {
	if cause := certificateCause(err); cause != "" {
		return cause
	}
	if e, ok := errors.AsType[*http1.ForeignError](err); ok {
		return protocolOf(e.Begin)
	}
	_, noRecord := errors.AsType[tls.RecordHeaderError](err)
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return CauseRefused
	case errors.Is(err, syscall.ECONNRESET):
		return CauseReset
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return CauseUnreachable
	case noRecord:
		return CauseNoTLS
	}
	text := err.Error()
	if strings.Contains(text, "no application protocol") {
		return CauseHTTP2
	}
	// net/http has no type for this one.
	if _, after, ok := strings.Cut(text, "malformed HTTP response "); ok {
		if quoted, err := strconv.QuotedPrefix(after); err == nil {
			begin, _ := strconv.Unquote(quoted)
			return protocolOf([]byte(begin))
		}
	}
	return ""
}

func certificateCause(err error) Cause {
	var authority x509.UnknownAuthorityError
	var host x509.HostnameError
	var invalid x509.CertificateInvalidError
	var refused *tls.CertificateVerificationError
	switch {
	case errors.As(err, &authority):
		return CauseAuthority
	case errors.As(err, &host):
		return CauseHost
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return CauseExpired
	case errors.As(err, &invalid), errors.As(err, &refused):
		return CauseCertificate
	}
	return ""
}

// protocolOf recognizes what begins where an answer should: the SETTINGS frame
// that an HTTP/2 server sends first, or a record of TLS.
func protocolOf(begin []byte) Cause {
	switch {
	case len(begin) >= 9 && begin[0] == 0 && begin[3] == 4 && string(begin[5:9]) == "\x00\x00\x00\x00":
		return CauseHTTP2
	case len(begin) >= 2 && (begin[0] == 0x15 || begin[0] == 0x16) && begin[1] == 3:
		return CauseNeedsTLS
	}
	return ""
}

// sampleOfAnswer makes a sample of an answer whose status alone does not say
// what is wrong; ok is false if nothing is known.
func sampleOfAnswer(base *url.URL, x *Exchange) (s Sample, ok bool) {
	switch {
	case IsRedirect(x.Status) && len(x.detail) > 0:
		return Sample{CauseRedirect, leadsTo(base, string(x.detail))}, true
	case x.Status == http.StatusBadRequest && base.Scheme == "http" && refusesPlain(string(x.detail)):
		return Sample{CauseNeedsTLS, ""}, true
	}
	return s, false
}

// refusesPlain knows what servers of https say to plain http: Go's, nginx and
// Apache.
func refusesPlain(body string) bool {
	for _, said := range []string{"HTTP request to an HTTPS server", "plain HTTP request was sent to HTTPS port", "speaking plain HTTP to an SSL-enabled server"} {
		if strings.Contains(body, said) {
			return true
		}
	}
	return false
}

// leadsTo is the address of a redirect as it may be stored: scheme, host and
// path.
func leadsTo(base *url.URL, location string) string {
	u, err := base.Parse(location)
	if err != nil {
		return "an address that is not a URL"
	}
	where := url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path, RawPath: u.RawPath}
	return oneLine(where.String())
}

// oneLine cuts a text to maxSaid bytes and replaces what would leave the line.
func oneLine(text string) string {
	text = strings.Map(func(r rune) rune {
		if !strconv.IsPrint(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "?"))
	if len(text) <= maxSaid {
		return text
	}
	end := maxSaid
	for !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end]
}
