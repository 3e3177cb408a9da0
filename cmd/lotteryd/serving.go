package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"
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
	w := &waiting{log: log.Logger}
	p := openPorts(c, l, log, w.readiness)
	s, err := openService(ctx, c, log, migrate, w, p.entry)
	if err != nil {
		p.close()
		if ctx.Err() != nil {
			log.Info("stopped while starting")
			return nil
		}
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var startErr error
	err = s.serve(ctx, p, func() {
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

// serve answers on both ports until ctx ends, then drains: every accepted
// request is answered before serve returns. ready is called once both answer.
func (s *service) serve(ctx context.Context, p *ports, ready func()) error {

	s.watchHealth()
	s.metrics.WatchAdmission(p.admission)
	background, stopBackground := context.WithCancel(context.WithoutCancel(ctx))
	defer stopBackground()
	pushed := s.fast.Watch(background)
	var work errgroup.Group
	work.Go(func() error { s.keeper.Run(background, pushed, s.report); return nil })
	work.Go(func() error { return s.recorder.Run(background) })
	work.Go(func() error { s.health.Run(background); return nil })

	p.publicGate.Open(s.publicHandler(p.door))
	p.adminGate.Open(s.adminHandler())
	ready()

	var cause error
	select {
	case <-ctx.Done():
	case cause = <-p.failed:
	}
	drainErr := s.drainAll(p)
	stopBackground()
	return errors.Join(cause, drainErr, work.Wait(), p.work.Wait())
}

// drainAll goes out in the order in which load balancers learn of it: not
// ready, still serving, no new connections, all answered, gone.
func (s *service) drainAll(p *ports) error {
	s.drain.Start()
	p.entry.Open()
	s.log.Info("draining", "delay", s.config.DrainDelay.String(), "timeout", s.config.DrainTimeout.String())
	time.Sleep(s.config.DrainDelay)
	ctx, cancel := context.WithTimeout(context.Background(), s.config.DrainTimeout)
	defer cancel()
	err := p.public.Shutdown(ctx)
	if err != nil {
		err = fmt.Errorf("not all requests were answered within %s: %w", s.config.DrainTimeout, err)
	}
	return errors.Join(err, p.admin.Shutdown(ctx))
}

// report logs what went wrong in the background.
func (s *service) report(err error) {
	if err != nil && !errors.Is(err, context.Canceled) {
		s.log.Warn("background work", "error", err)
	}
}
