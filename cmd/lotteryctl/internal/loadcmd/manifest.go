package loadcmd

import (
	"fmt"
	"path/filepath"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/internal/workload"
	"github.com/lotteryctl/lotteryctl/loadgen"
)

func (b *benchRun) outPath() string {
	switch {
	case b.resumed != nil:
		return b.resumed.path
	case b.options.out != "":
		return b.options.out
	}
	name := b.spec.Name
	if b.profileOnly {
		name = "profile-" + name
	}
	return filepath.Join(runsFolder, time.Now().UTC().Format(timeInFileName)+"-"+name)
}

// manifest is run.json before the first run.
func (b *benchRun) manifest(w workload.Workload, choice *runfolder.RateChoice) runfolder.Manifest {
	m := runfolder.Manifest{
		Tool: "lotteryctl " + b.env.Version, Command: b.command, Name: b.spec.Name, Seed: b.spec.Seed,
		Benchmark: w.Benchmark(), Service: b.spec.Name, Workload: b.workloadText(),
		Rounds: b.spec.Rounds, Arms: w.Manifests(b.plan), RateChoice: choice,
	}
	if b.subject.design != nil {
		m.Design = b.subject.design.Spec.String()
	}
	return m
}

// workloadText is the load as one line of bench.txt's configuration.
func (b *benchRun) workloadText() string {
	p := b.plan
	if b.spec.Capacity != nil {
		return fmt.Sprintf("%s-capacity-p95-%v", p.Arrivals, b.options.slo)
	}
	if p.Arrivals == loadgen.Closed {
		connections := p.Connections
		if connections == 0 {
			connections = loadgen.DefaultConnections
		}
		return fmt.Sprintf("closed-%d-connections-%v", connections, p.Duration)
	}
	load := fmt.Sprintf("%s-%vps-%v", p.Arrivals, p.Rate, p.Duration)
	switch {
	case p.Connections == loadgen.NoCap:
		return load + "-no-connection-limit"
	case p.Connections > 0:
		return fmt.Sprintf("%s-%d-connections", load, p.Connections)
	}
	return load
}
