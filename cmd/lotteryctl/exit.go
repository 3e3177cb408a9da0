package main

import (
	"context"
	"errors"
)

// The exit codes that are not 0 or 2.
const (
	codeGateFailed   = 1
	codeUsage        = 2
	codeInconclusive = 3
	codeInterrupted  = 130 // what a shell reports for a program ended by Ctrl-C
)

// exitError gives an error another exit code than the usual 2.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string { return e.err.Error() }
func (e *exitError) Unwrap() error { return e.err }

// gateFailed marks err as: the command worked, and what it measured is not
// good enough (exit 1).
func gateFailed(err error) error { return &exitError{codeGateFailed, err} }

// inconclusive marks err as: the command worked, and what it measured does not
// decide although the caller asked for a decision (exit 3).
func inconclusive(err error) error { return &exitError{codeInconclusive, err} }

// exitCode is the exit code for what run returned. Whatever is not marked is a
// usage or input error, a missing program or an unreachable server included.
func exitCode(err error) int {
	var marked *exitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &marked):
		return marked.code
	case errors.Is(err, context.Canceled):
		return codeInterrupted
	default:
		return codeUsage
	}
}
