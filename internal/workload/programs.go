package workload

import (
	"context"
	"strings"

	"github.com/lotteryctl/lotteryctl/internal/endpoint"
	"github.com/lotteryctl/lotteryctl/internal/experiment"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/loadgen"
	"github.com/lotteryctl/lotteryctl/profiles"
)

// Programs are commands, each started anew for each of its runs.
type Programs struct {
	arms  []experiment.ProcessArm
	pprof []profiles.Target
}

var _ Workload = (*Programs)(nil)

// NewPrograms makes the workload; nothing is started yet. pprof is where
// profiles are taken; nil: at the host of each arm's URL. The plans of the arms
// are not used.
func NewPrograms(arms []experiment.ProcessArm, pprof []profiles.Target) *Programs {
	return &Programs{arms: arms, pprof: pprof}
}

// Names are the names of the arms.
func (p *Programs) Names() []string {
	names := make([]string, len(p.arms))
	for i, arm := range p.arms {
		names[i] = arm.Name
	}
	return names
}

// Benchmark is HTTP.
func (p *Programs) Benchmark() string { return benchmarkHTTP }

// Arms are the commands, each at a port of its own.
func (p *Programs) Arms(plan loadgen.Plan) []experiment.Arm {
	var arms []experiment.Arm
	for _, arm := range p.arms {
		arm.Plan, arm.Pprof = plan, p.pprof
		arms = append(arms, arm.Arm())
	}
	return arms
}

// Manifests have the commands as endpoint.RedactCommand leaves them.
func (p *Programs) Manifests(plan loadgen.Plan) []runfolder.ArmManifest {
	var manifests []runfolder.ArmManifest
	for _, arm := range p.arms {
		m := armManifest(arm.Name, plan)
		m.FreshProcess = true
		m.Command = strings.Fields(endpoint.RedactCommand(arm.Command))
		m.MetricsURL = endpoint.Redact(arm.MetricsURL)
		manifests = append(manifests, m)
	}
	return manifests
}

// Close does nothing: each run has ended its program.
func (p *Programs) Close(context.Context) error { return nil }
