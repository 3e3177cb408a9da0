package words

import (
	"fmt"

	"github.com/lotteryctl/lotteryctl/analyze/units"
	"github.com/lotteryctl/lotteryctl/loadgen"
)

// Cause says why requests failed and what to do; "" for a cause whose kind says
// it all.
func Cause(cause loadgen.Cause) string {
	const insecure = "; use --insecure to skip this check"
	switch cause {
	case loadgen.CauseRefused:
		return "nothing listens at that address"
	case loadgen.CauseReset:
		return "the service reset the connection"
	case loadgen.CauseUnreachable:
		return "there is no route to the host"
	case loadgen.CauseAuthority:
		return "the certificate is signed by an unknown authority" + insecure
	case loadgen.CauseExpired:
		return "the certificate has expired, or is not valid yet" + insecure
	case loadgen.CauseHost:
		return "the certificate is for another host" + insecure
	case loadgen.CauseCertificate:
		return "the certificate is not valid" + insecure
	case loadgen.CauseHTTP2:
		return "the service speaks only HTTP/2, and lotteryctl sends HTTP/1.1"
	case loadgen.CauseNoTLS:
		return "the service does not speak TLS; use http:// instead of https://"
	case loadgen.CauseNeedsTLS:
		return "the service expects TLS; use https:// instead of http://"
	}
	return ""
}

// Sample shows one failure that stands for all of its kind; "" if it says no more
// than the name of the kind does. Redirects have [Redirects].
func Sample(kind string, s loadgen.Sample) string {
	switch loadgen.ErrorKind(kind) {
	case loadgen.KindTimeout, loadgen.KindUnfinished:
		return ""
	}
	if s.Cause == loadgen.CauseRedirect {
		return ""
	}
	switch cause := Cause(s.Cause); {
	case cause != "" && s.Said != "":
		return fmt.Sprintf("%s: %s (first error: %q)", kind, cause, s.Said)
	case cause != "":
		return fmt.Sprintf("%s: %s", kind, cause)
	case s.Said != "":
		return fmt.Sprintf("%s: the first error was %q", kind, s.Said)
	}
	return ""
}

// StatusCause is the name of a status among the causes of failures.
func StatusCause(status int) string { return fmt.Sprintf("status %d", status) }

// Redirects says how many answers led elsewhere, and the first of them where.
func Redirects(status int, n, answered int64, where string) string {
	if where == "" {
		where = "an address that the answer does not name"
	}
	return fmt.Sprintf("%s of %s answers were redirects (status %d) to %s; redirects are not followed, so set --url to the address to measure",
		units.Grouped(n), units.Grouped(answered), status, where)
}
