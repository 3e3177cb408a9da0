package cli

import (
	"context"
	"errors"
)

// The exit codes that are not 0 or 2.
const (
	CodeGateFailed   = 1
	CodeUsage        = 2
	CodeInconclusive = 3
	CodeInterrupted  = 130 // what a shell reports for a program ended by Ctrl-C
)

// exitError gives an error another exit code than the usual 2.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string { return e.err.Error() }
func (e *exitError) Unwrap() error { return e.err }

// GateFailed marks err as: the command worked, and what it measured is not
// good enough (exit 1).
func GateFailed(err error) error { return &exitError{CodeGateFailed, err} }

// Inconclusive marks err as: the command worked, and what it measured does not
// decide although the caller asked for a decision (exit 3).
func Inconclusive(err error) error { return &exitError{CodeInconclusive, err} }

// Interrupted marks err as: the user stopped the command, and err says what is
// kept (exit 130).
func Interrupted(err error) error { return &exitError{CodeInterrupted, err} }

// ExitCode is the exit code for what run returned. Whatever is not marked is a
// usage or input error, a missing program or an unreachable server included.
func ExitCode(err error) int {
	var marked *exitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &marked):
		return marked.code
	case errors.Is(err, context.Canceled):
		return CodeInterrupted
	default:
		return CodeUsage
	}
}
