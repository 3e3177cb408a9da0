package loadcmd

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/cli"
	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/runreport"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/internal/words"
	"github.com/lotteryctl/lotteryctl/profiles"
)

// bundleFolder is where a bundle goes: into a folder beside its place, which
// gets its name when the bundle is whole.
type bundleFolder struct{ path string }

// newBundleFolder refuses a place that is taken. Nothing is made yet.
func newBundleFolder(out, name string) (bundleFolder, error) {
	if out == "" {
		if err := runfolder.CheckName(name); err != nil {
			return bundleFolder{}, fmt.Errorf("--name: %w", err)
		}
		out = filepath.Join(runsFolder, time.Now().UTC().Format(timeInFileName)+"-profile-"+name)
	}
	f := bundleFolder{filepath.Clean(out)}
	for _, path := range []string{f.path, f.working()} {
		if _, err := os.Lstat(path); err == nil {
			return f, fmt.Errorf("--out: %s exists; use another folder, or remove it", path)
		} else if !errors.Is(err, fs.ErrNotExist) {
			return f, fmt.Errorf("--out: %w", err)
		}
	}
	return f, nil
}

// working is the name while the bundle is written.
func (f bundleFolder) working() string { return f.path + ".incomplete" }

// finishBundle names the bundle, prints it and decides the exit code. m and err
// are what profiles.Capture returned.
func finishBundle(env cli.Env, folder bundleFolder, m *profiles.Manifest, err error, asJSON bool) error {
	interrupted := errors.Is(err, context.Canceled)
	var nothing *profiles.NothingError
	var unwritten *profiles.UnwrittenError
	switch {
	case interrupted && m == nil:
		return cli.Interrupted(errors.New("interrupted before anything was captured; nothing was written"))
	case errors.As(err, &nothing):
		return cli.GateFailed(fmt.Errorf("%s; check that each --target is the address at which the service serves net/http/pprof", words.Nothing(nothing)))
	case errors.As(err, &unwritten) && m != nil: // it is a bundle, with the rest
	case err != nil && !interrupted:
		return folder.explain(err)
	}
	if err := os.Rename(folder.working(), folder.path); err != nil {
		return err
	}
	if err := runreport.PrintBundle(env.Stdout, folder.path, m, asJSON); err != nil {
		return err
	}
	if interrupted {
		return cli.Interrupted(fmt.Errorf("%s; what was captured is in %s", words.Reasons(m.Reason), folder.path))
	}
	if unwritten != nil {
		return fmt.Errorf("%w; everything else is in %s", unwritten, folder.path)
	}
	return judgeBundle(m, folder.path)
}

// judgeBundle fails where a target went away, or no profile came of one: what was
// asked for is not there, though something may be.
func judgeBundle(m *profiles.Manifest, path string) error {
	if m.State == profiles.Partial {
		return cli.GateFailed(fmt.Errorf("%s; what was captured is in %s", words.Reasons(m.Reason), path))
	}
	for _, target := range m.Targets {
		taken := func(p profiles.Profile) bool { return p.Status == profiles.OK || p.Status == profiles.Empty }
		if !slices.ContainsFunc(target.Profiles, taken) {
			return cli.GateFailed(fmt.Errorf("no profile of %s could be taken; everything else is in %s", target.Name, path))
		}
	}
	return nil
}

// explain says where the files of a capture are that could not be written to its
// end; a folder without any is removed.
func (f bundleFolder) explain(err error) error {
	if os.Remove(f.working()) == nil {
		return err
	}
	if _, missing := os.Lstat(f.working()); missing != nil {
		return err
	}
	return fmt.Errorf("%w; the files without the manifest are in %s", err, f.working())
}
