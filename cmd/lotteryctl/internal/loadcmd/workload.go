package loadcmd

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/lotteryctl/lotteryctl/internal/endpoint"
	"github.com/lotteryctl/lotteryctl/internal/reference"
	"github.com/lotteryctl/lotteryctl/internal/workload"
)

// open prepares what is measured.
func (b *benchRun) open(ctx context.Context, progress *benchProgress) (workload.Workload, error) {
	switch {
	case len(b.subject.programs) > 0:
		return workload.NewPrograms(b.subject.programs, b.subject.pprof), nil
	case b.options.url == "":
		return b.openReference(ctx, progress)
	}
	progress.show("looking for the service")
	w, err := workload.OpenRunning(ctx, workload.RunningOptions{
		Arms: b.armNames(), Plan: b.plan, MetricsURL: b.options.metricsURL, Pprof: b.subject.pprof, NeedPprof: b.spec.Profile != nil,
	})
	if err != nil {
		return nil, b.explain(err)
	}
	return w, nil
}

// openReference finds lotteryd and starts the servers that were not given.
func (b *benchRun) openReference(ctx context.Context, progress *benchProgress) (workload.Workload, error) {
	o := b.options
	program, err := reference.FindProgram(o.lotteryd)
	if err != nil {
		return nil, b.explain(err)
	}
	if o.redis == "" || o.postgres == "" {
		progress.show("starting a private Redis and Postgres")
	}
	data, err := reference.OpenData(ctx, o.redis, o.postgres)
	if err != nil {
		return nil, err
	}
	service := reference.Options{Program: program, Data: data, Checked: b.subject.checked}
	if b.spec.Profile != nil {
		service.Kinds = b.spec.Profile.Kinds
	}
	return workload.NewReference(reference.New(service), b.configurations()), nil
}

// explain words what was missing before the first run, and says which flag
// helps.
func (b *benchRun) explain(err error) error {
	var silent *workload.SilentError
	var metrics *workload.MetricsError
	var pprof *workload.NoPprofError
	var program *reference.ProgramError
	switch {
	case errors.As(err, &silent):
		return fmt.Errorf("%w; start the service, or check --url", err)
	case errors.As(err, &metrics):
		return fmt.Errorf("--metrics-url: %w", err)
	case errors.As(err, &pprof):
		flag := "profile-url"
		if b.profileOnly {
			flag = "target"
		}
		return fmt.Errorf("%w; the service must serve net/http/pprof: set its address with --%s", err, flag)
	case errors.As(err, &program):
		return fmt.Errorf("--lotteryd: %w", program.Err)
	case errors.Is(err, reference.ErrNoProgram):
		return errors.New("no lotteryd found in the folder of lotteryctl or in PATH; run `make build`, or set its path with --lotteryd")
	}
	return err
}

// serviceText says in one line what is measured.
func (b *benchRun) serviceText(w workload.Workload) string {
	switch w := w.(type) {
	case *workload.Reference:
		return "lotteryd with " + dataText(w.Data())
	case *workload.Programs:
		return strings.Join(w.Names(), " and ") + " at " + endpoint.Redact(b.options.url)
	}
	return endpoint.Redact(b.options.url)
}

// dataText says where the reference service has its data.
func dataText(d *reference.Data) string {
	switch {
	case d.PrivateRedis() && d.PrivatePostgres():
		return "a private Redis and Postgres, every win committed to disk"
	case d.PrivatePostgres():
		return "the given Redis and a private Postgres"
	case d.PrivateRedis():
		return "a private Redis and the given Postgres"
	}
	return "the given Redis and Postgres"
}

// configurations are the arms of the reference service: those of the design, or
// lotteryd as it is.
func (b *benchRun) configurations() []reference.Configuration {
	switch {
	case b.subject.chosen != nil:
		return []reference.Configuration{reference.Configure(b.spec.Name, *b.subject.chosen)}
	case len(b.subject.lotteryds) > 0:
		return b.subject.lotteryds
	}
	var all []reference.Configuration
	if b.subject.design == nil {
		for _, name := range b.armNames() {
			all = append(all, reference.Configuration{Name: name})
		}
		return all
	}
	for _, arm := range b.subject.design.Arms {
		all = append(all, reference.Configure(arm.Name, arm.Choice))
	}
	return all
}
