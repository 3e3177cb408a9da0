package httpapi

import (
	"log/slog"
	"net/http"
	"time"
)

// NewPublicServer wraps the public handler in a server whose timeouts no client
// can outlast: 5 s for the headers, 10 s for the whole request, 30 s for the
// answer, 2 min of silence between requests, 16 KiB of headers. Complaints of
// net/http go to log at level warn. The caller listens, serves and shuts down.
func NewPublicServer(handler http.Handler, log *slog.Logger) *http.Server {
	s := newServer(handler, log)
	s.ReadTimeout = 10 * time.Second
	s.WriteTimeout = 30 * time.Second
	return s
}

// NewAdminServer is NewPublicServer for the admin handler. Requests have a
// minute to arrive and answers no limit: a profile takes as long as it was
// asked to.
func NewAdminServer(handler http.Handler, log *slog.Logger) *http.Server {
	s := newServer(handler, log)
	s.ReadTimeout = time.Minute
	return s
}

func newServer(handler http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 5 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
}
