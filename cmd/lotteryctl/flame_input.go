package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/lotteryctl/lotteryctl/analyze/flame"
	"github.com/lotteryctl/lotteryctl/analyze/stackprofile"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/internal/words"
	"github.com/lotteryctl/lotteryctl/profiles"
)

// flameSource is one file with a profile.
type flameSource struct {
	path     string                        // "-" is stdin
	name     string                        // for people
	typ      string                        // sample type to look at first; "": the profile's own
	doubt    string                        // why its values per request may mislead
	why      string                        // why it may be empty, if its bundle tells
	open     func() (io.ReadCloser, error) // nil: path is opened
	requests float64                       // served while it was taken; 0: not known
	types    []string                      // sample types, if its bundle tells
}

// flameSources finds the files that the arguments stand for: themselves, those
// of bundles, and those of the rounds of an arm.
func flameSources(args []string, kind string) (sources []flameSource, err error) {
	for _, arg := range args {
		found, err := sourcesOf(arg, profiles.Kind(kind))
		if err != nil {
			return nil, err
		}
		sources = append(sources, found...)
	}
	return sources, nil
}

func sourcesOf(arg string, kind profiles.Kind) ([]flameSource, error) {
	if arg == "-" {
		return []flameSource{{path: "-", name: "stdin"}}, nil
	}
	path, arm := runfolder.SplitArm(runfolder.BundleOf(arg))
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("reading a profile: %w", err)
	}
	s, err := openSnapshot(path)
	if err != nil {
		return nil, err
	}
	if s != nil && arm == "" {
		source, err := s.source(kind)
		return []flameSource{source}, err
	}
	if !info.IsDir() {
		return []flameSource{{path: path, name: path}}, nil
	}
	if bundle, target := runfolder.TargetFolder(path); target != nil && arm == "" {
		source, err := sourceIn(bundle, path, kind, target.Profiles, nil)
		return []flameSource{source}, err
	}
	bundles, err := runfolder.ChooseBundles(path, arm)
	if err != nil {
		return nil, cmp.Or(snapshotsIn(path), sayChoice(err))
	}
	var sources []flameSource
	for i, dir := range bundles.Dirs {
		source, err := sourceInBundle(dir, kind)
		if err != nil {
			return nil, err
		}
		if i < len(bundles.Runs) {
			source.doubt = doubtOf(&bundles.Runs[i])
		}
		sources = append(sources, source)
	}
	return sources, nil
}

// sourceInBundle is the file of a kind in a bundle.
func sourceInBundle(dir string, kind profiles.Kind) (flameSource, error) {
	m, err := profiles.ReadManifest(os.DirFS(dir))
	if err != nil {
		return flameSource{}, fmt.Errorf("%s: %w", dir, err)
	}
	return sourceIn(dir, dir, kind, m.Profiles, m.Warnings)
}

// sourceIn is the file of a kind of those in a bundle at dir; folder is what the
// user calls them.
func sourceIn(dir, folder string, kind profiles.Kind, all []profiles.Profile, warnings []profiles.Warning) (flameSource, error) {
	p, err := runfolder.ChooseProfile(all, kind)
	if err != nil {
		return flameSource{}, sayNoProfile(dir, folder, err)
	}
	source := flameSource{path: filepath.Join(dir, filepath.FromSlash(p.File)), name: filepath.Join(dir, filepath.FromSlash(p.File))}
	for _, t := range p.SampleTypes {
		source.types = append(source.types, t.Type)
	}
	if p.Requests != nil {
		source.requests = float64(*p.Requests)
	}
	if p.Status == profiles.Empty {
		source.why = whyEmpty(kind, warnings)
	}
	return source, nil
}

// whyEmpty is what a bundle says of a profile that has nothing in it.
func whyEmpty(kind profiles.Kind, warnings []profiles.Warning) string {
	for _, warning := range warnings {
		off := warning.Code == profiles.WarnProfilingOff || warning.Code == profiles.WarnInText
		if off && warning.Kind == kind {
			return words.Warning(warning)
		}
	}
	return ""
}

// doubts are those of all sources.
func doubts(sources []flameSource) (all []string) {
	for _, s := range sources {
		if s.doubt != "" {
			all = append(all, s.doubt)
		}
	}
	return all
}

// repeated notes sources that were named twice, and count twice.
func repeated(sources []flameSource) (notes []string) {
	seen := map[string]int{}
	for _, s := range sources {
		if seen[s.name]++; seen[s.name] == 2 {
			notes = append(notes, s.name+" was named twice and counts twice")
		}
	}
	return notes
}

// loadInputs reads each source by itself.
func loadInputs(ctx context.Context, env environment, sources []flameSource) ([]flame.Input, error) {
	var inputs []flame.Input
	for _, source := range sources {
		p, err := loadProfile(ctx, env, source)
		if err != nil {
			return nil, err
		}
		inputs = append(inputs, flame.Input{Profile: p, Requests: source.requests})
	}
	return inputs, nil
}

// loadMerged reads all sources into one profile.
func loadMerged(ctx context.Context, env environment, sources []flameSource) (*stackprofile.Profile, error) {
	var all []*stackprofile.Profile
	for i, source := range sources {
		p, err := loadProfile(ctx, env, source)
		if err != nil {
			return nil, err
		}
		if i > 0 && !slices.Equal(p.Types, all[0].Types) {
			return nil, fmt.Errorf("%s has the sample types %s and %s has %s: only profiles of one kind can be merged",
				sources[0].name, typeList(all[0]), source.name, typeList(p))
		}
		all = append(all, p)
	}
	return stackprofile.Merge(all...)
}

func typeList(p *stackprofile.Profile) string {
	var names []string
	for _, t := range p.Types {
		names = append(names, t.Name)
	}
	return strings.Join(names, ", ")
}

func loadProfile(ctx context.Context, env environment, source flameSource) (*stackprofile.Profile, error) {
	file, err := source.reader(env)
	if err != nil {
		return nil, fmt.Errorf("reading a profile: %w", err)
	}
	defer file.Close()
	p, err := stackprofile.Read(&stoppable{ctx, file}, stackprofile.Limits{})
	if err != nil {
		return nil, nameError(source.name, err)
	}
	if source.typ != "" {
		p, err = p.WithDefaultType(source.typ)
	}
	return p, nameError(source.name, err)
}

// reader opens a source.
func (s *flameSource) reader(env environment) (io.ReadCloser, error) {
	switch {
	case s.open != nil:
		return s.open()
	case s.path == "-":
		return io.NopCloser(env.stdin), nil
	}
	return os.Open(s.path)
}

func nameError(name string, err error) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	return fmt.Errorf("%s: %w", name, err)
}

// joinPaths names arguments in a title.
func joinPaths(args []string) string {
	var names []string
	for _, arg := range args {
		if name := shortName(arg); !slices.Contains(names, name) { // rounds of one arm are one name
			names = append(names, name)
		}
	}
	const most = 4
	if left := len(names) - most; left > 0 {
		names = append(names[:most], fmt.Sprintf("and %d more", left))
	}
	return strings.Join(names, ", ")
}

// shortName is what people call an argument: the last part of a path. Within a
// run folder, arms/ARM/profile-1/profiles, that says nothing; there it is RUN@ARM.
func shortName(arg string) string {
	if arg == "-" {
		return "stdin"
	}
	if run, arm := runfolder.ArmOf(arg); arm != "" {
		return run + "@" + arm
	}
	return filepath.Base(filepath.ToSlash(filepath.Clean(arg)))
}
