package experiment

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

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
	// during is work that belongs to the measured window: it begins when the
	// warm-up has ended and the load lasts until it is done. Nil: there is none.
	during func(context.Context)
	// forgiven are requests that were under way when the work was done.
	forgiven int64
	answer   *loadgen.AnswersLog // nil: not kept

	outcome  func(*loadgen.Exchange) string // nil: not counted
	outcomes map[string]int64               // of the measured window
	halves   halfClock

	format  runtimemetrics.Format // of the metrics
	missing string                // why there are none
}

// run loads the target and fills in r. It returns the whole result and the two
// marks for the round's folder. A cancelled ctx is no error here: the round is
// marked partial.
func (m *measurement) run(ctx context.Context, plan loadgen.Plan, r *Round) (*loadgen.Result, [2]*mark, error) {
	plan.Record = m.record
	m.halves.middle = plan.Warmup + plan.Duration/2
	if m.answer == nil && m.outcome == nil {
		plan.MaxBody = 1 // nobody reads the bodies, so keep none
	}
	r.Noise.LoadAverage = loadAverage()
	// The marks are wanted of a cancelled run as well.
	reading := context.WithoutCancel(ctx)
	before := m.markAt(ctx, reading, plan.Warmup)
	result, err := m.load(ctx, plan)
	first := before()
	if err != nil {
		return nil, [2]*mark{}, err
	}
	last := m.mark(reading)
	again := &mark{reading: m.read(reading)}
	r.Start, r.Partial, r.Verdict = result.Start, result.Partial, result.Verdicts
	r.Load = newLoad(result, m.good)
	r.Load.forgive(m.forgiven)
	r.Load.Outcomes = m.outcomes
	r.Cost = m.cost(result, first, last, again)
	if first != nil {
		average := r.Noise.LoadAverage
		r.Noise = last.noise.since(first.noise)
		r.Noise.LoadAverage = average
	}
	if r.Halves = m.halves.halves(); r.Halves != nil && !r.Halves.Agree && !r.Partial {
		r.Verdict = append(r.Verdict, r.Halves.doubt())
	}
	return result, [2]*mark{first, last}, nil
}

// record counts, so that costs are divided by the requests that caused them
// and not by those planned.
func (m *measurement) record(x *loadgen.Exchange) {
	m.ended.Add(1)
	if x.Err == nil {
		m.answered.Add(1)
	}
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

// markAt takes a mark after the warm-up; without one, at once. The function
// returned waits for it: nil says that ctx ended first.
func (m *measurement) markAt(ctx, reading context.Context, warmup time.Duration) (wait func() *mark) {
	if warmup <= 0 {
		first := m.mark(reading)
		return func() *mark { return first }
	}
	var first *mark
	var work sync.WaitGroup
	timed, cancel := context.WithTimeout(ctx, warmup)
	work.Go(func() {
		<-timed.Done()
		if ctx.Err() == nil {
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
		m.missing = err.Error()
		return nil
	}
	m.format = format
	return reading
}

// cost puts together what the generator, the system and the service know. To
// tell its figures costs the service memory too: what grew between last and
// again, read right after it, is the price of one reading and is taken off.
func (m *measurement) cost(result *loadgen.Result, first, last, again *mark) Cost {
	c := Cost{Source: string(m.format), Missing: m.missing}
	c.ClientCPU = positive(result.CPU.Client)
	c.ServerCPU = positive(result.CPU.Server)
	m.addCompany(&c, first, last)
	if m.source == nil {
		c.Missing = "no /metrics or /debug/vars with the Go runtime's figures was found"
	}
	if rss, ok := last.reading[runtimemetrics.RSS]; ok {
		c.RSS = &rss
	}
	if first == nil && c.Missing == "" {
		c.Missing = "the run was cut short before the warm-up had ended"
	}
	if first == nil || first.reading == nil || last.reading == nil {
		return c
	}
	ended := float64(last.ended - first.ended)
	perRequest := func(q runtimemetrics.Quantity, unit float64) *float64 {
		total, ok := last.reading.Since(first.reading, q)
		if !ok || ended <= 0 {
			return nil
		}
		price, _ := again.reading.Since(last.reading, q)
		v := (total - price) * unit / ended
		if v <= 0 {
			return nil // the reading cost more than the few requests did: not known
		}
		return &v
	}
	total := func(q runtimemetrics.Quantity) *float64 {
		if v, ok := last.reading.Since(first.reading, q); ok {
			return &v
		}
		return nil
	}
	c.Bytes, c.Allocs = perRequest(runtimemetrics.AllocBytes, 1), perRequest(runtimemetrics.Mallocs, 1)
	if c.Bytes == nil && c.Missing == "" {
		c.Missing = "the metrics lack the Go runtime's allocation counters, or these went backwards or grew by less than reading them costs"
	}
	c.GCCycles, c.GCPause = total(runtimemetrics.GCCycles), total(runtimemetrics.GCPause)
	if c.ServerCPU == nil {
		c.ServerCPU = perRequest(runtimemetrics.CPUSeconds, float64(time.Second))
	}
	return c
}

// addCompany adds what the other processes of the target's group used: a shell
// that waits costs nothing, the service behind it does.
func (m *measurement) addCompany(c *Cost, first, last *mark) {
	for _, pid := range last.noise.group {
		if peak := peakRSS(pid); peak != nil && c.PeakRSS != nil {
			*c.PeakRSS += *peak
		} else if peak != nil {
			c.PeakRSS = peak
		}
	}
	if first == nil || last.ended <= first.ended {
		return
	}
	company := float64(last.noise.companyCPU(first.noise, m.pid)) / float64(last.ended-first.ended)
	switch {
	case company <= 0:
	case c.ServerCPU == nil:
		c.ServerCPU = &company
	default:
		*c.ServerCPU += company
	}
}

func positive(d time.Duration) *float64 {
	if d <= 0 {
		return nil
	}
	v := float64(d.Nanoseconds())
	return &v
}

// openAnswers makes the log of exchanges of a round; done ends it.
func openAnswers(dir string) (log *loadgen.AnswersLog, done func() error, err error) {
	file, err := os.Create(filepath.Join(dir, answersFile))
	if err != nil {
		return nil, nil, err
	}
	log = loadgen.NewAnswersLog(file)
	return log, func() error {
		err := log.Flush()
		if closeErr := file.Close(); err == nil {
			err = closeErr
		}
		return err
	}, nil
}
