package loadgen

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/endpoint"
	"github.com/lotteryctl/lotteryctl/loadgen/internal/growth"
)

// MaxRate is the highest rate a [Plan] may ask for, in requests per second. It
// is ten times what one thread can send; every request that is due and cannot
// be sent waits in memory.
const MaxRate = 1_000_000

// Plan says what to send, when, and what to write down. The zero value of each
// field is its default; only URL is required, and Rate unless Arrivals is
// Closed. A Plan is not changed by Run and may be used again.
type Plan struct {
	// URL is the http or https address to load. Path and query may hold
	// placeholders (see Placeholders); scheme, host and port may not. In path and
	// query, characters that no URL may have are sent as percent escapes, except
	// spaces, tabs and control characters, which are an error. Escapes stay as
	// they are; a fragment is not sent. Host names beyond ASCII are allowed.
	URL string
	// Method is the HTTP method. By default GET, or POST when Body is set.
	Method string
	// Header holds extra request headers; values may hold placeholders.
	// Host replaces the one taken from URL; Content-Length is computed. By
	// default there are none.
	Header http.Header
	// Body is the request body; it may hold placeholders. By default there is
	// none.
	Body string
	// Files is where {{line FILE}} looks its files up, once, before the run.
	// By default there are none and {{line}} is an error.
	Files fs.FS
	// Users is how many different users {{user}} chooses from, evenly.
	// By default 10,000.
	Users int

	// Arrivals says how send times are spread. By default Constant.
	Arrivals Arrivals
	// Rate is the intended number of requests per second, up to MaxRate. Not
	// used by Closed.
	Rate float64
	// Duration is the length of the measured window, warm-up excluded.
	// By default 10 s.
	Duration time.Duration
	// Warmup is how long the same load runs before the measured window:
	// requests intended to start in it are sent and recorded but not counted.
	// By default none.
	Warmup time.Duration
	// Connections caps the connections open at one time; requests that find
	// all of them busy wait, and their latency still counts from the intended
	// time. NoCap is none: a server that is overloaded then gets a connection
	// for every request that waits, until this machine has no files left. With
	// Closed it is the number kept busy, by default 64.
	//
	// By default (0) the cap finds out what helps. It begins with 64 and doubles
	// when requests wait, as long as the last doubling brought at least a fourth
	// more answers per second, or when no answer comes at all. It ends at
	// 4,096, or at a fourth of the files that this process may open if that is
	// less. So a slow service gets as many connections as it can make use of,
	// and an overloaded one is not buried under them. (ClientNetHTTP may be a
	// few above the cap.)
	Connections int
	// Timeout bounds each of two waits of a request: for a free connection or
	// its turn to open one, and from there to the end of the answer
	// (connecting included). By default 10 s.
	Timeout time.Duration
	// Seed decides every random choice: arrivals and placeholders. The same
	// seed sends the same requests at the same times. By default 0.
	Seed uint64

	// Client chooses the HTTP client. By default ClientAuto.
	Client Client
	// TLS configures https. By default the system's roots are trusted.
	TLS *tls.Config
	// ServerPID is the process id of the server when it runs on this machine
	// and its CPU shall be counted. By default (0) it is not.
	ServerPID int

	// Begin, when it is closed, begins the window, in place of the end of Warmup:
	// until then the load is warm-up, however long that takes. By default (nil)
	// the window begins after Warmup.
	Begin <-chan struct{}
	// End, when it is closed, ends the window at once instead of after Duration.
	// Nothing is due from then on; what was due is sent and waited for as at any
	// other end. By default (nil) the window has its full length.
	End <-chan struct{}

	// Record is called once for every request that ended, warm-up included,
	// never twice at one time. It runs on the sending thread, so it must be
	// quick: its cost counts as client CPU and shows as send lateness. See
	// AnswersLog for one that writes JSON lines. By default nothing is recorded.
	Record func(*Exchange)
	// MaxBody is how many bytes of each answer's body are kept for Record; the
	// rest is read and dropped. By default 64 KiB.
	MaxBody int
	// Progress is called about every ProgressEvery from a goroutine of its
	// own, and never after Run has returned. By default there are no reports.
	Progress func(Progress)
	// ProgressEvery is the time between reports. By default 1 s.
	ProgressEvery time.Duration
}

