package flame

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/lotteryctl/lotteryctl/analyze/stackprofile"
)

// normalise finds the basis and with it the factor of every column.
func (c *comparison) normalise() error {
	basis, err := c.chooseBasis()
	if err != nil {
		return err
	}
	c.basis = basis
	c.factors, c.quanta = make([]float64, len(c.inputs)), make([]float64, len(c.inputs))
	for i, in := range c.inputs {
		c.quanta[i] = quantum(in.Profile, c.typ)
		switch total := c.tree.totals[i]; basis {
		case PerRequest:
			c.factors[i] = 1 / in.Requests
		case PerSecond:
			c.factors[i] = 1 / in.Profile.Duration.Seconds()
		case PerProfile:
			c.factors[i] = 1
		default:
			if total == 0 {
				return fmt.Errorf("a profile of the %s side is empty, so its total is 0 and cannot be used as the basis", c.sideName(i))
			}
			c.factors[i] = 100 * float64(c.scale(i)) / float64(total)
		}
		c.factors[i] /= float64(c.scale(i))
	}
	c.unit = unitOf(c.typ, basis)
	c.equalPeriods()
	if basis == PerTypical {
		c.typical()
	}
	return nil
}

// chooseBasis is the one asked for, if it can be had, or the best that can.
func (c *comparison) chooseBasis() (Basis, error) {
	requests, seconds := true, true
	for _, in := range c.inputs {
		requests = requests && in.Requests > 0
		seconds = seconds && in.Profile.Duration > 0
	}
	switch asked := c.options.Basis; {
	case asked == BestBasis && momentary(c.typ):
		return PerProfile, nil
	case asked == BestBasis && requests:
		return PerRequest, nil
	case asked == BestBasis:
		c.notes = append(c.notes, Note{Code: RequestsUnknown})
		return PerTypical, nil
	case asked == PerRequest && !requests:
		return 0, fmt.Errorf("values per request need the number of requests, which not all profiles have; take them under load with lotteryctl, or use the basis typical, total or second")
	case asked == PerSecond && !seconds:
		return 0, fmt.Errorf("values per second need the duration, which not all profiles have; use the basis typical or total")
	default:
		return asked, nil
	}
}

func (c *comparison) sideName(column int) string {
	if column < c.old {
		return "old"
	}
	return "new"
}

// momentary reports whether a type is what there was at one moment, not what
// happened in a span of time.
func momentary(t stackprofile.ValueType) bool {
	return strings.HasPrefix(t.Name, "inuse_") || t.Name == "goroutine" || t.Name == "threadcreate" || t.Name == "goroutines"
}

func unitOf(t stackprofile.ValueType, b Basis) string {
	unit := t.Unit
	switch unit {
	case "nanoseconds":
		unit = "ns"
	case "bytes":
		unit = "B"
	case "", "count":
		unit = t.Name
	}
	switch b {
	case PerRequest:
		return unit + "/request"
	case PerSecond:
		return unit + "/s"
	case PerProfile:
		return unit
	}
	return "%"
}

// quantum is what one sample weighs, as far as that is known.
func quantum(p *stackprofile.Profile, t stackprofile.ValueType) float64 {
	switch {
	case t.Scale > 1: // what has decimals is not counted
	case t.Unit == p.PeriodType.Unit && p.Period > 0 && (t.Unit == "nanoseconds" && p.PeriodType.Name == "cpu" || t.Unit == "bytes"):
		return float64(p.Period)
	case t.Name == "samples" || p.PeriodType.Name == "goroutine" || t.Name == "goroutine":
		return 1
	}
	return 0
}

// equalPeriods makes counts of samples comparable that were taken at different
// rates: each stands for its period.
func (c *comparison) equalPeriods() {
	if c.typ.Name != "samples" || c.basis == PerTotal || c.basis == PerTypical {
		return
	}
	first := c.inputs[0].Profile.Period
	for i, in := range c.inputs {
		if first > 0 && in.Profile.Period > 0 {
			c.factors[i] *= float64(in.Profile.Period) / float64(first)
		}
	}
}

// typical scales each column so that the median of its functions' ratios to the
// mean of all columns is 1. A function with many samples has one vote however many
// they are, so one that takes half of the time does not decide what is typical;
// one with few has less, as little is known of its ratio.
func (c *comparison) typical() {
	columns := len(c.factors)
	means := make([]float64, len(c.names.List()))
	for name := range means {
		means[name] = meanOf(c.row(c.function.selfs, name))
	}
	few := fewSamples * c.sampleValue()
	if few == 0 {
		few = leastAsked * math.Abs(meanOf(c.row(c.tree.totals, 0)))
	}
	for column := range columns {
		var ratios []weighted
		for name, mean := range means {
			if mean > 0 {
				value := float64(c.function.selfs[name*columns+column]) * c.factors[column]
				ratios = append(ratios, weighted{value / mean, mean / (mean + few)})
			}
		}
		if m := weightedMedian(ratios); m > 0 {
			c.factors[column] /= m
		}
	}
}

// fewSamples are as many as give a function half a vote on what is typical.
const fewSamples = 20

type weighted struct{ value, weight float64 }

func weightedMedian(values []weighted) float64 {
	slices.SortFunc(values, func(a, b weighted) int { return cmp.Compare(a.value, b.value) })
	total := 0.0
	for _, v := range values {
		total += v.weight
	}
	below := 0.0
	for _, v := range values {
		if below += v.weight; below >= total/2 {
			return v.value
		}
	}
	return 0
}
