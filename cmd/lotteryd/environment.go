package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"
)

// environment is the outside world as commands see it.
type environment struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	getenv         func(string) string
}

// servingError marks a failure of a service that had started (exit 1); all
// others are the caller's to mend (exit 2).
type servingError struct{ err error }

func (e *servingError) Error() string { return e.err.Error() }
func (e *servingError) Unwrap() error { return e.err }

// noArgs refuses positional arguments with the command's name.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return fmt.Errorf("%s takes no argument %q; see `%s --help`", cmd.CommandPath(), args[0], cmd.CommandPath())
	}
	return nil
}
