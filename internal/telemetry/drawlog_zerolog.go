package telemetry

import (
	"io"
	"time"

	"github.com/rs/zerolog"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// ZerologDrawLog is [Metrics] plus a line of JSON for every draw, encoded by
// zerolog into pooled buffers: no allocation. As in [DrawLog], nothing that
// unlocks a win's code is written.
//
// It is an observer of internal/httpapi. Safe for concurrent use: it holds a
// lock of its own while it writes a line.
type ZerologDrawLog struct {
	*Metrics
	log zerolog.Logger
}

// NewZerologDrawLog makes a ZerologDrawLog that writes to w.
func NewZerologDrawLog(m *Metrics, w io.Writer) *ZerologDrawLog {
	log := zerolog.New(zerolog.SyncWriter(w)).With().Timestamp().Logger()
	return &ZerologDrawLog{Metrics: m, log: log}
}

// Answered counts the answer and writes a line about it.
func (d *ZerologDrawLog) Answered(e lottery.Entry, a lottery.Answer, took time.Duration) {
	d.Metrics.Answered(e, a, took)
	line := d.log.Info().Str("activity", e.Activity).Hex("user_key", a.Keys.User[:]).Hex("request_key", a.Keys.Request[:]).
		Dur("took_ms", took).Bool("replayed", a.Replayed)
	if a.Prize != nil {
		line = line.Str("prize", a.Prize.ID).Str("tier", a.Prize.Tier).Int64("unit", a.Unit)
	}
	line.Msg(a.Result.String())
}
