package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/lotteryctl/lotteryctl/internal/admission"
	"github.com/lotteryctl/lotteryctl/internal/httpapi"
)

// serve opens, serves and closes a service. started runs once both ports
// answer; its error stops the service.
func serve(ctx context.Context, c Config, log logging, migrate bool, started func(*service, listeners) error) error {
	setPace(c.Switches, c.MemoryLimitRatio, log.Logger)
	setProfileRates(c)
	logChoice(c.Switches, log.Logger)
	l, err := listen(c)
	if err != nil {
		return err
	}
	s, err := openService(ctx, c, log, migrate)
	if err != nil {
		_, _ = l.public.Close(), l.admin.Close()
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var startErr error
	err = s.serve(ctx, l, func() {
		log.Info("listening", "public", l.public.Addr().String(), "admin", l.admin.Addr().String(), "region", c.Region)
		if startErr = started(s, l); startErr != nil {
			stop()
		}
	})
	if err = errors.Join(startErr, err, s.close()); err != nil {
		return &servingError{fmt.Errorf("serving: %w", err)}
	}
	log.Info("stopped")
	return nil
}

// listeners are the two ports, bound before anything is promised.
type listeners struct{ public, admin net.Listener }

func listen(c Config) (l listeners, err error) {
	if l.public, err = net.Listen("tcp", c.Listen); err != nil {
		return l, fmt.Errorf("public port: %w; choose another with --listen", err)
	}
	if l.admin, err = net.Listen("tcp", c.AdminListen); err != nil {
		_ = l.public.Close()
		return l, fmt.Errorf("admin port: %w; choose another with --admin-listen", err)
	}
	return l, nil
}

// serve answers on both ports until ctx ends, then drains: every accepted
// request is answered before serve returns. ready is called once both answer.
func (s *service) serve(ctx context.Context, l listeners, ready func()) error {
	s.door = admission.NewDoor(l.public, s.gate, admission.DoorOptions{Most: s.config.MaxConnections})
	public := httpapi.NewPublicServer(s.publicHandler(), s.log.Logger)
	s.metrics.WatchAdmission(s.admission)
	public.ConnState, public.ConnContext = s.door.Track, s.door.Context
	admin := httpapi.NewAdminServer(s.adminHandler(), s.log.Logger)

	background, stopBackground := context.WithCancel(context.WithoutCancel(ctx))
	defer stopBackground()
	pushed := s.fast.Watch(background)
	var work errgroup.Group
	work.Go(func() error { s.keeper.Run(background, pushed, s.report); return nil })
	work.Go(func() error { return s.recorder.Run(background) })

	failed := make(chan error, 2)
	work.Go(func() error { return serveOn(public, s.door, failed) })
	work.Go(func() error { return serveOn(admin, l.admin, failed) })
	ready()

	var cause error
	select {
	case <-ctx.Done():
	case cause = <-failed:
	}
	drainErr := s.drainAll(public, admin)
	stopBackground()
	return errors.Join(cause, drainErr, work.Wait())
}

// serveOn serves until the server is shut down; any other end is a failure.
func serveOn(srv *http.Server, l net.Listener, failed chan<- error) error {
	err := srv.Serve(l)
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	failed <- err
	return nil
}

// drainAll goes out in the order in which load balancers learn of it: not
// ready, still serving, no new connections, all answered, gone.
func (s *service) drainAll(public, admin *http.Server) error {
	s.drain.Start()
	s.gate.Open()
	s.log.Info("draining", "delay", s.config.DrainDelay.String(), "timeout", s.config.DrainTimeout.String())
	time.Sleep(s.config.DrainDelay)
	ctx, cancel := context.WithTimeout(context.Background(), s.config.DrainTimeout)
	defer cancel()
	err := public.Shutdown(ctx)
	if err != nil {
		err = fmt.Errorf("not all requests were answered within %s: %w", s.config.DrainTimeout, err)
	}
	return errors.Join(err, admin.Shutdown(ctx))
}

// report logs what went wrong in the background.
func (s *service) report(err error) {
	if err != nil && !errors.Is(err, context.Canceled) {
		s.log.Warn("background work", "error", err)
	}
}
