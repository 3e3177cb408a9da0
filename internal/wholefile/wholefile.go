// Package wholefile writes files as a whole or not at all: into a file of
// another name in the same folder, which then takes the place of the old one. A
// reader sees the old content or the new, and a failure leaves the old. A crash
// may leave a file that matches [Pattern] behind. [Read] reads a small file as a
// whole, or refuses it as too large.
//
// What was measured may hold secrets of the service: Write makes files that only
// their owner can read. WriteShared is for reports.
package wholefile

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Pattern matches the names, within the folder, of files on their way into
// place.
const Pattern = ".new-*"

// bufferSize saves system calls of writers that write little at a time.
const bufferSize = 64 << 10

// Write has write produce the content of path and puts it in place, readable by
// its owner alone. An error of the file system speaks of path and not of the
// file that stands in for it; other errors are those of write, as they are.
func Write(path string, write func(io.Writer) error) error { return writeAs(0o600, path, write) }

// WriteShared is Write of a file that all may read.
func WriteShared(path string, write func(io.Writer) error) error { return writeAs(0o644, path, write) }

func writeAs(mode fs.FileMode, path string, write func(io.Writer) error) error {
	file, err := os.CreateTemp(filepath.Dir(path), Pattern)
	var failed *fs.PathError
	if errors.As(err, &failed) {
		return named(path, failed.Path, err)
	}
	if err != nil {
		return err
	}
	buffered := bufio.NewWriterSize(file, bufferSize)
	err = write(buffered)
	if err == nil {
		err = buffered.Flush()
	}
	err = errors.Join(err, file.Chmod(mode), file.Close())
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err == nil {
		return nil
	}
	err = named(path, file.Name(), err)
	if removeErr := os.Remove(file.Name()); removeErr != nil && !errors.Is(removeErr, fs.ErrNotExist) {
		err = errors.Join(err, removeErr)
	}
	return err
}

// named makes an error about the file that stands in for path one about path.
func named(path, standIn string, err error) error {
	var inFile *fs.PathError
	var inRename *os.LinkError
	switch {
	case errors.As(err, &inFile) && inFile.Path == standIn:
		return fmt.Errorf("writing %s: %w", path, inFile.Err)
	case errors.As(err, &inRename) && inRename.Old == standIn:
		return fmt.Errorf("writing %s: %w", path, inRename.Err)
	}
	return err
}

// Read reads the file called name of at most so many bytes. A larger one is an
// error, which does not name the file; neither does a failure to read.
func Read(fsys fs.FS, name string, most int64) ([]byte, error) {
	file, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, most+1))
	if int64(len(data)) > most {
		return nil, fmt.Errorf("it is larger than %d MiB", most>>20)
	}
	return data, err
}
