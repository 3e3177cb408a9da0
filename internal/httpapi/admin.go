package httpapi

import (
	"log/slog"
	"net/http"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
	"github.com/lotteryctl/lotteryctl/profiles/recorder"
)

// AdminOptions is what the admin port needs.
type AdminOptions struct {
	Organiser lottery.Organiser // required
	Metrics   http.Handler      // serves /metrics; required
	// Ready tells what is known of every dependency. It is called by each probe and
	// must not wait. Required.
	Ready func() Readiness
	// Config gives the effective configuration, secrets already redacted, as
	// something encoding/json can write. Required.
	Config   func() any
	LogLevel *slog.LevelVar // required
	Logger   *slog.Logger   // required
	// Drain tells that the service is stopping. Nil: it never is.
	Drain *Drain
	// Recorder is served under /debug/recorder, and gives way to CPU profiles
	// that are asked for. Nil: there is none.
	Recorder *recorder.Recorder
	// Token is demanded as a bearer token on everything but /livez and /readyz.
	// Empty: none is, and only loopback host names are answered to.
	Token string
	// Panicked is told of each panic in a handler. Nil: nobody is.
	Panicked func()
}

// NewAdmin returns the handler of the admin port. It has a mux of its own:
// http.DefaultServeMux, where importing net/http/pprof registers itself, is
// served nowhere. Safe for concurrent use.
func NewAdmin(o AdminOptions) http.Handler {
	a := &admin{
		organiser: o.Organiser, config: o.Config, level: o.LogLevel, log: o.Logger,
		readiness:  readiness{ask: o.Ready, drain: o.Drain},
		doorkeeper: newDoorkeeper(o.Token),
		problems:   newProblems(),
	}
	if o.Panicked == nil {
		o.Panicked = func() {}
	}
	return &guard{next: a.routes(o), problems: a.problems, panicked: o.Panicked,
		refused: func(lottery.ErrorKind) {}, log: o.Logger, drain: o.Drain}
}

// routes puts probes in front of the door and everything else behind it.
func (a *admin) routes(o AdminOptions) http.Handler {
	outside := http.NewServeMux()
	outside.HandleFunc("GET /livez", livez)
	outside.HandleFunc("GET /readyz", a.readyz)
	outside.Handle("/livez", a.onlyMethods("GET"))
	outside.Handle("/readyz", a.onlyMethods("GET"))
	outside.Handle("/", a.behindTheDoor(a.inside(o)))
	return outside
}

func (a *admin) behindTheDoor(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := a.check(r); err != nil {
			a.refuse(w, err)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (a *admin) inside(o AdminOptions) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", o.Metrics)
	mux.HandleFunc("GET /config", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, http.StatusOK, a.config()) })
	mux.HandleFunc("GET /loglevel", a.showLogLevel)
	mux.HandleFunc("PUT /loglevel", a.setLogLevel)
	mux.HandleFunc("GET /v1/activities", a.listActivities)
	mux.HandleFunc("GET /v1/activities/{id}", a.showActivity)
	mux.HandleFunc("PUT /v1/activities/{id}", a.putActivity)
	mux.HandleFunc("POST /v1/activities/{id}/close", a.closeActivity)
	mux.HandleFunc("POST /v1/activities/{id}/keys", a.showKeys)
	a.profiles(mux, o.Recorder)
	a.recorder(mux, o.Recorder)
	for path, methods := range map[string][]string{
		"/metrics": {"GET"}, "/config": {"GET"}, "/loglevel": {"GET", "PUT"}, "/debug/pprof/": {"GET"},
		"/v1/activities": {"GET"}, "/v1/activities/{id}": {"GET", "PUT"}, "/v1/activities/{id}/close": {"POST"}, "/v1/activities/{id}/keys": {"POST"},
	} {
		mux.Handle(path, a.onlyMethods(methods...))
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { a.refuse(w, unknownPath(r)) })
	return mux
}
