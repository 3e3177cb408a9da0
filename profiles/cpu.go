package profiles

import (
	"context"
	"fmt"
	"time"
)

// The lengths of CPU profiles of the target: the first, from which they double,
// and the longest. A profile arrives at its end only, so a process that ends or
// an interruption loses that much and not the whole window. The moment between
// two is lost.
const (
	firstSlice = 2 * time.Second
	maxSlice   = 10 * time.Second
)

// takeCPU profiles until the window's end. Trouble that may pass is waited out.
func (s *subject) takeCPU(ctx context.Context, end time.Time) {
	slice, most := firstSlice, maxSlice
	for {
		length := min(time.Until(end).Round(time.Second), slice)
		if length < time.Second {
			return
		}
		t, err := s.fetch(ctx, fmt.Sprintf("profile?seconds=%d", length/time.Second), length)
		if err == nil {
			s.cpu.taken = append(s.cpu.taken, t)
			s.cpu.resumed = s.cpu.broken
			if took := t.ended.Sub(t.asked); took < length/2 { // and would again, thousands of times
				s.cpu.err = &Failure{Code: FailEarlyAnswer, TookNS: took.Round(time.Millisecond), LimitNS: length}
				return
			}
			slice = min(2*slice, most)
			continue
		}
		s.cpu.err = err
		switch {
		case ctx.Err() != nil:
			return
		case isOutcome(err, tooLong, gatewayTimeout) && length > time.Second:
			slice = max((length / 2).Truncate(time.Second), time.Second)
			most = slice
		case isOutcome(err, busy), isAway(err) && s.client.answered.Load() && !s.lost(ctx):
			s.cpu.broken = s.cpu.broken || isOutcome(err, unreachable)
			if !pause(ctx, retryPause) {
				return
			}
		default:
			return
		}
	}
}
