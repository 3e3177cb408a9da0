package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/lotteryctl/lotteryctl/analyze/flame"
	"github.com/lotteryctl/lotteryctl/profiles"
)

// runGoroutines groups the goroutines of a dump, or compares two. A bundle has
// two: of the start and of the end of its window.
func (o *flameOptions) runGoroutines(ctx context.Context, env environment, args []string) error {
	paths, err := dumpFiles(args)
	if err != nil {
		return err
	}
	var dumps []*flame.GoroutineDump
	for _, path := range paths {
		dump, err := loadDump(ctx, env, path)
		if err != nil {
			return err
		}
		noteTo(env.stderr, dump.Notes)
		dumps = append(dumps, dump)
	}
	return o.write(ctx, env, func(w io.Writer) error { return o.renderGoroutines(w, dumps) })
}

func (o *flameOptions) renderGoroutines(w io.Writer, dumps []*flame.GoroutineDump) error {
	if len(dumps) == 2 {
		growth := flame.CompareGoroutines(dumps[0], dumps[1])
		if o.format == "json" {
			return flame.WriteGoroutineGrowthJSON(w, growth)
		}
		return flame.WriteGoroutineGrowth(w, growth, o.lines)
	}
	if o.format == "json" {
		return flame.WriteGoroutinesJSON(w, dumps[0].Groups())
	}
	return flame.WriteGoroutines(w, dumps[0].Groups(), o.lines)
}

// dumpFiles are the files of the arguments: with one bundle its two dumps, else
// of a bundle the one of its end.
func dumpFiles(args []string) (paths []string, err error) {
	for _, arg := range args {
		path, arm := splitArm(arg)
		info, err := os.Stat(path)
		switch {
		case arg == "-":
			paths = append(paths, arg)
			continue
		case err != nil:
			return nil, fmt.Errorf("reading a dump of goroutines: %w", err)
		case !info.IsDir():
			paths = append(paths, arg)
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
		if len(args) == 1 && start != "" {
			paths = append(paths, start)
		}
		paths = append(paths, end)
	}
	return paths, nil
}

// oneBundle is the bundle that a folder is, or the only one of a run. The dumps
// of several processes have nothing in common to be grouped by.
func oneBundle(folder, arm string) (string, error) {
	dirs, err := bundlesOf(folder, arm)
	if err != nil {
		return "", err
	}
	if len(dirs) > 1 {
		return "", fmt.Errorf("%s has %d bundles, each of a process of its own: name one, such as %s", folder, len(dirs), dirs[0])
	}
	return dirs[0], nil
}

func dumpsOf(dir string) (start, end string, err error) {
	m, err := profiles.ReadManifest(os.DirFS(dir))
	if err != nil {
		return "", "", fmt.Errorf("%s: %w", dir, err)
	}
	var dumps []*profiles.Dump
	for _, target := range m.Targets {
		if target.Goroutines != nil && target.Goroutines.File != "" {
			dumps = append(dumps, target.Goroutines)
		}
	}
	switch len(dumps) {
	case 0:
		return "", "", fmt.Errorf("the bundle %s has no dump of goroutines", dir)
	case 1:
	default:
		return "", "", fmt.Errorf("the bundle %s has dumps of %d targets: name the file of one, such as %s", dir, len(dumps), filepath.Join(dir, filepath.FromSlash(dumps[0].File)))
	}
	if dumps[0].StartFile != "" {
		start = filepath.Join(dir, filepath.FromSlash(dumps[0].StartFile))
	}
	return start, filepath.Join(dir, filepath.FromSlash(dumps[0].File)), nil
}

func loadDump(ctx context.Context, env environment, path string) (*flame.GoroutineDump, error) {
	if path == "-" {
		dump, err := flame.ParseGoroutines(&stoppable{ctx, env.stdin}, flame.DefaultLimits())
		return dump, nameError("stdin", err)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("reading a dump of goroutines: %w", err)
	}
	defer file.Close()
	dump, err := flame.ParseGoroutines(&stoppable{ctx, file}, flame.DefaultLimits())
	return dump, nameError(path, err)
}
