// Package workload is what an experiment measures, in three kinds: a service
// that runs already ([Running]), programs that are started for each run
// ([Programs]), and the reference service ([Reference]).
//
// All three are a [Workload]: arms for an experiment, and what run.json says of
// them. Opening one looks for what is missing before any load is made; the
// errors are typed, so that whoever asked can say what to do.
package workload

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"

	"github.com/lotteryctl/lotteryctl/internal/endpoint"
	"github.com/lotteryctl/lotteryctl/internal/experiment"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/loadgen"
)

// Workload is what is measured. Its methods are for one goroutine at a time.
type Workload interface {
	// Benchmark is the first part of the names in bench.txt: HTTP, Draw.
	Benchmark() string
	// Arms are the arms under the load of plan.
	Arms(plan loadgen.Plan) []experiment.Arm
	// Manifests describe the same arms, in the same order, without secrets.
	Manifests(plan loadgen.Plan) []runfolder.ArmManifest
	// Close ends what opening the workload started.
	Close(ctx context.Context) error
}

// benchmarkHTTP is the benchmark of what is not known but for its protocol.
const benchmarkHTTP = "HTTP"

// armManifest describes the load without its secrets: of headers the names, of
// the body its length and hash, of the URL what endpoint.Redact leaves.
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
