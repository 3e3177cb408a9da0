package httpapi

import (
	"math"
	"net/http"
	"net/http/pprof"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
	"github.com/lotteryctl/lotteryctl/profiles/recorder"
)

// maxProfileSeconds bounds how long a profile is recorded: an hour's CPU
// profile fits in memory, and a slip of the keyboard ends some day.
const maxProfileSeconds = 3600

// profiles registers net/http/pprof, behind a check of what it would silently
// replace by a default, and with its complaints as problem documents.
//
// The runtime takes one CPU profile at a time, so the recorder, which may be
// nil, gives way to one that is asked for by hand.
func (a *admin) profiles(mux *http.ServeMux, r *recorder.Recorder) {
	cpu := r.YieldTo(http.HandlerFunc(pprof.Profile))
	// Index serves every profile by name. Its cmdline is not registered: a
	// command line may hold secrets.
	mux.Handle("GET /debug/pprof/", a.profile(pprof.Index, wholeSeconds))
	mux.Handle("GET /debug/pprof/profile", a.profile(cpu.ServeHTTP, wholeSeconds))
	mux.Handle("GET /debug/pprof/trace", a.profile(pprof.Trace, anySeconds))
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("POST /debug/pprof/symbol", pprof.Symbol) // what go tool pprof sends
}

func (a *admin) profile(next http.HandlerFunc, parse func(string) bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := checkSeconds(r.URL.RawQuery, parse); err != nil {
			a.refuse(w, err)
			return
		}
		a.complaining(next, "/debug/pprof/").ServeHTTP(w, r)
	})
}

// complaining turns next's errors into problem documents; index is where one
// finds what there is.
func (a *admin) complaining(next http.Handler, index string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		caught := &complaint{ResponseWriter: w}
		next.ServeHTTP(caught, r)
		if caught.status != 0 {
			a.refuse(w, caught.refusal(index))
		}
	})
}

// checkSeconds refuses a duration that pprof would not understand: it records
// for 30 s then, and says nothing.
func checkSeconds(query string, parse func(string) bool) error {
	values, err := url.ParseQuery(query)
	if err != nil {
		return lottery.Refuse(lottery.KindMalformed, "the query cannot be read: %s", clip(err.Error()))
	}
	seconds := values["seconds"]
	switch {
	case len(seconds) == 0:
		return nil
	case len(seconds) > 1:
		return lottery.Refuse(lottery.KindMalformed, "seconds is given %d times; use it once", len(seconds))
	case !parse(seconds[0]):
		return lottery.Refuse(lottery.KindMalformed,
			"seconds is %q; use a number above 0 and at most %d (an integer, except for a trace)", clip(seconds[0]), maxProfileSeconds)
	}
	return nil
}

func wholeSeconds(s string) bool {
	n, err := strconv.ParseInt(s, 10, 64)
	return err == nil && n > 0 && n <= maxProfileSeconds
}

func anySeconds(s string) bool {
	x, err := strconv.ParseFloat(s, 64)
	return err == nil && !math.IsNaN(x) && x > 0 && x <= maxProfileSeconds
}

// complaint passes an answer through and keeps an error of net/http/pprof or
// of the recorder, a status and a line of text, to be told as a problem document.
type complaint struct {
	http.ResponseWriter
	status int // 0: there is none
	text   strings.Builder
}

// Unwrap is for http.ResponseController, by which pprof extends deadlines.
func (c *complaint) Unwrap() http.ResponseWriter { return c.ResponseWriter }

func (c *complaint) WriteHeader(status int) {
	if status < http.StatusBadRequest {
		c.ResponseWriter.WriteHeader(status)
		return
	}
	c.status = status
	c.Header().Del("X-Go-Pprof") // it says that the body is pprof's text
}

func (c *complaint) Write(p []byte) (int, error) {
	if c.status == 0 {
		return c.ResponseWriter.Write(p)
	}
	return c.text.Write(p)
}

// refusal is the complaint in our terms. A server error of pprof's is a profile
// that somebody else is taking, or one that the client hung up on; the recorder
// refuses to take snapshots too often.
func (c *complaint) refusal(index string) error {
	text := clip(strings.TrimSpace(c.text.String()))
	switch {
	case c.status == http.StatusNotFound:
		return lottery.Refuse(KindUnknownPath, "%s; see %s for those there are", text, index)
	case c.status < http.StatusInternalServerError && c.status != http.StatusTooManyRequests:
		return lottery.Refuse(lottery.KindMalformed, "%s", text)
	}
	refusal := lottery.Refuse(lottery.KindOverloaded, "%s", text)
	if seconds, err := strconv.Atoi(c.Header().Get("Retry-After")); err == nil {
		refusal.RetryAfter = time.Duration(seconds) * time.Second
	}
	return refusal
}
