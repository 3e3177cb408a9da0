package telemetry

import (
	"fmt"
	"io"
	"log"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// PrintedDrawLog is [Metrics] plus a line of formatted text for every draw,
// whatever came of it: what many services begin with. As in [DrawLog], nothing
// that unlocks a win's code is written.
//
// It is an observer of internal/httpapi. Safe for concurrent use as long as
// nobody else writes to its writer.
type PrintedDrawLog struct {
	*Metrics
	log *log.Logger
}

// NewPrintedDrawLog makes a PrintedDrawLog that writes to w.
func NewPrintedDrawLog(m *Metrics, w io.Writer) *PrintedDrawLog {
	return &PrintedDrawLog{Metrics: m, log: log.New(w, "", log.LstdFlags)}
}

// Answered counts the answer and writes a line about it.
func (d *PrintedDrawLog) Answered(e lottery.Entry, a lottery.Answer, took time.Duration) {
	d.Metrics.Answered(e, a, took)
	line := fmt.Sprintf("draw %s: activity=%s user_key=%s request_key=%s took=%s replayed=%t", a.Result, e.Activity, a.Keys.User, a.Keys.Request, took, a.Replayed)
	if a.Prize != nil {
		line += fmt.Sprintf(" prize=%s tier=%s unit=%d", a.Prize.ID, a.Prize.Tier, a.Unit)
	}
	d.log.Print(line)
}
