package main

import (
	"context"
	"fmt"
	"io"
	"runtime/debug"

	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/cli"
)

// run is the whole program but for the process: it executes args and prints a
// failure, once and as one sentence, to stderr. The error is returned for its
// exit code.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	root := newRootCmd(cli.Env{Stdin: stdin, Stdout: stdout, Stderr: stderr, Version: buildVersion()})
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err != nil {
		fmt.Fprintf(stderr, "lotteryctl: %v\n", err)
	}
	return err
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
