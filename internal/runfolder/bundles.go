package runfolder

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/lotteryctl/lotteryctl/profiles"
)

// ArmBundles are the bundles of profiles of one arm.
type ArmBundles struct {
	Arm  string   // "" when the folder is a single bundle and no run folder
	Dirs []string // paths, in the order of the rounds
	// Runs are those that Dirs are of, in the same order; none for a single bundle.
	Runs []Profiled
}

// Bundles finds the bundles below path, which is a run folder or a bundle
// itself. The arms are in the order of run.json; one without a bundle has no
// Dirs. Of an arm's runs those that were cut short or failed are left out,
// unless it has no others. An error says that path is neither; a *NoBundlesError
// that no arm has a bundle.
func Bundles(path string) ([]ArmBundles, error) {
	_, err := profiles.ReadManifest(os.DirFS(path))
	if err == nil {
		return []ArmBundles{{Dirs: []string{path}}}, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	m, err := ReadManifest(os.DirFS(path))
	if err != nil {
		return nil, fmt.Errorf("%s has no profiles: it is not a bundle (%s), and %w", path, profiles.ManifestFile, err)
	}
	runs, _, err := ReadProfiled(os.DirFS(path))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	bundles, found := make([]ArmBundles, len(m.Arms)), 0
	for i, arm := range m.Arms {
		bundles[i] = armBundles(path, arm.Name, runs)
		found += len(bundles[i].Dirs)
	}
	if found == 0 {
		return nil, &NoBundlesError{Path: path}
	}
	return bundles, nil
}

func armBundles(path, arm string, runs []Profiled) ArmBundles {
	bundles := ArmBundles{Arm: arm}
	of := slices.DeleteFunc(slices.Clone(runs), func(p Profiled) bool { return p.Arm != arm || p.Bundle == "" })
	if slices.ContainsFunc(of, func(p Profiled) bool { return p.whole() }) {
		of = slices.DeleteFunc(of, func(p Profiled) bool { return !p.whole() })
	}
	slices.SortStableFunc(of, func(a, b Profiled) int { return a.Round.Round - b.Round.Round })
	for _, p := range of {
		bundles.Dirs = append(bundles.Dirs, filepath.Join(path, filepath.FromSlash(p.Bundle)))
		bundles.Runs = append(bundles.Runs, p)
	}
	return bundles
}

// NoBundlesError says that a run folder has no bundle of any arm.
type NoBundlesError struct{ Path string }

// Error names the folder.
func (e *NoBundlesError) Error() string { return e.Path + " is a run without profiles" }
