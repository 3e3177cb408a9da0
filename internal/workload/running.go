package workload

import (
	"context"
	"errors"
	"fmt"
	"net"
	"syscall"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/endpoint"
	"github.com/lotteryctl/lotteryctl/internal/experiment"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/internal/runtimemetrics"
	"github.com/lotteryctl/lotteryctl/loadgen"
	"github.com/lotteryctl/lotteryctl/profiles"
)

// dialTimeout bounds the look whether anything listens.
const dialTimeout = 5 * time.Second

// RunningOptions describe a service that runs already.
type RunningOptions struct {
	// Arms are the names of the arms: one, or several for loading the same
	// service under each of them.
	Arms []string
	// Plan has the URL and the TLS settings. No request of it is sent.
	Plan loadgen.Plan
	// MetricsURL is where the runtime metrics are, or [profiles.NoMetrics]. By
	// default they are looked for at the host of the URL, and then where the
	// profiles are.
	MetricsURL string
	// Pprof is where profiles are taken. By default at the host of the URL.
	Pprof []profiles.Target
	// NeedPprof: a service without profiles is an error.
	NeedPprof bool
}

// Running is a service that runs already; nothing of it is started or stopped.
type Running struct {
	arms       []string
	metricsURL string
	pprof      []profiles.Target
}

var _ Workload = (*Running)(nil)

// SilentError says that nothing takes connections where the service should be.
type SilentError struct {
	Host, Port string
	Err        error
}

// Error names host and port, and why.
func (e *SilentError) Error() string {
	return fmt.Sprintf("nothing answers at %s port %s (%v)", e.Host, e.Port, e.Err)
}

// Unwrap returns the cause.
func (e *SilentError) Unwrap() error { return e.Err }

// MetricsError says that there are no runtime metrics at the place given.
type MetricsError struct{ Err error }

// Error names the place and why.
func (e *MetricsError) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *MetricsError) Unwrap() error { return e.Err }

// OpenRunning looks at the service: it must be listening, metrics asked for by
// name must be there, and profiles if they are needed. Every question has a
// deadline of seconds. The errors are [SilentError], [MetricsError] and
// [NoPprofError].
func OpenRunning(ctx context.Context, o RunningOptions) (*Running, error) {
	if err := dial(ctx, o.Plan.URL); err != nil {
		return nil, err
	}
	metricsURL, err := o.findMetrics(ctx)
	if err != nil {
		return nil, err
	}
	pprof := experiment.PprofTargets(o.Pprof, o.Plan, "", metricsURL)
	if o.NeedPprof {
		if err := checkPprof(ctx, pprof); err != nil {
			return nil, err
		}
	}
	return &Running{arms: o.Arms, metricsURL: metricsURL, pprof: pprof}, nil
}

// Benchmark is HTTP.
func (r *Running) Benchmark() string { return benchmarkHTTP }

// Arms load the service as it is.
func (r *Running) Arms(plan loadgen.Plan) []experiment.Arm {
	var arms []experiment.Arm
	for _, name := range r.arms {
		arms = append(arms, experiment.Arm{Name: name, Start: func(context.Context, experiment.Lap) (*experiment.Target, error) {
			return &experiment.Target{Plan: plan, MetricsURL: r.metricsURL, Pprof: r.pprof}, nil
		}})
	}
	return arms
}

// Manifests have the place of the metrics that were found.
func (r *Running) Manifests(plan loadgen.Plan) []runfolder.ArmManifest {
	var manifests []runfolder.ArmManifest
	for _, name := range r.arms {
		m := armManifest(name, plan)
		m.MetricsURL = endpoint.Redact(r.metricsURL)
		manifests = append(manifests, m)
	}
	return manifests
}

// Close does nothing: the service is somebody else's.
func (r *Running) Close(context.Context) error { return nil }

// dial looks whether something listens at the URL's host.
func dial(ctx context.Context, rawURL string) error {
	host, port, err := endpoint.Address(rawURL)
	if err != nil {
		return fmt.Errorf("%q: %w", endpoint.Redact(rawURL), err)
	}
	dialer := net.Dialer{Timeout: dialTimeout}
	conn, err := dialer.DialContext(ctx, "tcp", net.JoinHostPort(host, port))
	if errors.Is(err, syscall.ECONNRESET) {
		return nil // something was there to reset it, and the load will say so
	}
	if err != nil {
		var wrapped *net.OpError // its text repeats the address
		if errors.As(err, &wrapped) {
			err = wrapped.Err
		}
		return &SilentError{host, port, err}
	}
	return conn.Close()
}

// findMetrics returns where the runtime metrics are, "" for nowhere.
func (o *RunningOptions) findMetrics(ctx context.Context) (string, error) {
	switch o.MetricsURL {
	case profiles.NoMetrics:
		return "", nil
	case "":
	default:
		if _, _, err := runtimemetrics.NewSource(o.MetricsURL, o.Plan.TLS).Read(ctx); err != nil {
			return "", &MetricsError{err}
		}
		return o.MetricsURL, nil
	}
	if source := runtimemetrics.Find(ctx, endpoint.Base(o.Plan.URL), o.Plan.TLS); source != nil {
		return source.URL, nil
	}
	if len(o.Pprof) == 1 && len(o.Pprof[0].Header) == 0 { // the service's private port has both, often
		if source := runtimemetrics.Find(ctx, o.Pprof[0].URL, o.Pprof[0].TLS); source != nil {
			return source.URL, nil
		}
	}
	return "", nil
}
