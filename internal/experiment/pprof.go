package experiment

import (
	"net/url"
	"strings"

	"github.com/lotteryctl/lotteryctl/loadgen"
	"github.com/lotteryctl/lotteryctl/profiles"
)

// PprofTargets completes where the profiles of a service are taken: at the host
// of the plan's URL when nothing is given, with {{port}} replaced by port in
// URLs, over the plan's TLS, and with the metrics of metricsURL ("" for none
// found) where the target does not name its own.
func PprofTargets(given []profiles.Target, plan loadgen.Plan, port, metricsURL string) []profiles.Target {
	if len(given) == 0 {
		given = []profiles.Target{{URL: origin(plan.URL)}}
	}
	var targets []profiles.Target
	for _, t := range given {
		t.URL, t.MetricsURL = atPort(t.URL, port), atPort(t.MetricsURL, port)
		if t.URL == "" {
			t.URL = origin(plan.URL)
		}
		if t.TLS == nil {
			t.TLS = plan.TLS
		}
		if t.MetricsURL == "" && len(given) == 1 && hostOf(metricsURL) == hostOf(t.URL) {
			t.MetricsURL = metricsURL
		}
		targets = append(targets, t)
	}
	return targets
}

// origin is the scheme and host of a URL whose rest may hold placeholders.
func origin(rawURL string) string {
	scheme, rest, _ := strings.Cut(rawURL, "://")
	if end := strings.IndexAny(rest, "/?#"); end >= 0 {
		rest = rest[:end]
	}
	return scheme + "://" + rest
}

func hostOf(rawURL string) string {
	u, err := url.Parse(origin(rawURL))
	if err != nil {
		return ""
	}
	return u.Host
}
