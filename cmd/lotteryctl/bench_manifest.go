package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"path/filepath"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/endpoint"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/loadgen"
)

func (b *benchRun) outPath() string {
	switch {
	case b.resumed != nil:
		return b.resumed.path
	case b.options.out != "":
		return b.options.out
	}
	name := b.name
	if b.profileOnly {
		name = "profile-" + name
	}
	return filepath.Join(runsFolder, time.Now().UTC().Format(timeInFileName)+"-"+name)
}

// manifest is run.json before the first run.
func (b *benchRun) manifest(w *workload, choice *runfolder.RateChoice) runfolder.Manifest {
	m := runfolder.Manifest{
		Tool: "lotteryctl " + b.env.version, Command: b.command, Name: b.name, Seed: b.seed,
		Benchmark: w.benchmark, Service: b.name, Workload: b.workloadText(),
		Rounds: b.rounds(), Arms: w.manifests(b.plan), RateChoice: choice,
	}
	if b.design != nil {
		m.Design = b.design.Spec.String()
	}
	return m
}

// armManifest tells the load without its secrets: of headers the names, of the
// body its length and hash, of the URL what endpoint.Redact leaves.
func armManifest(name string, p loadgen.Plan) runfolder.ArmManifest {
	m := runfolder.ArmManifest{
		Name: name, URL: endpoint.Redact(p.URL), Method: p.Method, Arrivals: string(p.Arrivals), Rate: p.Rate,
		Connections: p.Connections, DurationNS: p.Duration, WarmupNS: p.Warmup, TimeoutNS: p.Timeout,
		BodyBytes: len(p.Body), Headers: endpoint.HeaderNames(p.Header),
	}
	if m.Method == "" {
		m.Method = http.MethodGet
		if p.Body != "" {
			m.Method = http.MethodPost
		}
	}
	if p.Body != "" {
		sum := sha256.Sum256([]byte(p.Body))
		m.BodySHA256 = hex.EncodeToString(sum[:])
	}
	return m
}

// workloadText is the load as one line of bench.txt's configuration.
func (b *benchRun) workloadText() string {
	p := b.plan
	if b.capacity != nil {
		return fmt.Sprintf("%s-capacity-p95-%v", p.Arrivals, b.options.slo)
	}
	if p.Arrivals == loadgen.Closed {
		connections := p.Connections
		if connections == 0 {
			connections = loadgen.DefaultConnections
		}
		return fmt.Sprintf("closed-%d-connections-%v", connections, p.Duration)
	}
	return fmt.Sprintf("%s-%vps-%v", p.Arrivals, p.Rate, p.Duration)
}
