package telemetry

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// DefaultLossEvery is how many losses there are to one line about a loss.
const DefaultLossEvery = 1000

// DrawLog is [Metrics] plus a log of what was drawn: a line for every win
// answered (replays say so: the first answer may have been pending) and every
// pending draw (info), and for one loss in every so many (debug, and
// free of cost unless debug is on).
//
// Whoever reads the log must not be able to redeem a prize. So a win's code is
// never written, nor are user and request, for which a lookup gives the code:
// a line names them by their keys ([lottery.Keys]).
//
// It is an observer of internal/httpapi. Safe for concurrent use.
type DrawLog struct {
	*Metrics
	log    *slog.Logger
	every  uint64
	losses atomic.Uint64
}

// NewDrawLog makes a DrawLog that writes one loss in lossEvery; 0 writes none.
func NewDrawLog(m *Metrics, log *slog.Logger, lossEvery int) *DrawLog {
	return &DrawLog{Metrics: m, log: log, every: uint64(max(lossEvery, 0))}
}

// Answered counts the answer and may write a line about it.
func (d *DrawLog) Answered(e lottery.Entry, a lottery.Answer, took time.Duration) {
	d.Metrics.Answered(e, a, took)
	switch {
	case a.Result == lottery.Loss:
		d.loss(e, a, took)
	case a.Result == lottery.Win:
		d.write(slog.LevelInfo, "win", e, a, took,
			slog.String("prize", a.Prize.ID), slog.String("tier", a.Prize.Tier), slog.Int64("unit", a.Unit), slog.Bool("replayed", a.Replayed))
	default:
		d.write(slog.LevelInfo, "pending", e, a, took)
	}
}

func (d *DrawLog) loss(e lottery.Entry, a lottery.Answer, took time.Duration) {
	if d.every == 0 || !d.log.Enabled(context.Background(), slog.LevelDebug) {
		return
	}
	if d.losses.Add(1)%d.every == 0 {
		d.write(slog.LevelDebug, "loss", e, a, took, slog.Uint64("one_in", d.every))
	}
}

func (d *DrawLog) write(level slog.Level, what string, e lottery.Entry, a lottery.Answer, took time.Duration, more ...slog.Attr) {
	var all [9]slog.Attr // on the stack: LogAttrs keeps a copy
	attrs := append(all[:0],
		slog.String("activity", e.Activity), slog.String("user_key", a.Keys.User.String()), slog.String("request_key", a.Keys.Request.String()),
		slog.Duration("took", took))
	d.log.LogAttrs(context.Background(), level, what, append(attrs, more...)...)
}
