package runreport

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/cli"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/internal/words"
	"github.com/lotteryctl/lotteryctl/profiles"
)

// profileNotes say what is missing from the profiles of a run. What is doubtful
// in all rounds of an arm alike is said once, of the first.
func profileNotes(folder string, runs []runfolder.Profiled) (notes []string) {
	seen := map[string]bool{}
	for _, run := range runs {
		name := profiledName(run)
		switch {
		case run.Failure != "":
			notes = append(notes, fmt.Sprintf("%s: %s", name, failureText(run.Round)))
		case run.Partial:
			notes = append(notes, name+" was cut short")
		}
		if run.Bundle == "" {
			continue
		}
		m, err := profiles.ReadManifest(os.DirFS(filepath.Join(folder, filepath.FromSlash(run.Bundle))))
		if err != nil {
			notes = append(notes, fmt.Sprintf("%s: %v", name, err))
			continue
		}
		for _, p := range m.Profiles {
			if p.Status == profiles.Failed {
				notes = append(notes, fmt.Sprintf("%s: no %s profile: %s", name, p.Kind, words.Failure(p.Failure)))
			}
		}
		for _, warning := range m.Warnings {
			if len(m.Targets) == 1 { // each round has another port
				warning.Target = ""
				warning.Text = strings.ReplaceAll(warning.Text, m.Targets[0].Name, "the service")
			}
			sentence := words.Warning(warning)
			if told := run.Arm + ": " + sentence; !seen[told] {
				seen[told] = true
				notes = append(notes, fmt.Sprintf("%s: %s", name, sentence))
			}
		}
	}
	return notes
}

func profiledName(run runfolder.Profiled) string {
	return fmt.Sprintf("profiled round %d of %s", run.Round.Round, run.Arm)
}

// JudgeProfiled is an error when a run that was to be profiled has no profiles.
// The other runs are whole all the same.
func JudgeProfiled(runs []runfolder.Profiled) error {
	var missing []error
	for _, run := range runs {
		switch {
		case run.Failure != "":
			missing = append(missing, fmt.Errorf("%s failed: %s", profiledName(run), failureText(run.Round)))
		case run.Bundle == "":
			missing = append(missing, fmt.Errorf("%s has no profiles: %s; its figures and the other runs are kept", profiledName(run), reasonText(run.Missing)))
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return cli.GateFailed(errors.Join(missing...))
}
