package telemetry

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// Sampling bounds how many lines of one kind are written. While a store is away
// every draw fails in the same way, and a line for each would be megabytes a second.
type Sampling struct {
	// First is how many lines of a kind are written in each second. By default, 10.
	First int
	// Every is of how many further ones in that second one is written. By default,
	// 1,000.
	Every int
	// LeftOut is told of each line that is not written. By default, nobody is.
	LeftOut func()
}

// Sampled makes a logger that writes warnings and errors by the sampling. Lines are of
// one kind if they have the same level and message and, in an attribute "error", the
// same [lottery.ErrorKind]. A line says in "left_out" how many of its kind were left
// out since the last one. Other lines are all written. Safe for concurrent use.
func Sampled(log *slog.Logger, s Sampling) *slog.Logger {
	if s.First <= 0 {
		s.First = 10
	}
	if s.Every <= 0 {
		s.Every = 1000
	}
	if s.LeftOut == nil {
		s.LeftOut = func() {}
	}
	return slog.New(&sampler{next: log.Handler(), seen: &seenLines{sampling: s, kinds: make(map[lineKind]*lineCount)}})
}

// sampler is a [slog.Handler].
type sampler struct {
	next slog.Handler
	seen *seenLines // shared by those that WithAttrs and WithGroup make
}

func (h *sampler) Enabled(ctx context.Context, l slog.Level) bool { return h.next.Enabled(ctx, l) }

func (h *sampler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &sampler{h.next.WithAttrs(attrs), h.seen}
}

func (h *sampler) WithGroup(name string) slog.Handler {
	return &sampler{h.next.WithGroup(name), h.seen}
}

func (h *sampler) Handle(ctx context.Context, r slog.Record) error {
	if r.Level < slog.LevelWarn {
		return h.next.Handle(ctx, r)
	}
	leftOut, write := h.seen.line(kindOf(r), r.Time)
	if !write {
		return nil
	}
	if leftOut > 0 {
		r = r.Clone()
		r.AddAttrs(slog.Int64("left_out", leftOut))
	}
	return h.next.Handle(ctx, r)
}

// lineKind is what makes two lines the same.
type lineKind struct {
	level   slog.Level
	message string
	kind    lottery.ErrorKind
}

func kindOf(r slog.Record) lineKind {
	k := lineKind{level: r.Level, message: r.Message}
	r.Attrs(func(a slog.Attr) bool {
		err, ok := a.Value.Any().(error)
		if a.Key != "error" || !ok {
			return true
		}
		k.kind = lottery.KindOf(err)
		return false
	})
	return k
}

// lineCount is what was seen of a kind.
type lineCount struct {
	second  int64 // of the last line
	lines   int   // in that second
	leftOut int64 // since the last one that was written
}

// seenLines counts lines by kind. Messages are constants of the code, so kinds are few.
type seenLines struct {
	sampling Sampling

	mu    sync.Mutex
	kinds map[lineKind]*lineCount
}

// line notes a line and tells whether to write it, with how many were left out before.
func (s *seenLines) line(k lineKind, at time.Time) (leftOut int64, write bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.kinds[k]
	if c == nil {
		c = new(lineCount)
		s.kinds[k] = c
	}
	if second := at.Unix(); second != c.second {
		c.second, c.lines = second, 0
	}
	c.lines++
	if over := c.lines - s.sampling.First; over > 0 && over%s.sampling.Every != 0 {
		c.leftOut++
		s.sampling.LeftOut()
		return 0, false
	}
	leftOut, c.leftOut = c.leftOut, 0
	return leftOut, true
}
