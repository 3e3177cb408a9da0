package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// writeOut prints to the file of --out: whole or not at all where it is a
// regular file or there is none yet. A link is followed, and a device or a pipe
// is written to: it must not be replaced by a file.
func writeOut(path string, print func(io.Writer) error) (err error) {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	info, err := os.Stat(path)
	switch {
	case err == nil && !info.Mode().IsRegular():
		err = writeInto(path, print)
	case err == nil || errors.Is(err, fs.ErrNotExist):
		err = replace(path, print)
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

// named has an error speak of the file that was asked for, and not of the one
// that it is written to first.
func named(path string, err error) error {
	var wrapped *fs.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &wrapped):
		return fmt.Errorf("writing %s: %w", path, wrapped.Err)
	case errors.As(err, &link):
		return fmt.Errorf("writing %s: %w", path, link.Err)
	}
	return err
}

func replace(path string, print func(io.Writer) error) error {
	file, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return named(path, err)
	}
	err = named(path, errors.Join(print(file), file.Chmod(0o644), file.Close()))
	if err == nil {
		err = named(path, os.Rename(file.Name(), path))
	}
	if err != nil {
		_ = os.Remove(file.Name()) // what is to be reported is err
	}
	return err
}
