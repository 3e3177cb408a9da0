package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/cli"
)

// stopHint is after what time a command that is still stopping says how to end it
// at once.
const stopHint = time.Second

// untilSignal returns a context that the first SIGINT, SIGTERM or SIGHUP cancels:
// Ctrl-C, a request to stop, a terminal that was closed. What was measured is kept.
// A second one says so to stderr and ends the process by exit, at once. SIGHUP stays
// ignored where it is, as nohup wants it. The function returned stops listening.
func untilSignal(parent context.Context, stderr io.Writer, exit func(code int)) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(parent)
	signals, done := make(chan os.Signal, 2), make(chan struct{})
	asked := []os.Signal{syscall.SIGINT, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		asked = append(asked, syscall.SIGHUP)
	}
	signal.Notify(signals, asked...)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		select {
		case <-signals:
			cancel()
		case <-done:
			return
		}
		for hint := time.After(stopHint); ; {
			select {
			case <-signals:
				fmt.Fprintln(stderr, "lotteryctl: ended at once; what was not written yet is lost")
				exit(cli.CodeInterrupted)
				return
			case <-hint:
				fmt.Fprintln(stderr, "lotteryctl: stopping, and keeping what was measured; press Ctrl-C again to end at once")
				hint = nil
			case <-done:
				return
			}
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		close(done)
		<-ended
		cancel()
	}
}
