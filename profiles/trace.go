package profiles

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"strconv"
	"time"
)

// takeTrace streams an execution trace into the file at path. It begins after a
// third of the window, when the CPU profile has long begun, or earlier if it
// would not fit.
func (s *subject) takeTrace(ctx context.Context, path string, start time.Time) {
	spare := s.plan.Duration - s.plan.TraceDuration
	latest := start.Add(spare)
	wait := min(s.plan.Duration/3, spare)
	if !s.hasStarted() {
		wait = 0 // nothing else may come of the target
	}
	if !s.stay(ctx, time.Now().Add(wait)) {
		if s.lost(ctx) {
			s.trace.Failure = &Failure{Code: FailTargetGone}
		}
		return
	}
	for {
		err := s.streamTrace(ctx, path)
		if err == nil {
			return
		}
		s.trace.Status, s.trace.Failure = Failed, failureOf(err)
		var failed *Failure
		if !errors.As(err, &failed) && ctx.Err() == nil { // of the disk
			s.trace.Failure, s.traceErr = &Failure{Code: FailNotWritten, Said: firstLine(rootOf(err).Error())}, err
		}
		again := isOutcome(err, busy) || isAway(err) && s.client.answered.Load() && !s.lost(ctx)
		if !again || time.Now().After(latest) || !pause(ctx, retryPause) {
			return
		}
	}
}

// streamTrace takes one trace. What has arrived is kept however it ends; an
// error means that it is nothing.
func (s *subject) streamTrace(ctx context.Context, path string) error {
	seconds := strconv.FormatFloat(s.plan.TraceDuration.Seconds(), 'f', -1, 64)
	t := &Trace{Status: OK, WindowStart: time.Now().UTC()}
	var got bool // the beginning is that of a trace
	err := s.client.get(ctx, s.client.endpoint("trace?seconds="+seconds), s.plan.TraceDuration, func(r io.Reader) error {
		return writeFile(path, func(w io.Writer) (err error) {
			got, err = t.copyFrom(w, r, s.plan.MaxTraceBytes)
			return err
		})
	})
	var ofTarget *Failure
	if err != nil && (!got || ctx.Err() == nil && !errors.As(err, &ofTarget)) { // else it is of the disk, and there is no file
		return err
	}
	t.WindowEnd = time.Now().UTC()
	if err != nil && t.Failure == nil {
		t.Failure = failureOf(err)
	}
	*s.trace = *t
	return nil
}

// copyFrom copies at most limit bytes. A connection that breaks is not an error:
// whoever watches it knows.
func (t *Trace) copyFrom(w io.Writer, r io.Reader, limit int64) (ok bool, err error) {
	buffered := bufio.NewReader(r)
	if head, _ := buffered.Peek(5); !bytes.Equal(head, []byte("go 1.")) {
		return false, &Failure{Code: FailNotTrace}
	}
	var failed writeError
	t.Bytes, err = io.Copy(failed.watch(w), io.LimitReader(buffered, limit))
	if failed.err != nil {
		return false, failed.err
	}
	if err == nil {
		if _, more := buffered.ReadByte(); more == nil {
			t.Capped = true
			t.Failure = &Failure{Code: FailSizeBound, MaxBytes: limit}
		}
	}
	return true, nil
}

// writeError tells apart a disk that is full from a connection that broke.
type writeError struct {
	to  io.Writer
	err error
}

func (e *writeError) watch(w io.Writer) io.Writer {
	e.to = w
	return e
}

func (e *writeError) Write(p []byte) (int, error) {
	n, err := e.to.Write(p)
	e.err = err
	return n, err
}
