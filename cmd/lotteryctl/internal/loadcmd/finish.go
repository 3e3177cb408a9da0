package loadcmd

import (
	"context"
	"errors"
	"fmt"
	"syscall"

	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/cli"
	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/comparecmd"
	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/runreport"
	"github.com/lotteryctl/lotteryctl/internal/experiment"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/internal/workload"
)

// finish gives the folder its name, prints what was measured and decides the
// exit code.
func (b *benchRun) finish(ctx context.Context, w workload.Workload, folder *runfolder.Folder, rounds []runfolder.Round, runErr error) error {
	interrupted := ctx.Err() != nil
	if len(rounds) == 0 {
		return b.finishEmpty(folder, interrupted, runErr)
	}
	if err := folder.Close(b.reason(interrupted, rounds, runErr)); err != nil {
		if errors.Is(err, syscall.ENOSPC) { // which is also what ended the runs
			return fmt.Errorf("%w; continue with `lotteryctl bench --resume %s`", err, folder.Path())
		}
		return errors.Join(runErr, err)
	}
	report, err := runreport.New(folder.Path(), folder.Manifest(), rounds)
	if err != nil {
		return err
	}
	report.Profiled = folder.Profiled()
	if err := report.Print(b.env.Stdout, b.serviceText(w), b.options.json); err != nil {
		return err
	}
	if b.options.calibrate && !b.options.json && !interrupted && runErr == nil {
		if err := b.printNoise(ctx, folder.Path()); err != nil {
			return err
		}
	}
	again := fmt.Sprintf("what was measured is in %s; continue with `lotteryctl bench --resume %s`", folder.Path(), folder.Path())
	switch {
	case interrupted:
		return cli.Interrupted(fmt.Errorf("%s; %s", b.reason(interrupted, rounds, runErr), again))
	case runErr != nil:
		return armFailed(fmt.Errorf("%w; %s", runErr, again))
	}
	return errors.Join(runreport.JudgeProfiled(folder.Profiled()), runreport.JudgeRounds(rounds, b.options.strict))
}

// printNoise ends the report of --calibrate with what compare makes of it.
func (b *benchRun) printNoise(ctx context.Context, folder string) error {
	fmt.Fprintln(b.env.Stdout)
	cmd := comparecmd.New(b.env)
	cmd.SetArgs([]string{"--calibrate", folder})
	if err := cmd.ExecuteContext(ctx); err != nil {
		return err
	}
	_, err := fmt.Fprintf(b.env.Stdout, "\nuse it in comparisons: lotteryctl compare --noise %s OLD NEW\n", folder)
	return err
}

// finishEmpty removes the folder of a run that measured nothing.
func (b *benchRun) finishEmpty(folder *runfolder.Folder, interrupted bool, runErr error) error {
	var failed *experiment.ArmError
	unwritten := runErr != nil && (!errors.As(runErr, &failed) || errors.Is(runErr, syscall.ENOSPC))
	if unwritten && !interrupted && folder.HoldsFiles() { // such as on a full disk: what was taken stays
		if err := folder.Close(runErr.Error()); err != nil {
			return err // says that the disk is full, and where the files are
		}
		return fmt.Errorf("%w; what was taken is in %s", runErr, folder.Path())
	}
	err := folder.Discard()
	if interrupted {
		return cli.Interrupted(errors.New("interrupted before anything was measured; nothing was written"))
	}
	return errors.Join(armFailed(runErr), err)
}

// reason says why the run is partial; "" when it is not.
func (b *benchRun) reason(interrupted bool, rounds []runfolder.Round, runErr error) string {
	switch {
	case interrupted && b.compares():
		last := rounds[len(rounds)-1]
		return fmt.Sprintf("interrupted in or after round %d of %d", last.Round, b.options.runs)
	case interrupted:
		return fmt.Sprintf("interrupted in or after run %d of %d", len(rounds), b.options.runs)
	case runErr != nil:
		return runErr.Error()
	}
	return ""
}

// armFailed gives exit code 1 to the failure of what was measured; other
// errors, such as a full disk, keep theirs.
func armFailed(err error) error {
	var failed *experiment.ArmError
	if errors.As(err, &failed) {
		return cli.GateFailed(err)
	}
	return err
}
