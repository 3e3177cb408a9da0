package main

import (
	"net/http"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/admission"
	"github.com/lotteryctl/lotteryctl/internal/httpapi"
	"github.com/lotteryctl/lotteryctl/internal/telemetry"
)

func (s *service) publicHandler(door *admission.Door) http.Handler {
	return httpapi.NewPublic(httpapi.PublicOptions{
		Drawer: s.engine, Activities: s.catalogue, Observer: watchedBy(s.recorder, drawLog(s.config, s.metrics, s.log)),
		Logger: telemetry.Sampled(s.log.Logger, telemetry.Sampling{LeftOut: s.metrics.LineLeftOut}), Drain: s.drain,
		Codec: s.codec, Contexts: contexts(s.config.Switches),
		DrawTimeout: s.config.DrawTimeout,
		Labels:      s.recorder != nil, Crowded: door.Crowded, TurnedAway: admission.Refused, Limited: limited(s.config),
	})
}

// limited is the limit of each client; nil: there is none.
func limited(c Config) func(*http.Request) time.Duration {
	clients := admission.NewClients(admission.ClientOptions{Rate: c.ClientRate, Trusted: c.TrustedProxies})
	if clients == nil {
		return nil
	}
	return clients.Wait
}

func (s *service) adminHandler() http.Handler {
	return httpapi.NewAdmin(httpapi.AdminOptions{
		Organiser: s.keeper, Metrics: s.metrics.Handler(), Ready: s.readiness,
		Config: func() any { return s.config.Effective() }, LogLevel: s.log.level, Logger: s.log.Logger,
		Drain: s.drain, Token: s.config.AdminToken, Panicked: s.metrics.Panicked,
		Recorder: s.recorder,
	})
}
