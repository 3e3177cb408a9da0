package comparecmd

import (
	"context"
	"fmt"
	"slices"

	"github.com/lotteryctl/lotteryctl/analyze/flame"
	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/cli"
	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/profileinput"
	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/runreport"
	"github.com/lotteryctl/lotteryctl/internal/benchreport"
	"github.com/lotteryctl/lotteryctl/internal/flamepage"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/profiles"
)

// mostProfileChanges is how many places and functions compare lists of a pair of
// arms; flame --diff has them all.
const mostProfileChanges = 5

// profiledArm is an arm with the bundles of its rounds.
type profiledArm struct {
	title string
	arm   runfolder.ArmBundles
}

// profileChanges says what is certain to have changed in the CPU profiles of
// the runs that are compared, where they have some. It decides nothing, so
// profiles that cannot be used are told and no error.
func (m *material) profileChanges(ctx context.Context, env cli.Env, base string) (appendices []benchreport.Appendix) {
	for _, pair := range m.profiledPairs(base) {
		d, err := compareBundles(ctx, env, pair[0].arm.Dirs, pair[1].arm.Dirs)
		if err != nil {
			fmt.Fprintf(env.Stderr, "note: the profiles of %s and %s were not compared: %v\n", pair[0].title, pair[1].title, err)
			continue
		}
		items := flamepage.Sentences(d, mostProfileChanges)
		if len(items) == 0 {
			items = []string{"no significant change"}
		}
		items = append(items, append(runreport.DoubtsOf(pair[0].arm.Runs), runreport.DoubtsOf(pair[1].arm.Runs)...)...)
		appendices = append(appendices, benchreport.Appendix{Title: "what changed in the CPU profile, " + pair[0].title + " → " + pair[1].title, Items: items})
	}
	return appendices
}

// profiledPairs are the arms to compare: of one run each with the first (or
// base), of several runs those of the first with those of the same name, or the
// only ones.
func (m *material) profiledPairs(base string) (pairs [][2]profiledArm) {
	if len(m.folders) == 0 || len(m.folders) != m.inputs {
		return nil
	}
	var runs [][]profiledArm
	for _, folder := range m.folders {
		arms, err := runfolder.ArmsWithBundles(folder.path)
		if err != nil { // without profiles, as most runs are
			return nil
		}
		var run []profiledArm
		for _, arm := range arms {
			title := arm.Arm
			if len(m.folders) > 1 {
				title = folder.path + "@" + arm.Arm
			}
			run = append(run, profiledArm{title, arm})
		}
		runs = append(runs, run)
	}
	if len(runs) == 1 {
		return pairsWithin(runs[0], base)
	}
	for _, run := range runs[1:] {
		for _, arm := range run {
			at := slices.IndexFunc(runs[0], func(a profiledArm) bool {
				return a.arm.Arm == arm.arm.Arm || len(runs[0]) == 1 && len(run) == 1
			})
			if at >= 0 {
				pairs = append(pairs, [2]profiledArm{runs[0][at], arm})
			}
		}
	}
	return pairs
}

func pairsWithin(run []profiledArm, base string) (pairs [][2]profiledArm) {
	first := 0
	if base != "" {
		if first = slices.IndexFunc(run, func(a profiledArm) bool { return a.arm.Arm == base }); first < 0 {
			return nil
		}
	}
	for i, arm := range run {
		if i != first {
			pairs = append(pairs, [2]profiledArm{run[first], arm})
		}
	}
	return pairs
}

// compareBundles compares the CPU profiles of two sides' rounds.
func compareBundles(ctx context.Context, env cli.Env, before, after []string) (*flame.Diff, error) {
	var sides [2][]flame.Input
	for i, dirs := range [][]string{before, after} {
		for _, dir := range dirs {
			source, err := profileinput.SourceInBundle(dir, profiles.CPU)
			if err != nil {
				return nil, err
			}
			inputs, err := profileinput.LoadInputs(ctx, env, []profileinput.Source{source})
			if err != nil {
				return nil, err
			}
			sides[i] = append(sides[i], inputs...)
		}
	}
	return flame.Compare(sides[0], sides[1], flame.DiffOptions{})
}
