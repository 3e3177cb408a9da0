package runfolder

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/lotteryctl/lotteryctl/profiles"
)

// SplitArm divides RUN@ARM; a path that exists as it is has no arm.
func SplitArm(arg string) (path, arm string) {
	at := strings.LastIndexByte(arg, '@')
	if _, err := os.Stat(arg); err == nil || at < 0 {
		return arg, ""
	}
	return arg[:at], arg[at+1:]
}

// BundleOf is the bundle that the path of a manifest of profiles stands for; any
// other path stands for itself.
func BundleOf(path string) string {
	if filepath.Base(path) == profiles.ManifestFile {
		return filepath.Dir(path)
	}
	return path
}

// TargetFolder is the bundle that path is the folder of a target of, and what it
// says of the target; nil if path is none.
func TargetFolder(path string) (bundle string, target *profiles.Source) {
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

// ArmOf is the run folder and the arm that a path within the folder of a profiled
// run belongs to, such as RUN/arms/ARM/profile-1/profiles; "" for any other path.
// run is the last part of its path only.
func ArmOf(path string) (run, arm string) {
	parts := strings.Split(filepath.ToSlash(filepath.Clean(path)), "/")
	for i := len(parts) - 3; i >= 1; i-- {
		if parts[i] == armsDir && strings.HasPrefix(parts[i+2], profilePrefix) {
			return parts[i-1], parts[i+1]
		}
	}
	return "", ""
}

// ArmsWithBundles are the arms of a run that have bundles; of a bundle itself the
// only one, without a name. Errors are those of Bundles.
func ArmsWithBundles(path string) ([]ArmBundles, error) {
	arms, err := Bundles(path)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(arms, func(a ArmBundles) bool { return len(a.Dirs) == 0 }), nil
}

// ChooseBundles are the bundles of a folder: itself, or those of a run's arm. arm
// may be empty where only one has bundles. A *ChoiceError says why it cannot be
// chosen.
func ChooseBundles(path, arm string) (none ArmBundles, err error) {
	arms, err := ArmsWithBundles(path)
	if err != nil {
		return none, err
	}
	for _, a := range arms {
		if a.Arm == arm || arm == "" && len(arms) == 1 {
			return a, nil
		}
	}
	choice := &ChoiceError{Path: path, Arm: arm, Arms: namesOf(arms), Reason: NoSuchArm}
	switch {
	case len(arms) == 1 && arms[0].Arm == "":
		choice.Reason = SingleBundle
	case arm == "":
		choice.Reason = SeveralArms
	}
	return none, choice
}

// TwoArms are the names of the only two arms of a run that have bundles. A
// *ChoiceError says that there are more or fewer, or that path is no folder.
func TwoArms(path string) (first, second string, err error) {
	if info, err := os.Stat(path); err != nil || !info.IsDir() {
		return "", "", &ChoiceError{Path: path, Reason: NotAFolder}
	}
	arms, err := ArmsWithBundles(path)
	if err != nil {
		return "", "", err
	}
	if len(arms) != 2 {
		return "", "", &ChoiceError{Path: path, Arms: namesOf(arms), Reason: NotTwoArms}
	}
	return arms[0].Arm, arms[1].Arm, nil
}

func namesOf(arms []ArmBundles) (names []string) {
	for _, a := range arms {
		names = append(names, a.Arm)
	}
	return names
}

// ChoiceReason is why an argument does not stand for one arm, or for two.
type ChoiceReason string

// The reasons.
const (
	SingleBundle ChoiceReason = "single bundle" // an arm was named, and a bundle has none
	SeveralArms  ChoiceReason = "several arms"  // none was named
	NoSuchArm    ChoiceReason = "no such arm"   // or it has no bundle
	NotTwoArms   ChoiceReason = "not two arms"
	NotAFolder   ChoiceReason = "not a folder" // but one profile
)

// ChoiceError says that an argument does not stand for what was wanted.
type ChoiceError struct {
	Path, Arm string   // as given; Arm "": none was named
	Arms      []string // that have bundles, in the order of run.json
	Reason    ChoiceReason
}

// Error has the path, the arm and the reason.
func (e *ChoiceError) Error() string {
	return fmt.Sprintf("%s: arm %q: %s (arms with profiles: %s)", e.Path, e.Arm, e.Reason, strings.Join(e.Arms, ", "))
}
