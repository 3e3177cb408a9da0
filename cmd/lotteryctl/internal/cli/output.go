package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

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
		err = wholefile.Write(path, print)
	}
	if err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	return nil
}

func writeInto(path string, print func(io.Writer) error) error {
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	return errors.Join(print(file), file.Close())
}
