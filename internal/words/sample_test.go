package words_test

import (
	"testing"

	"github.com/lotteryctl/lotteryctl/internal/words"
	"github.com/lotteryctl/lotteryctl/loadgen"
)

func TestSampleSentences(t *testing.T) {
	var codes []string
	for _, row := range []struct {
		kind, said string
		cause      loadgen.Cause
		want       string
	}{
		{"refused", "connect: connection refused", loadgen.CauseRefused, `refused: nothing listens at that address (first error: "connect: connection refused")`},
		{"closed", "read: connection reset by peer", loadgen.CauseReset, `closed: the service reset the connection (first error: "read: connection reset by peer")`},
		{"connect", "connect: no route to host", loadgen.CauseUnreachable, `connect: there is no route to the host (first error: "connect: no route to host")`},
		{"connect", "x", loadgen.CauseAuthority, `connect: the certificate is signed by an unknown authority; use --insecure to skip this check (first error: "x")`},
		{"connect", "x", loadgen.CauseExpired, `connect: the certificate has expired, or is not valid yet; use --insecure to skip this check (first error: "x")`},
		{"connect", "x", loadgen.CauseHost, `connect: the certificate is for another host; use --insecure to skip this check (first error: "x")`},
		{"connect", "x", loadgen.CauseCertificate, `connect: the certificate is not valid; use --insecure to skip this check (first error: "x")`},
		{"malformed", "x", loadgen.CauseHTTP2, `malformed: the service speaks only HTTP/2, and lotteryctl sends HTTP/1.1 (first error: "x")`},
		{"connect", "x", loadgen.CauseNoTLS, `connect: the service does not speak TLS; use http:// instead of https:// (first error: "x")`},
		{"status 400", "", loadgen.CauseNeedsTLS, "status 400: the service expects TLS; use https:// instead of http://"},
		{"status 302", "http://h/login", loadgen.CauseRedirect, ""},
		{"malformed", "bad header line", "", `malformed: the first error was "bad header line"`},
		{"timeout", "no answer in time", "", ""},
		{"unfinished", "the run was canceled", "", ""},
		{"status 500", "", "", ""},
	} {
		if row.cause != "" {
			codes = append(codes, string(row.cause))
		}
		got := words.Sample(row.kind, loadgen.Sample{Cause: row.cause, Said: row.said})
		if row.want == "" && got == "" {
			continue
		}
		checkSentence(t, row.kind, got, row.want)
	}
	checkCodes(t, "../../loadgen", "Cause", codes)
}

func TestRedirectSentences(t *testing.T) {
	checkSentence(t, "redirect", words.Redirects(302, 1000, 2000, "http://h/login"),
		"1,000 of 2,000 answers were redirects (status 302) to http://h/login; redirects are not followed, so set --url to the address to measure")
	checkSentence(t, "redirect without an address", words.Redirects(301, 1, 1, ""),
		"1 of 1 answers were redirects (status 301) to an address that the answer does not name; redirects are not followed, so set --url to the address to measure")
}
