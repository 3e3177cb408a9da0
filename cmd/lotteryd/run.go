package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

// version is set by the linker (see the Makefile) and nowhere else.
var version = "devel"

// run is the whole program but for the process: it executes args and prints a
// failure, once and as one sentence, to stderr.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer, getenv func(string) string) error {
	root := newRootCmd(environment{stdin, stdout, stderr, getenv})
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err != nil {
		fmt.Fprintf(stderr, "lotteryd: %v\n", err)
	}
	return err
}

// untilSignal returns a context that the first SIGINT or SIGTERM cancels.
// After it the default returns: a second signal ends the process at once.
func untilSignal(parent context.Context) (context.Context, context.CancelFunc) {
	ctx, stop := signal.NotifyContext(parent, syscall.SIGINT, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	return ctx, stop
}

func exitCode(err error) int {
	var serving *servingError
	var unrepaired *unrepairedError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &serving), errors.As(err, &unrepaired):
		return 1
	default:
		return 2
	}
}

// newRootCmd is lotteryd: without a subcommand it serves.
func newRootCmd(env environment) *cobra.Command {
	root := newServeCmd(env, "lotteryd")
	root.Short = "Serve prize draws that never give a unit away twice"
	root.Version = version
	root.SilenceUsage, root.SilenceErrors = true, true
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetIn(env.stdin)
	root.SetOut(env.stdout)
	root.SetErr(env.stderr)
	root.AddCommand(newServeCmd(env, "serve"), newMigrateCmd(env), newSeedCmd(env), newSettleCmd(env), newRepairCmd(env))
	return root
}
