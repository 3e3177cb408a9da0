// Package profileinput turns arguments of a command into profiles: a file, a
// bundle, a run folder's arm (RUN@ARM), a recorder's snapshot, or standard input.
//
// [Sources] finds the files that arguments stand for, [LoadInputs] and
// [LoadMerged] read them. Which file of a folder it is, package runfolder knows;
// the sentences about what is missing are here.
package profileinput

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/lotteryctl/lotteryctl/analyze/flame"
	"github.com/lotteryctl/lotteryctl/analyze/stackprofile"
	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/cli"
	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/runreport"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/internal/words"
	"github.com/lotteryctl/lotteryctl/profiles"
)

// Sources finds the files that the arguments stand for: themselves, those
// of bundles, and those of the rounds of an arm.
func Sources(args []string, kind string) (sources []Source, err error) {
	for _, arg := range args {
		found, err := SourcesOf(arg, profiles.Kind(kind))
		if err != nil {
			return nil, err
		}
		sources = append(sources, found...)
	}
	return sources, nil
}

// SourcesOf finds the files that one argument stands for; kind chooses among
// those of a folder.
func SourcesOf(arg string, kind profiles.Kind) ([]Source, error) {
	if arg == "-" {
		return []Source{{Path: "-", Name: "stdin"}}, nil
	}
	path, arm := runfolder.SplitArm(runfolder.BundleOf(arg))
	info, err := os.Stat(path)
	if err != nil {
		return nil, cli.FileError(err)
	}
	s, err := OpenSnapshot(path)
	if err != nil {
		return nil, err
	}
	if s != nil && arm == "" {
		source, err := s.source(kind)
		return []Source{source}, err
	}
	if !info.IsDir() {
		return []Source{{Path: path, Name: path}}, nil
	}
	if bundle, target := runfolder.TargetFolder(path); target != nil && arm == "" {
		source, err := sourceIn(bundle, path, kind, target.Profiles, nil)
		source.Module = target.Process.Module
		return []Source{source}, err
	}
	bundles, err := runfolder.ChooseBundles(path, arm)
	if err != nil {
		return nil, cmp.Or(snapshotsIn(path), SayChoice(err))
	}
	var sources []Source
	for i, dir := range bundles.Dirs {
		source, err := SourceInBundle(dir, kind)
		if err != nil {
			return nil, err
		}
		if i < len(bundles.Runs) {
			source.doubt = runreport.DoubtOf(&bundles.Runs[i])
		}
		sources = append(sources, source)
	}
	return sources, nil
}

// SourceInBundle is the file of a kind in a bundle.
func SourceInBundle(dir string, kind profiles.Kind) (Source, error) {
	m, err := profiles.ReadManifest(os.DirFS(dir))
	if err != nil {
		return Source{}, fmt.Errorf("%s: %w", dir, err)
	}
	source, err := sourceIn(dir, dir, kind, m.Profiles, m.Warnings)
	source.Module = moduleOf(m.Targets)
	return source, err
}

// sourceIn is the file of a kind of those in a bundle at dir; folder is what the
// user calls them.
func sourceIn(dir, folder string, kind profiles.Kind, all []profiles.Profile, warnings []profiles.Warning) (Source, error) {
	p, err := runfolder.ChooseProfile(all, kind)
	if err != nil {
		return Source{}, sayNoProfile(dir, folder, err)
	}
	source := Source{Path: filepath.Join(dir, filepath.FromSlash(p.File)), Name: filepath.Join(dir, filepath.FromSlash(p.File))}
	if kind.IsDelta() || kind == profiles.Heap {
		source.taking = profiles.ProfilerFunctions
	}
	for _, t := range p.SampleTypes {
		source.Types = append(source.Types, t.Type)
	}
	if p.Requests != nil {
		source.requests = float64(*p.Requests)
	}
	if p.Status == profiles.Empty {
		source.Empty, source.Why = true, whyEmpty(kind, warnings)
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

// Doubts are those of all sources.
func Doubts(sources []Source) (all []string) {
	for _, s := range sources {
		if s.doubt != "" {
			all = append(all, s.doubt)
		}
	}
	return all
}

// Repeated notes sources that were named twice, and count twice.
func Repeated(sources []Source) (notes []string) {
	seen := map[string]int{}
	for _, s := range sources {
		if seen[s.Name]++; seen[s.Name] == 2 {
			notes = append(notes, s.Name+" was given twice and counts twice")
		}
	}
	return notes
}

// LoadInputs reads each source by itself.
func LoadInputs(ctx context.Context, env cli.Env, sources []Source) ([]flame.Input, error) {
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

// LoadMerged reads all sources into one profile.
func LoadMerged(ctx context.Context, env cli.Env, sources []Source) (*stackprofile.Profile, error) {
	var all []*stackprofile.Profile
	for i, source := range sources {
		p, err := loadProfile(ctx, env, source)
		if err != nil {
			return nil, err
		}
		if i > 0 && !slices.Equal(p.Types, all[0].Types) {
			return nil, fmt.Errorf("%s has the sample types %s and %s has %s; only profiles of the same kind can be merged",
				sources[0].Name, typeList(all[0]), source.Name, typeList(p))
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

func loadProfile(ctx context.Context, env cli.Env, source Source) (*stackprofile.Profile, error) {
	file, err := source.Reader(env)
	if err != nil {
		return nil, cli.FileError(err)
	}
	defer file.Close()
	p, err := stackprofile.Read(cli.NewStoppable(ctx, file), stackprofile.Limits{})
	if err != nil {
		return nil, NameError(source.Name, err)
	}
	if source.typ != "" {
		p, err = p.WithDefaultType(source.typ)
	}
	if err == nil && source.taking != "" {
		p = withoutProfiler(p, source.taking)
	}
	return p, NameError(source.Name, err)
}

// NameError puts the name of an input before err. That the user stopped the
// command is about no input.
func NameError(name string, err error) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	return fmt.Errorf("%s: %w", name, err)
}

// JoinPaths names arguments in a title.
func JoinPaths(args []string) string {
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
