package experiment

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/endpoint"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/profiles"
)

// capture is what is taken during the load of a profiled run.
type capture struct {
	options  *ProfileOptions
	manifest runfolder.Manifest
	dir      string // of the bundle

	from    []string
	nowhere bool // nothing says where the service has its profiles
	err     error
}

// take takes the profiles of a target under load; answered is how many requests
// were so far. It calls begin when the window begins.
func (c *capture) take(ctx context.Context, target *Target, window time.Duration, answered func() int64, begin func()) {
	for _, t := range target.Pprof {
		c.from = append(c.from, endpoint.Redact(t.URL))
	}
	if len(target.Pprof) == 0 {
		c.nowhere = true
		return
	}
	_, c.err = profiles.Capture(ctx, profiles.Plan{
		Targets: target.Pprof, Duration: c.options.duration(window), Kinds: c.options.Kinds,
		Trace: c.options.Trace, TraceDuration: c.options.TraceDuration, MaxTraceBytes: c.options.MaxTraceBytes,
		Timeout: c.options.Timeout, Requests: answered,
		Progress: func(p profiles.Progress) {
			if p.Phase == profiles.Window {
				begin()
			}
		},
		Tool: c.manifest.Tool, Command: c.manifest.Command,
	}, c.dir)
}

// removeEmpty removes the folder of a run of which no profile was written. One with
// profiles and no manifest stays: they can be read one by one.
func (c *capture) removeEmpty(dir string) error {
	if entries, err := os.ReadDir(c.dir); err == nil && len(entries) > 0 {
		return nil
	}
	return os.RemoveAll(dir)
}

// describe says in the record what came of it. A bundle of which parts are
// missing is one; its own manifest says which, and why.
func (c *capture) describe(record *runfolder.Profiled) {
	record.From = c.from
	if _, err := os.Stat(filepath.Join(c.dir, profiles.ManifestFile)); err == nil {
		record.Bundle = runfolder.BundlePath(record.Arm, record.Round.Round)
		return
	}
	switch {
	case c.nowhere:
		record.Missing = &runfolder.Reason{Code: runfolder.NoPprof}
	case c.err != nil:
		record.Missing = &runfolder.Reason{Code: runfolder.CaptureFailed, Detail: c.err.Error()}
	case len(c.from) == 0:
		record.Missing = &runfolder.Reason{Code: runfolder.EndedBefore}
	}
}
