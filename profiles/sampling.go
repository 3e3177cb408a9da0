package profiles

import (
	"bufio"
	"context"
	"errors"
	"io"
	"strconv"
	"strings"
)

// readMutexFraction asks for the target's rate of mutex profiling, which only
// the text form of the profile has, in its third line. 0 is off, -1 not known.
// (The block profile does not tell its rate in any form.)
func (s *subject) readMutexFraction(ctx context.Context) int64 {
	fraction := int64(-1)
	prompt, cancel := context.WithTimeout(ctx, promptAnswer)
	defer cancel()
	err := s.client.get(prompt, s.client.endpoint("mutex?debug=1"), 0, func(r io.Reader) error {
		var ok bool
		if fraction, ok = parseMutexFraction(io.LimitReader(r, 4<<10)); !ok {
			return errors.New("no sampling period")
		}
		return nil
	})
	if err != nil {
		return -1
	}
	return fraction
}

// parseMutexFraction looks for the sampling period in the head of the text form.
func parseMutexFraction(r io.Reader) (fraction int64, ok bool) {
	lines := bufio.NewScanner(r)
	for range 4 {
		if !lines.Scan() {
			break
		}
		if text, found := strings.CutPrefix(lines.Text(), "sampling period="); found {
			n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
			return n, err == nil && n >= 0
		}
	}
	return 0, false
}
