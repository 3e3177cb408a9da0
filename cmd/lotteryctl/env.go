package main

import (
	"io"
	"os"
	"runtime/debug"
)

// environment is what a command gets from outside, so that it can be built and
// run twice in one test without a process.
type environment struct {
	stdin   io.Reader
	stdout  io.Writer
	stderr  io.Writer
	version string
}

// version is set by the linker (see the Makefile). It is the one package-level
// variable of the program: the linker can reach nothing else.
var version string

// buildVersion is the version of this binary: that of the Makefile, else that
// of the module (go install ...@v1.2.3), else "devel".
func buildVersion() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return "devel"
}

// isTerminal reports whether w is a terminal, where progress is shown.
func isTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
