// Command lotteryctl diagnoses the performance of Go HTTP services.
//
// root.go lists the subcommands; each is a folder below internal with a factory,
// a private options struct and a run function over injected streams. They turn
// flags into calls and print. The work itself is done by libraries that know
// nothing of flags or exit codes, and only main ends the process.
//
// Exit codes: 0 fine, 1 what was measured failed a gate, 2 usage or input
// error, 3 inconclusive although strictness was asked for, 130 interrupted.
package main

import (
	"context"
	"os"

	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/cli"
)

func main() {
	ctx, stop := untilSignal(context.Background(), os.Stderr, os.Exit)
	err := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(cli.ExitCode(err))
}
