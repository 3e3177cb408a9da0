package experiment

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/internal/runtimemetrics"
	"github.com/lotteryctl/lotteryctl/loadgen"
)

// mark is what is read at the two ends of the measured window.
type mark struct {
	ended   int64 // requests that had ended by then, warm-up included
	reading runtimemetrics.Reading
	noise   noiseMark
}

// measurement is one load of a ready target.
type measurement struct {
	good   StatusSet
	pid    int
	source *runtimemetrics.Source // nil: the target shows no metrics
	ended  atomic.Int64
	// answered counts the requests that were, warm-up included.
	answered atomic.Int64
	// during is work that belongs to the measured window. It calls window.begin when
	// it has prepared. Nil: there is none, and the window begins after the warm-up.
	during func(context.Context)
	window windowSwitch
	answer *loadgen.AnswersLog // nil: not kept

	outcome  func(*loadgen.Exchange) string // nil: not counted
	outcomes map[string]int64               // of the measured window
	halves   halfClock

	format  runtimemetrics.Format // of the metrics
	missing *runfolder.Reason     // why there are none
}

// record counts, so that costs are divided by the requests that caused them
// and not by those planned.
func (m *measurement) record(x *loadgen.Exchange) {
	m.count(x)
	m.halves.record(x)
	if m.outcome != nil && !x.Warmup {
		if outcome := m.outcome(x); outcome != "" {
			m.outcomes[outcome]++
		}
	}
	if m.answer != nil {
		m.answer.Record(x)
	}
}

// count counts one request that ended, of the window or not.
func (m *measurement) count(x *loadgen.Exchange) {
	m.ended.Add(1)
	if x.Err == nil {
		m.answered.Add(1)
	}
}

// markAtBegin takes a mark when the window begins; without a warm-up, at once. The
// function returned waits for it: nil says that ctx ended first.
func (m *measurement) markAtBegin(ctx, reading context.Context, warmup time.Duration) (result func() *mark) {
	if warmup <= 0 && m.during == nil {
		first := m.mark(reading)
		return func() *mark { return first }
	}
	var first *mark
	var work sync.WaitGroup
	timed, cancel := context.WithCancel(ctx)
	warm := time.After(warmup)
	work.Go(func() {
		if m.during == nil && wait(timed, warm) || m.during != nil && wait(timed, m.window.begun) {
			first = m.mark(reading)
		}
	})
	return func() *mark {
		work.Wait()
		cancel()
		return first
	}
}

func (m *measurement) mark(ctx context.Context) *mark {
	now := &mark{noise: markNoise(m.pid), reading: m.read(ctx)}
	now.ended = m.ended.Load()
	return now
}

// read asks the service for its metrics; nil when it has none or does not say.
func (m *measurement) read(ctx context.Context) runtimemetrics.Reading {
	if m.source == nil {
		return nil
	}
	reading, format, err := m.source.Read(ctx)
	if err != nil {
		m.missing = &runfolder.Reason{Code: runfolder.MetricsUnreadable, Detail: err.Error()}
		return nil
	}
	m.format = format
	return reading
}