// Progress is a running count for a terminal, warm-up included.
type Progress struct {
	// Elapsed of Total: the warm-up and the window together.
	Elapsed, Total time.Duration
	// Warmup says that the measured window has not begun.
	Warmup bool
	// Sent, Answered and Errors count since the start.
	Sent, Answered, Errors int64
	// Rate is answers per second since the last report.
	Rate float64
	// InFlight is the number of requests due but not ended.
	InFlight int64
}

// The defaults of Plan's fields.
const (
	DefaultUsers         = 10_000
	DefaultDuration      = 10 * time.Second
	DefaultTimeout       = 10 * time.Second
	DefaultConnections   = 64 // Closed only
	DefaultMaxBody       = 64 << 10
	DefaultProgressEvery = time.Second
)

// NoCap as Plan.Connections lets connections grow without limit.
const NoCap = growth.NoCap

func (p *Plan) checkNumbers() error {
	switch {
	case p.Arrivals != Constant && p.Arrivals != Poisson && p.Arrivals != Closed:
		_, err := ParseArrivals(string(p.Arrivals))
		return err
	case p.Arrivals != Closed && (!(p.Rate > 0) || math.IsInf(p.Rate, 0)):
		return fmt.Errorf("rate must be a positive number of requests per second, not %v", p.Rate)
	case p.Arrivals != Closed && p.Rate > MaxRate:
		return fmt.Errorf("rate is %v requests per second; at most %d are possible", p.Rate, int64(MaxRate))
	case p.Duration < 0 || p.Warmup < 0 || p.Timeout < 0 || p.ProgressEvery < 0:
		return errors.New("duration, warm-up, timeout and progress interval must not be negative")
	case p.Connections < NoCap:
		return fmt.Errorf("connections must be 1 or more, 0 for the default or %d for no cap, not %d", NoCap, p.Connections)
	case p.Connections == NoCap && p.Arrivals == Closed:
		return errors.New("closed arrivals keep a number of connections busy, so they cannot be without a cap")
	case p.Users < 0:
		return fmt.Errorf("users must be 1 or more, or 0 for the default, not %d", p.Users)
	case p.MaxBody < 0:
		return fmt.Errorf("max body must not be negative, not %d", p.MaxBody)
	case p.ServerPID < 0:
		return fmt.Errorf("server pid must be positive, not %d", p.ServerPID)
	}
	switch p.Client {
	case ClientAuto, ClientEpoll, ClientGoroutine, ClientNetHTTP:
		return nil
	}
	return fmt.Errorf("unknown client %q: use epoll, goroutine or nethttp", p.Client)
}

// withDefaults returns the plan with every default filled in.
func (p Plan) withDefaults() Plan {
	setDefault(&p.Users, DefaultUsers)
	setDefault(&p.Arrivals, Constant)
	setDefault(&p.Duration, DefaultDuration)
	setDefault(&p.Timeout, DefaultTimeout)
	setDefault(&p.MaxBody, DefaultMaxBody)
	setDefault(&p.ProgressEvery, DefaultProgressEvery)
	if p.Arrivals == Closed {
		setDefault(&p.Connections, DefaultConnections)
	}
	method := http.MethodGet
	if p.Body != "" {
		method = http.MethodPost
	}
	setDefault(&p.Method, method)
	return p
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// splitURL cuts the URL template into what must be fixed (scheme and host) and
// what may be a template (path and query). The fragment is dropped: it is not for
// servers.
func splitURL(raw string) (base *url.URL, target string, err error) {
	u := endpoint.Split(raw)
	said := endpoint.Redact(raw) // errors may be kept
	switch {
	case strings.Contains(u.UserInfo+u.Host, "{{"):
		return nil, "", fmt.Errorf("URL %q: placeholders are allowed in path and query, not in the host", said)
	case !strings.EqualFold(u.Scheme, "http") && !strings.EqualFold(u.Scheme, "https"):
		return nil, "", fmt.Errorf("URL %q must start with http:// or https://", said)
	}
	if base, err = endpoint.Parse(raw); err != nil {
		return nil, "", fmt.Errorf("URL %q: %w", said, err)
	}
	if base.Hostname() == "" {
		return nil, "", fmt.Errorf("URL %q names no host", said)
	}
	if _, err := portOf(base); err != nil {
		return nil, "", fmt.Errorf("URL %q: %w", said, err)
	}
	target = endpoint.WithoutFragment(u.Rest)
	if !strings.HasPrefix(target, "/") {
		target = "/" + target
	}
	return base, target, nil
}
