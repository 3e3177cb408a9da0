package main

import (
	"context"
	"fmt"
	"io"
	"os/signal"
	"syscall"
)

// run is the whole program but for the process: it executes args and prints a
// failure, once and as one sentence, to stderr. The error is returned for its
// exit code.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	root := newRootCmd(environment{stdin: stdin, stdout: stdout, stderr: stderr, version: buildVersion()})
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err != nil {
		fmt.Fprintf(stderr, "lotteryctl: %v\n", err)
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
