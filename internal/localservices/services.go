package localservices

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"
)

// Services is a running set of private servers. Its methods may be called from
// several goroutines; those that start, kill or stop wait for one another.
type Services struct {
	folder   *folder
	watchdog *watchdog
	log      io.Writer
	timeout  time.Duration
	redis    *redisServer    // nil when not asked for
	postgres *postgresServer // nil when not asked for

	mu      sync.Mutex
	stopped bool
}

// Start starts the servers that opts asks for and returns when each answers
// requests. On any error, and when ctx ends first, what was started is stopped
// and removed again. A program that is not installed is a *[MissingError].
//
// The caller owns the result and should call Stop; if it dies first, the
// watchdog cleans up (see the package documentation).
func Start(ctx context.Context, opts Options) (*Services, error) {
	if !opts.Redis && !opts.Postgres {
		return nil, errors.New("localservices: neither Redis nor Postgres was requested")
	}
	if opts.Timeout <= 0 {
		opts.Timeout = defaultTimeout
	}
	if opts.Log == nil {
		opts.Log = io.Discard
	}
	programs, err := Find(opts)
	if err != nil {
		return nil, err
	}
	s, err := prepare(opts)
	if err != nil {
		return nil, err
	}
	if err := s.startAll(ctx, opts, programs); err != nil {
		// A fresh context: ctx may be what ended the start.
		stopCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		return nil, errors.Join(err, s.Stop(stopCtx))
	}
	return s, nil
}

// prepare makes the folder and the watchdog, in which order they must exist
// before the first server does.
func prepare(opts Options) (*Services, error) {
	account, err := serverAccount()
	if err != nil {
		return nil, err
	}
	folder, err := newFolder(opts.Dir, opts.DataDir, account)
	if err != nil {
		return nil, err
	}
	dog, err := startWatchdog(folder.path)
	if err != nil {
		return nil, errors.Join(err, folder.remove())
	}
	return &Services{folder: folder, watchdog: dog, log: opts.Log, timeout: opts.Timeout}, nil
}

func (s *Services) startAll(ctx context.Context, opts Options, programs Programs) error {
	if opts.Redis {
		r, err := newRedisServer(s.folder, s.watchdog, programs.Redis, opts.RedisSettings)
		if err != nil {
			return err
		}
		s.redis = r
		if err := s.startOnFreePort(ctx, "Redis", r); err != nil {
			return err
		}
	}
	if opts.Postgres {
		fmt.Fprintf(s.log, "creating a private Postgres cluster in %s\n", s.folder.path)
		p, err := newPostgresServer(ctx, s.folder, s.watchdog, s.timeout, programs.PostgresBin, opts.PostgresSettings, opts.LoginRounds)
		if err != nil {
			return err
		}
		s.postgres = p
		if err := s.startOnFreePort(ctx, "Postgres", p); err != nil {
			return err
		}
	}
	return nil
}

// startable is a server that can be given a port and started.
type startable interface {
	setPort(port int) error
	start(ctx context.Context) error
}

// startOnFreePort gives the server a port that was free a moment ago and tries
// another one when somebody was faster.
func (s *Services) startOnFreePort(ctx context.Context, name string, srv startable) error {
	const attempts = 5
	var err error
	for range attempts {
		var port int
		if port, err = freePort(); err != nil {
			return err
		}
		if err = srv.setPort(port); err != nil {
			return err
		}
		fmt.Fprintf(s.log, "starting a private %s on 127.0.0.1:%d\n", name, port)
		if err = s.boundedStart(ctx, srv); err == nil || !isPortTaken(err) {
			return err
		}
	}
	return err
}

// boundedStart starts the server with the deadline of the options.
func (s *Services) boundedStart(ctx context.Context, srv startable) error {
	ctx, cancel := context.WithTimeoutCause(ctx, s.timeout,
		fmt.Errorf("no answer within %s", s.timeout))
	defer cancel()
	return srv.start(ctx)
}

// Stop ends the servers, waits for them and removes the folder with their
// data. The data is thrown away, so nothing is flushed. A second call does
// nothing. When ctx ends before a server does, the error says so, and the
// watchdog still finishes the work.
func (s *Services) Stop(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped {
		return nil
	}
	s.stopped = true
	var errs []error
	if s.redis != nil {
		errs = append(errs, s.redis.stop(ctx))
	}
	if s.postgres != nil {
		errs = append(errs, s.postgres.stop(ctx))
	}
	if err := errors.Join(errs...); err != nil {
		s.watchdog.abandon() // its end-of-file work: kill and remove
		return err
	}
	err := s.folder.remove()
	return errors.Join(err, s.watchdog.dismiss())
}

// Folder is the private folder: data, configuration and the logs redis.log and
// postgres.log. It is gone after Stop.
func (s *Services) Folder() string { return s.folder.path }

// errNotStarted is returned when a method needs a server that the options did
// not ask for, or Stop was called.
var errNotStarted = errors.New("localservices: this server was not started, or it was stopped")
