package telemetry

import (
	"log/slog"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// FieldDrawLog is [Metrics] plus a line of keys and values for every draw, by
// slog's shortest form. The values are boxed in interfaces, which allocates. As in
// [DrawLog], nothing that unlocks a win's code is written.
//
// It is an observer of internal/httpapi. Safe for concurrent use.
type FieldDrawLog struct {
	*Metrics
	log *slog.Logger
}

// NewFieldDrawLog makes a FieldDrawLog; log must let info through, or it writes
// nothing.
func NewFieldDrawLog(m *Metrics, log *slog.Logger) *FieldDrawLog {
	return &FieldDrawLog{Metrics: m, log: log}
}

// Answered counts the answer and writes a line about it.
func (d *FieldDrawLog) Answered(e lottery.Entry, a lottery.Answer, took time.Duration) {
	d.Metrics.Answered(e, a, took)
	if a.Prize == nil {
		d.log.Info(a.Result.String(), "activity", e.Activity, "user_key", a.Keys.User.String(), "request_key", a.Keys.Request.String(), "took", took, "replayed", a.Replayed)
		return
	}
	d.log.Info(a.Result.String(), "activity", e.Activity, "user_key", a.Keys.User.String(), "request_key", a.Keys.Request.String(), "took", took, "replayed", a.Replayed,
		"prize", a.Prize.ID, "tier", a.Prize.Tier, "unit", a.Unit)
}
