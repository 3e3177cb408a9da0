package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/lotteryctl/lotteryctl/internal/wholefile"
)

// WriteOut prints to the file of --out: whole or not at all where it is a
// regular file or there is none yet. A link is followed, and a device or a pipe
// is written to: it must not be replaced by a file.
func WriteOut(path string, print func(io.Writer) error) (err error) {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	info, err := os.Stat(path)
	switch {
	case err == nil && !info.Mode().IsRegular():
		err = writeInto(path, print)
	case err == nil || errors.Is(err, fs.ErrNotExist):
		err = wholefile.WriteShared(path, print)
	}
	if err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	return nil
}

// KeepInputs refuses an --out that is one of the inputs, by whatever path or link:
// it would be gone before anybody noticed. Inputs are files, folders, or "-" for
// stdin. In a folder, only what looks like a report may be replaced.
func KeepInputs(out string, stdin io.Reader, inputs ...string) error {
	target, err := os.Stat(out)
	if err != nil || !target.Mode().IsRegular() {
		return nil // there is nothing to lose, or it is no file
	}
	for _, input := range inputs {
		name := input
		info, err := os.Stat(input)
		if file, ok := stdin.(*os.File); input == "-" && ok {
			name = "stdin"
			info, err = file.Stat()
		}
		switch {
		case err != nil: // whoever reads it says so
		case os.SameFile(info, target):
			return fmt.Errorf("--out: %s is the input %s; choose another name", out, name)
		case info.IsDir() && isIn(input, out) && !isReport(out):
			return fmt.Errorf("--out: %s exists in the input %s; choose another name", out, name)
		}
	}
	return nil
}

// isIn reports whether a file is in a folder or below, links followed.
func isIn(folder, file string) bool {
	real := func(path string) string {
		if absolute, err := filepath.Abs(path); err == nil {
			path = absolute
		}
		if target, err := filepath.EvalSymlinks(path); err == nil {
			path = target
		}
		return path
	}
	rel, err := filepath.Rel(real(folder), real(file))
	return err == nil && filepath.IsLocal(rel)
}

// isReport knows by its ending a file that no command reads.
func isReport(path string) bool {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".html", ".htm", ".svg", ".md", ".csv":
		return true
	}
	return false
}

func writeInto(path string, print func(io.Writer) error) error {
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	return errors.Join(print(file), file.Close())
}
