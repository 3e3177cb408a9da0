// Command lotteryd serves prize draws: it never sells a unit twice and never
// loses a win it has acknowledged.
//
// Read it in this order: settings.go says what can be set, service.go wires the
// rooms from it and takes them up and down, serve.go and dev.go are the two
// ways to start, seed.go and migrate.go the tools beside it. Only main ends
// the process.
//
// Exit codes: 0 stopped as asked, 1 failed while serving, 2 usage, input or
// configuration error.
package main

import (
	"context"
	"os"
)

func main() {
	ctx, stop := untilSignal(context.Background())
	err := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr, os.Getenv)
	stop()
	os.Exit(exitCode(err))
}
