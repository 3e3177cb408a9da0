// Package telemetry is what the service tells about itself: metrics and logs,
// handed out, never global.
//
// A tour:
//
//  1. metrics.go: [NewMetrics] makes a registry of its own and every series of
//     lotteryd; [Metrics.Handler] serves them to Prometheus.
//  2. observe_http.go and observe_engine.go: Metrics as the observer that the
//     HTTP room and the domain's engine call on the hot path.
//  3. tiers.go: counters by prize tier, resolved once and bounded in number.
//  4. logger.go and secret.go: [NewLogger], and [Secret], which cannot be printed.
//  5. sampled.go: [Sampled], a logger that leaves out warnings of which there are many.
//  6. drawlog.go: [DrawLog], one line per win and a sample of the losses; beside
//     it three that write a line for every draw ([PrintedDrawLog],
//     [FieldDrawLog], [ZerologDrawLog]), to be measured against it.
//
// Labels are few and bounded: result, prize tier, stage, kind of error, region, reason,
// and for violations the activity. Never a user, a request or a code: each would be a series for ever,
// and a code is money.
package telemetry
