// Package cli is what all commands of lotteryctl share: the streams they get
// ([Env]), exit codes (exit.go), usage errors (usage.go), files written as a whole
// (output.go), input that Ctrl-C stops ([Stoppable]), tables ([Table]), and what of
// a command line may be kept (redact.go).
//
// It knows no command.
package cli

import (
	"io"
	"os"
)

// Env is what a command gets from outside, so that it can be built and
// run twice in one test without a process.
type Env struct {
	Stdin   io.Reader
	Stdout  io.Writer
	Stderr  io.Writer
	Version string
}

// IsTerminal reports whether w is a terminal, where progress is shown.
func IsTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
