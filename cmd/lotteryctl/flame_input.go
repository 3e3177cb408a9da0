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
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
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
	if filepath.Base(arg) == profiles.ManifestFile {
		arg = filepath.Dir(arg) // it stands for its bundle
	}
	path, arm := splitArm(arg)
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
	if bundle, target := targetFolder(path); target != nil && arm == "" {
		source, err := sourceIn(bundle, path, kind, target.Profiles, nil)
		return []flameSource{source}, err
	}
	bundles, err := bundlesOf(path, arm)
	if err != nil {
		return nil, cmp.Or(snapshotsIn(path), err)
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

// splitArm divides RUN@ARM; a path that exists as it is has no arm.
func splitArm(arg string) (path, arm string) {
	at := strings.LastIndexByte(arg, '@')
	if _, err := os.Stat(arg); err == nil || at < 0 {
		return arg, ""
	}
	return arg[:at], arg[at+1:]
}

// sourceInBundle is the file of a kind in a bundle.
func sourceInBundle(dir string, kind profiles.Kind) (flameSource, error) {
	m, err := profiles.ReadManifest(os.DirFS(dir))
	if err != nil {
		return flameSource{}, fmt.Errorf("%s: %w", dir, err)
	}
	return sourceIn(dir, dir, kind, m.Profiles, m.Warnings)
}

// targetFolder is the bundle that path is the folder of a target of, and what it
// says of the target; nil if path is none.
func targetFolder(path string) (bundle string, target *profiles.Source) {
	targets := filepath.Dir(filepath.Clean(path))
	if filepath.Base(targets) != profiles.TargetsFolder {
		return "", nil
	}
	bundle = filepath.Dir(targets)
	m, err := profiles.ReadManifest(os.DirFS(bundle))
	if err != nil {
		return "", nil
	}
	for i := range m.Targets {
		if m.Targets[i].Name == filepath.Base(path) {
			return bundle, &m.Targets[i]
		}
	}
	return "", nil
}

// sourceIn is the file of a kind of those in a bundle at dir; folder is what the
// user calls them.
func sourceIn(dir, folder string, kind profiles.Kind, all []profiles.Profile, warnings []string) (flameSource, error) {
	var p profiles.Profile
	if at := slices.IndexFunc(all, func(p profiles.Profile) bool { return p.Kind == kind }); at >= 0 {
		p = all[at]
	}
	switch {
	case p.Kind == "" || p.Status == profiles.Skipped:
		return flameSource{}, fmt.Errorf("the bundle %s has no %s profile: it was not asked for%s", folder, kind, othersThan(kind, all))
	case p.File == "" && p.StartFile != "":
		return flameSource{}, fmt.Errorf("the bundle %s has no %s profile: %s; that of the window's start is %s", folder, kind, p.Error, filepath.Join(dir, filepath.FromSlash(p.StartFile)))
	case p.File == "":
		return flameSource{}, fmt.Errorf("the bundle %s has no %s profile: %s%s", folder, kind, p.Error, othersThan(kind, all))
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

// othersThan names the profiles that a bundle has.
func othersThan(kind profiles.Kind, all []profiles.Profile) string {
	var kinds []string
	for _, p := range all {
		if p.Status == profiles.OK && p.Kind != kind {
			kinds = append(kinds, string(p.Kind))
		}
	}
	if len(kinds) == 0 {
		return ""
	}
	return fmt.Sprintf("; with --kind it shows %s", strings.Join(kinds, ", "))
}

// whyEmpty is what a bundle says of a profile that has nothing in it.
func whyEmpty(kind profiles.Kind, warnings []string) string {
	for _, warning := range warnings {
		if strings.HasPrefix(warning, string(kind)+" profiling ") {
			return warning
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
func loadMerged(ctx context.Context, env environment, sources []flameSource) (*flame.Profile, error) {
	var all []*flame.Profile
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
	return flame.Merge(all...)
}

func typeList(p *flame.Profile) string {
	var names []string
	for _, t := range p.Types {
		names = append(names, t.Name)
	}
	return strings.Join(names, ", ")
}

func loadProfile(ctx context.Context, env environment, source flameSource) (*flame.Profile, error) {
	file, err := source.reader(env)
	if err != nil {
		return nil, fmt.Errorf("reading a profile: %w", err)
	}
	defer file.Close()
	p, err := flame.Read(&stoppable{ctx, file}, flame.DefaultLimits())
	if err != nil {
		return nil, nameError(source.name, err)
	}
	if source.typ != "" {
		p.DefaultType, err = p.TypeNamed(source.typ)
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

// bundlesOf are the bundles of a folder: itself, or those of a run's arm.
func bundlesOf(path, arm string) (none runfolder.ArmBundles, err error) {
	arms, err := armsWithBundles(path)
	if err != nil {
		return none, err
	}
	var names []string
	for _, a := range arms {
		if a.Arm == arm || arm == "" && len(arms) == 1 {
			return a, nil
		}
		names = append(names, a.Arm)
	}
	switch {
	case len(arms) == 1 && arms[0].Arm == "":
		return none, fmt.Errorf("%s is a single bundle and has no arm %q", path, arm)
	case arm == "":
		return none, fmt.Errorf("%s has profiles of the arms %s: choose one, such as %s@%s", path, strings.Join(names, ", "), path, names[0])
	}
	return none, fmt.Errorf("%s has no profiles of an arm %q, only of %s", path, arm, strings.Join(names, ", "))
}

// armsWithBundles are the arms of a run that have bundles; of a bundle itself
// the only one, without a name.
func armsWithBundles(path string) ([]runfolder.ArmBundles, error) {
	arms, err := runfolder.Bundles(path)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(arms, func(a runfolder.ArmBundles) bool { return len(a.Dirs) == 0 }), nil
}

// twoArms are the two arms of a run, as arguments.
func twoArms(arg string) ([]string, error) {
	if info, err := os.Stat(arg); err != nil || !info.IsDir() {
		return nil, fmt.Errorf("%s is one profile: name two to compare", arg)
	}
	arms, err := armsWithBundles(arg)
	if err != nil {
		return nil, err
	}
	if len(arms) != 2 {
		return nil, fmt.Errorf("%s has profiles of %d arms: name the two to compare, such as %s@OLD %s@NEW", arg, len(arms), arg, arg)
	}
	return []string{arg + "@" + arms[0].Arm, arg + "@" + arms[1].Arm}, nil
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
	parts := strings.Split(filepath.ToSlash(filepath.Clean(arg)), "/")
	for i := len(parts) - 3; i >= 1; i-- {
		if parts[i] == "arms" && strings.HasPrefix(parts[i+2], "profile-") {
			return parts[i-1] + "@" + parts[i+1]
		}
	}
	return parts[len(parts)-1]
}
