package main

import "context"

// stoppable ends reading when ctx does, between two reads.
type stoppable struct {
	ctx context.Context
	in  interface{ Read([]byte) (int, error) }
}

func (s *stoppable) Read(b []byte) (int, error) {
	if s.ctx.Err() != nil {
		return 0, context.Cause(s.ctx)
	}
	return s.in.Read(b)
}

// whyEnded prefers the reason for which ctx ended to what it caused.
func whyEnded(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}
