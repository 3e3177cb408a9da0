package workload

import (
	"context"

	"github.com/lotteryctl/lotteryctl/internal/experiment"
	"github.com/lotteryctl/lotteryctl/internal/reference"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/loadgen"
)

// Reference is the reference service in one or more configurations.
type Reference struct {
	service        *reference.Service
	configurations []reference.Configuration
}

var _ Workload = (*Reference)(nil)

// NewReference makes the workload, which from now on owns the service's data.
func NewReference(service *reference.Service, configurations []reference.Configuration) *Reference {
	return &Reference{service: service, configurations: configurations}
}

// Data are the stores that the service works on.
func (r *Reference) Data() *reference.Data { return r.service.Data() }

// Benchmark is Draw.
func (r *Reference) Benchmark() string { return "Draw" }

// Arms are the configurations; of plan what is about requests is replaced.
func (r *Reference) Arms(plan loadgen.Plan) []experiment.Arm {
	var arms []experiment.Arm
	for _, c := range r.configurations {
		arms = append(arms, r.service.Arm(c, plan))
	}
	return arms
}

// Manifests have the flags and switches of each configuration.
func (r *Reference) Manifests(plan loadgen.Plan) []runfolder.ArmManifest {
	var manifests []runfolder.ArmManifest
	for _, c := range r.configurations {
		m := armManifest(c.Name, reference.DrawPlan(plan))
		m.FreshProcess = true
		m.Command = c.Command()
		m.Switches = c.Switches
		manifests = append(manifests, m)
	}
	return manifests
}

// Close stops the private stores.
func (r *Reference) Close(ctx context.Context) error { return r.service.Data().Close(ctx) }
