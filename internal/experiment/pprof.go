package experiment

import (
	"github.com/lotteryctl/lotteryctl/internal/endpoint"
	"github.com/lotteryctl/lotteryctl/loadgen"
	"github.com/lotteryctl/lotteryctl/profiles"
)

// PprofTargets completes where the profiles of a service are taken: at the host
// of the plan's URL when nothing is given, with {{port}} replaced by port in
// URLs, over the plan's TLS, and with the metrics of metricsURL ("" for none
// found) where the target does not name its own.
func PprofTargets(given []profiles.Target, plan loadgen.Plan, port, metricsURL string) []profiles.Target {
	if len(given) == 0 {
		given = []profiles.Target{{URL: endpoint.Base(plan.URL)}}
	}
	var targets []profiles.Target
	for _, t := range given {
		t.URL, t.MetricsURL = atPort(t.URL, port), atPort(t.MetricsURL, port)
		if t.URL == "" {
			t.URL = endpoint.Base(plan.URL)
		}
		if t.TLS == nil {
			t.TLS = plan.TLS
		}
		if t.MetricsURL == "" && len(given) == 1 && endpoint.Host(metricsURL) == endpoint.Host(t.URL) {
			t.MetricsURL = metricsURL
		}
		targets = append(targets, t)
	}
	return targets
}
