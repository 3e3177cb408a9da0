package flamecmd

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

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
	for _, file := range files {
		all, err := loadDumps(ctx, env, file)
		if err != nil {
			return err
		}
		chosen := chooseDumps(env, file.Name, all, len(files) == 1)
		for _, dump := range chosen {
			noteTo(env.Stderr, flamepage.ProfileNotes(dump.Notes))
		}
		dumps = append(dumps, chosen...)
	}
	return o.write(ctx, env, func(w io.Writer) error { return o.renderGoroutines(w, dumps) })
}

func (o *flameOptions) renderGoroutines(w io.Writer, dumps []*stackprofile.GoroutineDump) error {
	if len(dumps) == 2 {
		growth := goroutine.Compare(dumps[0], dumps[1])
		if o.format == "json" {
			return goroutine.WriteGrowthJSON(w, growth)
		}
		return flamepage.WriteGoroutineGrowth(w, growth, o.lines)
	}
	if o.format == "json" {
		return goroutine.WriteGroupsJSON(w, goroutine.Groups(dumps[0]))
	}
	return flamepage.WriteGoroutines(w, goroutine.Groups(dumps[0]), o.lines)
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
		if end == "" || len(args) == 1 && start != "" {
			add(start)
		}
		if end != "" {
			add(end)
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
// missing, the later one where the service died.
func dumpsOf(dir string) (start, end string, err error) {
	m, err := profiles.ReadManifest(os.DirFS(dir))
	if err != nil {
		return "", "", fmt.Errorf("%s: %w", dir, err)
	}
	var dumps []*profiles.Dump
	for _, target := range m.Targets {
		if d := target.Goroutines; d != nil && (d.File != "" || d.StartFile != "") {
			dumps = append(dumps, target.Goroutines)
		}
	}
	switch len(dumps) {
	case 0:
		return "", "", fmt.Errorf("the bundle %s has no goroutine dump", dir)
	case 1:
	default:
		return "", "", fmt.Errorf("the bundle %s has dumps from %d targets; name the file of one, such as %s", dir, len(dumps), filepath.Join(dir, filepath.FromSlash(cmp.Or(dumps[0].File, dumps[0].StartFile))))
	}
	if file := dumps[0].StartFile; file != "" {
		start = filepath.Join(dir, filepath.FromSlash(file))
	}
	if file := dumps[0].File; file != "" {
		end = filepath.Join(dir, filepath.FromSlash(file))
	}
	return start, end, nil
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
