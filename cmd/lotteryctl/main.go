// Command lotteryctl diagnoses the performance of Go HTTP services.
//
// Each subcommand is one file with a factory, a private options struct and a
// run function over injected streams; root.go lists them. The work itself is
// done by libraries that know nothing of flags or exit codes. This is the only
// place that knows the command line, and only main ends the process.
//
// Exit codes: 0 fine, 1 what was measured failed a gate, 2 usage or input
// error, 3 inconclusive although strictness was asked for, 130 interrupted.
package main

import (
	"context"
	"os"
)

func main() {
	ctx, stop := untilSignal(context.Background())
	err := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(exitCode(err))
}
