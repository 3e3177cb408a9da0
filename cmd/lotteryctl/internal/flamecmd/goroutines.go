package flamecmd

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/lotteryctl/lotteryctl/analyze/goroutine"
	"github.com/lotteryctl/lotteryctl/analyze/stackprofile"
	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/cli"
	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/profileinput"
	"github.com/lotteryctl/lotteryctl/internal/flamepage"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/profiles"
)

// runGoroutines groups the goroutines of a dump, or compares two. A bundle has
// two: of the start and of the end of its window.
func (o *flameOptions) runGoroutines(ctx context.Context, env cli.Env, args []string) error {
	files, err := dumpFiles(args)
	if err != nil {
		return err
	}
	if err := o.keepInputs(env, args, files); err != nil {
		return err
	}
	var dumps []*stackprofile.GoroutineDump
	var frames []stackprofile.Frame
	for _, file := range files {
		all, err := loadDumps(ctx, env, file)
		if err != nil {
			return err
		}
		chosen := chooseDumps(env, file.Name, all, len(files) == 1)
		for _, dump := range chosen {
			noteTo(env.Stderr, flamepage.ProfileNotes(dump.Notes))
			for i := range dump.Goroutines {
				frames = append(frames, dump.Goroutines[i].Stack...)
			}
		}
		dumps = append(dumps, chosen...)
	}
	code, err := o.ownCode(frames, files[0].Module, "")
	if err != nil {
		return err
	}
	known := goroutine.Options{Own: code.Has}
	if len(files) == 2 && !files[0].At.IsZero() && !files[1].At.IsZero() {
		known.Between = files[1].At.Sub(files[0].At)
	}
	return o.write(ctx, env, func(w io.Writer) error { return o.renderGoroutines(w, dumps, known) })
}

func (o *flameOptions) renderGoroutines(w io.Writer, dumps []*stackprofile.GoroutineDump, known goroutine.Options) error {
	if len(dumps) == 2 {
		growth := goroutine.CompareWith(dumps[0], dumps[1], known)
		if o.format == "json" {
			return goroutine.WriteGrowthJSON(w, growth)
		}
		return flamepage.WriteGoroutineGrowth(w, growth, o.lines)
	}
	groups := goroutine.Groups(dumps[0])
	goroutine.OwnFirst(groups, known.Own)
	if o.format == "json" {
		return goroutine.WriteGroupsJSON(w, groups)
	}
	return flamepage.WriteGoroutines(w, groups, o.lines)
}

// dumpFiles are the files of the arguments: with one bundle its two dumps, else
// of a bundle the one of its end.
func dumpFiles(args []string) (files []profileinput.Source, err error) {
	add := func(path string) { files = append(files, profileinput.Source{Path: path, Name: path}) }
	for _, arg := range args {
		path, arm := runfolder.SplitArm(arg)
		info, err := os.Stat(path)
		if arg == "-" {
			add(arg)
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("reading a goroutine dump: %w", err)
		}
		s, err := profileinput.OpenSnapshot(path)
		switch {
		case err != nil:
			return nil, err
		case s != nil:
			dump, err := s.Dump()
			if err != nil {
				return nil, err
			}
			files = append(files, dump)
			continue
		case !info.IsDir():
			add(arg)
			continue
		}
		dir, err := oneBundle(path, arm)
		if err != nil {
			return nil, err
		}
		start, end, err := dumpsOf(dir)
		if err != nil {
			return nil, err
		}
		if end.Path == "" || len(args) == 1 && start.Path != "" {
			files = append(files, start)
		}
		if end.Path != "" {
			files = append(files, end)
		}
	}
	return files, nil
}

// oneBundle is the bundle that a folder is, or the only one of a run. The dumps
// of several processes have nothing in common to be grouped by.
func oneBundle(folder, arm string) (string, error) {
	bundles, err := runfolder.ChooseBundles(folder, arm)
	if err != nil {
		return "", profileinput.SayChoice(err)
	}
	dirs := bundles.Dirs
	if len(dirs) > 1 {
		return "", fmt.Errorf("%s has %d bundles, each from a different process; name one, such as %s", folder, len(dirs), dirs[0])
	}
	return dirs[0], nil
}

// dumpsOf are the dumps at the two ends of a bundle's window. Either may be
// missing, and then has no path: the later one where the service died.
func dumpsOf(dir string) (start, end profileinput.Source, err error) {
	m, err := profiles.ReadManifest(os.DirFS(dir))
	if err != nil {
		return start, end, fmt.Errorf("%s: %w", dir, err)
	}
	var dumps []*profiles.Source
	for i := range m.Targets {
		if d := m.Targets[i].Goroutines; d != nil && (d.File != "" || d.StartFile != "") {
			dumps = append(dumps, &m.Targets[i])
		}
	}
	if len(dumps) == 0 {
		return start, end, fmt.Errorf("the bundle %s has no goroutine dump", dir)
	}
	module, d := dumps[0].Process.Module, dumps[0].Goroutines
	if len(dumps) > 1 {
		return start, end, fmt.Errorf("the bundle %s has dumps from %d targets; name the file of one, such as %s", dir, len(dumps), filepath.Join(dir, filepath.FromSlash(cmp.Or(d.File, d.StartFile))))
	}
	file := func(name string, at time.Time) profileinput.Source {
		if name == "" {
			return profileinput.Source{}
		}
		path := filepath.Join(dir, filepath.FromSlash(name))
		return profileinput.Source{Path: path, Name: path, Module: module, At: at}
	}
	return file(d.StartFile, d.StartAt), file(d.File, d.EndAt), nil
}

// chooseDumps takes of several dumps in the only file the first and the last, to
// compare them, and of one of two files the last. It says so.
func chooseDumps(env cli.Env, name string, all []*stackprofile.GoroutineDump, only bool) []*stackprofile.GoroutineDump {
	last := all[len(all)-1]
	switch {
	case len(all) == 1:
	case only:
		noteTo(env.Stderr, []string{fmt.Sprintf("%s holds %d dumps; the first is compared with the last", name, len(all))})
		return []*stackprofile.GoroutineDump{all[0], last}
	default:
		noteTo(env.Stderr, []string{fmt.Sprintf("%s holds %d dumps; the last of them is used", name, len(all))})
	}
	return []*stackprofile.GoroutineDump{last}
}

func loadDumps(ctx context.Context, env cli.Env, source profileinput.Source) ([]*stackprofile.GoroutineDump, error) {
	file, err := source.Reader(env)
	if err != nil {
		return nil, fmt.Errorf("reading a goroutine dump: %w", err)
	}
	defer file.Close()
	dumps, err := stackprofile.ReadGoroutineDumps(cli.NewStoppable(ctx, file), stackprofile.Limits{})
	return dumps, profileinput.NameError(source.Name, err)
}
