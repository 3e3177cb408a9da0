package main

import (
	"context"
	"net/http"

	"github.com/lotteryctl/lotteryctl/internal/admission"
	"github.com/lotteryctl/lotteryctl/internal/httpapi"
	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

func (s *service) publicHandler() http.Handler {
	return httpapi.NewPublic(httpapi.PublicOptions{
		Drawer: s.engine, Observer: watchedBy(s.recorder, drawLog(s.config, s.metrics, s.log)), Logger: s.log.Logger, Drain: s.drain,
		Codec: s.codec, Contexts: contexts(s.config.Switches),
		DrawTimeout: s.config.DrawTimeout,
		Labels:      s.recorder != nil, Crowded: s.door.Crowded, TurnedAway: admission.Refused,
	})
}

func (s *service) adminHandler() http.Handler {
	return httpapi.NewAdmin(httpapi.AdminOptions{
		Organiser: s.keeper, Metrics: s.metrics.Handler(), Ready: s.ready,
		Config: func() any { return s.config.Effective() }, LogLevel: s.log.level, Logger: s.log.Logger,
		Drain: s.drain, Token: s.config.AdminToken, Panicked: s.metrics.Panicked,
		Recorder: s.recorder,
	})
}

// ready asks each dependency the question that draws will ask it.
func (s *service) ready(ctx context.Context) []httpapi.Check {
	checks := []httpapi.Check{
		checked("postgres", s.ledger.CheckSchema(ctx)),
		checked("redis", s.fast.Check(ctx)),
	}
	for id, a := range s.catalogue.All() {
		checks = append(checks, checked("activity "+id, s.dryDraw(ctx, a)))
	}
	return checks
}

// dryDraw runs the draw script without a write, which a PING would not: the
// script itself, the epoch and the process behind the connection are tried.
func (s *service) dryDraw(ctx context.Context, a *lottery.Activity) error {
	t := a.Ticket(lottery.Entry{Activity: a.Spec.ID, User: "readiness", Request: "dry"})
	r, err := s.fast.Peek(ctx, &t)
	if err != nil {
		return err
	}
	if r.Status == lottery.StatusStaleEpoch {
		return s.keeper.Recover(ctx, a.Spec.ID, 0)
	}
	return nil
}

func checked(name string, err error) httpapi.Check {
	c := httpapi.Check{Name: name, OK: err == nil}
	if err != nil {
		c.Detail = err.Error()
	}
	return c
}
