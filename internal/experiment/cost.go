package experiment

import (
	"time"

	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/internal/runtimemetrics"
	"github.com/lotteryctl/lotteryctl/loadgen"
)

// cost puts together what the generator, the system and the service know. To
// tell its figures costs the service memory too: what grew between last and
// again, read right after it, is the price of one reading and is taken off.
func (m *measurement) cost(result *loadgen.Result, first, last, again *mark) runfolder.Cost {
	c := runfolder.Cost{Source: string(m.format), Missing: m.missing}
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
func (m *measurement) addCompany(c *runfolder.Cost, first, last *mark) {
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
