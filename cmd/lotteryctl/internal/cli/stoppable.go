package cli

import (
	"context"
	"io"
)

// Stoppable ends reading when its context does, between two reads.
type Stoppable struct {
	ctx context.Context
	in  io.Reader
}

// NewStoppable reads from in until ctx ends; the error is then ctx's cause.
func NewStoppable(ctx context.Context, in io.Reader) *Stoppable { return &Stoppable{ctx, in} }

// Read reads as the reader below does.
func (s *Stoppable) Read(b []byte) (int, error) {
	if s.ctx.Err() != nil {
		return 0, context.Cause(s.ctx)
	}
	return s.in.Read(b)
}

// WhyEnded prefers the reason for which ctx ended to what it caused.
func WhyEnded(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}
