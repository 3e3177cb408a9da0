package profileinput

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/internal/words"
	"github.com/lotteryctl/lotteryctl/profiles"
)

// SayChoice words the errors of runfolder about what an argument stands for.
func SayChoice(err error) error {
	var none *runfolder.NoBundlesError
	if errors.As(err, &none) {
		return fmt.Errorf("%w; take some with bench --profile", err)
	}
	var e *runfolder.ChoiceError
	if !errors.As(err, &e) {
		return err
	}
	names := strings.Join(e.Arms, ", ")
	switch e.Reason {
	case runfolder.SingleBundle:
		return fmt.Errorf("%s is a single bundle and has no arm %q", e.Path, e.Arm)
	case runfolder.SeveralArms:
		return fmt.Errorf("%s has profiles of the arms %s; choose one, such as %s@%s", e.Path, names, e.Path, e.Arms[0])
	case runfolder.NoSuchArm:
		return fmt.Errorf("%s has no profiles of an arm %q; it has profiles of %s", e.Path, e.Arm, names)
	case runfolder.NotAFolder:
		return fmt.Errorf("%s is only one profile; give two to compare", e.Path)
	case runfolder.NotTwoArms:
		if len(e.Arms) == 1 {
			return fmt.Errorf("%s has profiles of only one arm; give two runs or profiles to compare", e.Path)
		}
		return fmt.Errorf("%s has profiles of %d arms; give the two to compare, such as %s@OLD %s@NEW", e.Path, len(e.Arms), e.Path, e.Path)
	}
	return err
}

// sayNoProfile words why a bundle has no profile of a kind. dir is the bundle and
// folder what the user calls it.
func sayNoProfile(dir, folder string, err error) error {
	var e *runfolder.NoProfileError
	if !errors.As(err, &e) {
		return err
	}
	switch e.Reason {
	case runfolder.NotAskedFor:
		return fmt.Errorf("the bundle %s has no %s profile: it was not requested%s", folder, e.Kind, otherKinds(e.Others))
	case runfolder.OnlyStart:
		return fmt.Errorf("the bundle %s has no %s profile: %s; the profile from the start of the window is %s", folder, e.Kind, words.Failure(e.Cause), filepath.Join(dir, filepath.FromSlash(e.StartFile)))
	}
	return fmt.Errorf("the bundle %s has no %s profile: %s%s", folder, e.Kind, words.Failure(e.Cause), otherKinds(e.Others))
}

// otherKinds names the profiles that a bundle has.
func otherKinds(kinds []profiles.Kind) string {
	if len(kinds) == 0 {
		return ""
	}
	var names []string
	for _, kind := range kinds {
		names = append(names, string(kind))
	}
	return "; with --kind it shows " + strings.Join(names, ", ")
}
