package experiment

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/endpoint"
	"github.com/lotteryctl/lotteryctl/profiles"
)

// Profiled is one profiled run of one arm: a line of profiled.jsonl. Its
// figures are those of a service that was being profiled. Round counts the
// profiled rounds, from 1.
type Profiled struct {
	Round
	// Bundle is the folder of the profiles within the run folder, with slashes.
	// Empty: there is none, and Missing says why.
	Bundle string `json:"bundle,omitempty"`
	// From is where the profiles were taken, passwords hidden.
	From    []string `json:"profiled_from,omitempty"`
	Missing string   `json:"profiles_missing,omitempty"`
}

// profile goes through the profiled rounds. Those that a resumed folder has
// already stay.
func (r *runner) profile(ctx context.Context) error {
	for n := 1; n <= r.spec.Profile.rounds(); n++ {
		round := r.spec.Rounds + n
		for place, arm := range RoundOrder(r.spec.Seed, round, len(r.spec.Arms)) {
			if r.folder.profiledWhole(&r.spec, r.spec.Arms[arm].Name, n) {
				r.done++
				r.before++
				continue
			}
			if err := ctx.Err(); err != nil {
				return err
			}
			lap := Lap{Round: round, Profile: n, Seed: RoundSeed(r.spec.Seed, round), Window: r.spec.Profile.Duration}
			if err := r.profileOne(ctx, lap, place+1, r.spec.Arms[arm]); err != nil {
				return err
			}
		}
	}
	return ctx.Err()
}

// profileOne runs one arm once, profiles it and writes both down.
func (r *runner) profileOne(ctx context.Context, lap Lap, place int, arm Arm) (err error) {
	record := Profiled{Round: Round{Round: lap.Profile, Order: place, Arm: arm.Name, Seed: lap.Seed}}
	if lap.Dir, err = r.folder.emptyDir(r.folder.file(profileDir(arm.Name, lap.Profile))); err != nil {
		return err
	}
	taken := &capture{options: r.spec.Profile, manifest: r.folder.Manifest(), dir: filepath.Join(lap.Dir, bundleDir)}
	armErr, err := r.loaded(ctx, arm, lap, &record.Round, taken)
	if err != nil {
		return errors.Join(err, armErr, os.RemoveAll(lap.Dir))
	}
	started := record.Load.Requests > 0
	switch {
	case armErr != nil && !started && (ctx.Err() != nil || !r.spec.KeepGoing):
		return armErr
	case armErr != nil:
		record.Failure = failureOf(armErr)
	case !started:
		return errors.Join(ctx.Err(), os.RemoveAll(lap.Dir)) // cut short in the warm-up
	}
	taken.describe(&record)
	if err := r.folder.addProfiled(record); err != nil {
		return err
	}
	r.done++
	r.lastEnd = time.Now()
	if armErr != nil && !r.spec.KeepGoing {
		return armErr
	}
	return nil
}

// capture is what is taken during the load of a profiled run.
type capture struct {
	options  *ProfileOptions
	manifest Manifest
	dir      string // of the bundle

	from []string
	err  error
}

// take takes the profiles of a target under load; answered is how many requests
// were so far.
func (c *capture) take(ctx context.Context, target *Target, window time.Duration, answered func() int64) {
	for _, t := range target.Pprof {
		c.from = append(c.from, endpoint.Redact(t.URL))
	}
	if len(target.Pprof) == 0 {
		c.err = errors.New("it is not known where the service has its profiles (net/http/pprof)")
		return
	}
	_, c.err = profiles.Capture(ctx, profiles.Plan{
		Targets: target.Pprof, Duration: c.options.duration(window), Kinds: c.options.Kinds,
		Trace: c.options.Trace, TraceDuration: c.options.TraceDuration, MaxTraceBytes: c.options.MaxTraceBytes,
		Timeout: c.options.Timeout, Requests: answered, Tool: c.manifest.Tool, Command: c.manifest.Command,
	}, c.dir)
}

// describe says in the record what came of it. A bundle of which parts are
// missing is one; its own manifest says which, and why.
func (c *capture) describe(record *Profiled) {
	record.From = c.from
	if _, err := os.Stat(filepath.Join(c.dir, profiles.ManifestFile)); err == nil {
		record.Bundle = filepath.ToSlash(filepath.Join(profileDir(record.Arm, record.Round.Round), bundleDir))
		return
	}
	switch {
	case c.err != nil:
		record.Missing = c.err.Error()
	case len(c.from) == 0:
		record.Missing = "the run ended before profiles could be taken"
	}
}

// profileDir is the folder of a profiled run within the run folder.
func profileDir(arm string, n int) string {
	return filepath.Join(armsDir, arm, fmt.Sprintf("profile-%d", n))
}

// whole says that the run is one to look at.
func (p *Profiled) whole() bool { return p.Round.whole() && p.Bundle != "" }

// addProfiled writes a profiled run down, in the place of one of before.
func (f *Folder) addProfiled(p Profiled) error {
	before := f.profiled
	f.profiled = append(slices.DeleteFunc(slices.Clone(before), func(q Profiled) bool {
		return q.Arm == p.Arm && q.Round.Round == p.Round.Round
	}), p)
	if err := f.save(); err != nil {
		f.profiled = before
		return f.explain(err)
	}
	return nil
}

// profiledWhole says that a profiled run need not be made again.
func (f *Folder) profiledWhole(spec *Spec, arm string, round int) bool {
	return slices.ContainsFunc(f.profiled, func(p Profiled) bool {
		failed := p.Failure != "" && !spec.KeepGoing
		return p.Arm == arm && p.Round.Round == round && !p.Partial && !failed
	})
}

// Profiled are the profiled runs it holds, in the order they ended.
func (f *Folder) Profiled() []Profiled { return slices.Clone(f.profiled) }
