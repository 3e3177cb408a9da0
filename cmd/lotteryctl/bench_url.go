package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/endpoint"
	"github.com/lotteryctl/lotteryctl/internal/experiment"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/internal/runtimemetrics"
	"github.com/lotteryctl/lotteryctl/loadgen"
)

// dialTimeout bounds the look whether anything listens.
const dialTimeout = 5 * time.Second

// open prepares what is measured.
func (b *benchRun) open(ctx context.Context, progress *benchProgress) (*workload, error) {
	switch {
	case len(b.processes) > 0:
		return b.openProcesses(), nil
	case b.options.url == "":
		return b.openReference(ctx, progress)
	}
	return b.openURL(ctx, progress)
}

// openURL is a service that runs already. It must be listening, and metrics
// asked for by name must be there; no request of the load is sent yet.
func (b *benchRun) openURL(ctx context.Context, progress *benchProgress) (*workload, error) {
	progress.show("looking for the service")
	if err := dial(ctx, b.options.url); err != nil {
		return nil, err
	}
	metricsURL, err := b.findMetrics(ctx)
	if err != nil {
		return nil, err
	}
	pprof := experiment.PprofTargets(b.pprof, b.plan, "", metricsURL)
	if b.profile != nil {
		flag := "profile-url"
		if b.profileOnly {
			flag = "target"
		}
		if err := checkPprof(ctx, pprof, flag); err != nil {
			return nil, err
		}
	}
	return &workload{
		benchmark: "HTTP", service: endpoint.Redact(b.options.url), close: func(context.Context) error { return nil },
		arms: func(plan loadgen.Plan) []experiment.Arm {
			var arms []experiment.Arm
			for _, name := range b.armNames() {
				arms = append(arms, experiment.Arm{Name: name, Start: func(context.Context, experiment.Lap) (*experiment.Target, error) {
					return &experiment.Target{Plan: plan, MetricsURL: metricsURL, Pprof: pprof}, nil
				}})
			}
			return arms
		},
		manifests: func(plan loadgen.Plan) []runfolder.ArmManifest {
			var manifests []runfolder.ArmManifest
			for _, name := range b.armNames() {
				m := armManifest(name, plan)
				m.MetricsURL = endpoint.Redact(metricsURL)
				manifests = append(manifests, m)
			}
			return manifests
		},
	}, nil
}

// openProcesses are the programs of --arm; they start with their runs.
func (b *benchRun) openProcesses() *workload {
	names := make([]string, len(b.processes))
	for i, p := range b.processes {
		names[i] = p.Name
	}
	return &workload{
		benchmark: "HTTP", service: strings.Join(names, " and ") + " at " + endpoint.Redact(b.options.url),
		close: func(context.Context) error { return nil },
		arms: func(plan loadgen.Plan) []experiment.Arm {
			var arms []experiment.Arm
			for _, p := range b.processes {
				p.Plan, p.Pprof = plan, b.pprof
				arms = append(arms, p.Arm())
			}
			return arms
		},
		manifests: func(plan loadgen.Plan) []runfolder.ArmManifest {
			var manifests []runfolder.ArmManifest
			for _, p := range b.processes {
				m := armManifest(p.Name, plan)
				m.FreshProcess = true
				m.Command = strings.Fields(endpoint.RedactCommand(p.Command))
				m.MetricsURL = endpoint.Redact(p.MetricsURL)
				manifests = append(manifests, m)
			}
			return manifests
		},
	}
}

// dial looks whether something listens at the URL's host.
func dial(ctx context.Context, rawURL string) error {
	host, port, err := endpoint.Address(rawURL)
	if err != nil {
		return fmt.Errorf("--url: %w", err)
	}
	dialer := net.Dialer{Timeout: dialTimeout}
	conn, err := dialer.DialContext(ctx, "tcp", net.JoinHostPort(host, port))
	if err != nil {
		var wrapped *net.OpError // its text repeats the address
		if errors.As(err, &wrapped) {
			err = wrapped.Err
		}
		return fmt.Errorf("nothing answers at %s port %s (%w): is the service running?", host, port, err)
	}
	return conn.Close()
}

// findMetrics returns where the runtime metrics are, "" for nowhere.
func (b *benchRun) findMetrics(ctx context.Context) (string, error) {
	switch asked := b.options.metricsURL; asked {
	case "none":
		return "", nil
	case "":
		if source := runtimemetrics.Find(ctx, endpoint.Base(b.options.url), b.plan.TLS); source != nil {
			return source.URL, nil
		}
		if len(b.pprof) == 1 && len(b.pprof[0].Header) == 0 { // the service's private port has both, often
			if source := runtimemetrics.Find(ctx, b.pprof[0].URL, b.pprof[0].TLS); source != nil {
				return source.URL, nil
			}
		}
		return "", nil
	default:
		_, _, err := runtimemetrics.NewSource(asked, b.plan.TLS).Read(ctx)
		if err != nil {
			return "", fmt.Errorf("--metrics-url: %w", err)
		}
		return asked, nil
	}
}
