package experiment

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/runfolder"
)

const (
	// commonShare of the slowest arm's capacity is what all arms are loaded
	// with: enough that queueing shows, and room for the noise of the machine.
	commonShare = 0.6
	// longestSLO ends the widening for an arm that is within no shorter one.
	longestSLO = 1280 * time.Millisecond
)

// ChooseRate searches each arm's capacity quickly, about 8 s each, and chooses
// the rate at which to compare them. An arm that keeps the SLO at no rate is
// searched with twice the SLO, and so on up to 1.28 s: the rate must suit it,
// too. Arms searched with a shorter one could bear more with the longer; the
// slowest is the slowest all the same. The logs of the arms are kept nowhere.
// progress may be nil.
func ChooseRate(ctx context.Context, arms []Arm, seed uint64, o CapacityOptions, progress func(Progress)) (*runfolder.RateChoice, error) {
	if err := errors.Join(checkArms(arms), o.check()); err != nil {
		return nil, err
	}
	o = o.Quick()
	choice := &runfolder.RateChoice{Share: commonShare, SLO: o.SLO, Asked: o.SLO}
	lowest := math.Inf(1)
	for i, arm := range arms {
		found, err := searchWidening(ctx, arm, seed, o, func(p Progress) {
			if p.Run, p.Runs = i+1, len(arms); progress != nil {
				progress(p)
			}
		})
		if err != nil {
			return nil, err
		}
		choice.Arms = append(choice.Arms, found)
		choice.SLO = max(choice.SLO, found.SLO)
		if found.Rate < lowest {
			lowest, choice.Slowest = found.Rate, arm.Name
		}
	}
	choice.Rate = twoDigits(commonShare * lowest)
	return choice, nil
}

// searchWidening searches with longer and longer SLOs until some rate holds.
func searchWidening(ctx context.Context, arm Arm, seed uint64, o CapacityOptions, progress func(Progress)) (runfolder.ArmCapacity, error) {
	for {
		found, err := quickSearch(ctx, arm, seed, o, progress)
		if err != nil {
			return runfolder.ArmCapacity{}, err
		}
		if found.Rate > 0 {
			return runfolder.ArmCapacity{
				Name: arm.Name, Rate: found.Rate, Ceiling: found.Ceiling, SLO: o.SLO,
				Limit: found.Limit, GeneratorBound: found.GeneratorBound,
			}, nil
		}
		if last := found.Probes[len(found.Probes)-1]; 2*last.Errors > last.Requests {
			return runfolder.ArmCapacity{}, &ArmError{Arm: arm.Name, Kind: runfolder.NoRate, Err: fmt.Errorf(
				"requests fail even at %v a second (%s)", o.MinRate, missed(found))} // more time would not help
		}
		if 2*o.SLO > longestSLO {
			return runfolder.ArmCapacity{}, &ArmError{Arm: arm.Name, Kind: runfolder.NoRate, Err: fmt.Errorf(
				"its p95 is not within %v even at %v requests per second (%s)", o.SLO, o.MinRate, missed(found))}
		}
		o.SLO = widened(o.SLO, found.Probes)
	}
}

// missed is what the lowest rate missed, for an error.
func missed(found *runfolder.Capacity) string {
	text := "nothing was answered"
	switch m := found.Limit; m.Code {
	case runfolder.MissErrors:
		text = fmt.Sprintf("%d of %d requests failed", m.Errors, m.Requests)
	case runfolder.MissTooMany:
		text = fmt.Sprintf("more than 5 %% of the requests took longer than %v", m.SLO)
	case runfolder.MissP95:
		text = fmt.Sprintf("p95 was %v", m.P95.Round(time.Microsecond))
	}
	if found.GeneratorBound {
		text += ", and the load generator could not keep up"
	}
	return text
}

// widened is the shortest doubling of an SLO that the last probe, at the lowest
// rate, could have kept.
func widened(slo time.Duration, probes []runfolder.Probe) time.Duration {
	slo *= 2
	last := probes[len(probes)-1]
	for last.P95 != nil && last.Errors == 0 && slo < *last.P95 && 2*slo <= longestSLO {
		slo *= 2
	}
	return slo
}

func quickSearch(ctx context.Context, arm Arm, seed uint64, o CapacityOptions, progress func(Progress)) (*runfolder.Capacity, error) {
	dir, err := os.MkdirTemp("", "lotteryctl-capacity-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	return FindCapacity(ctx, arm, Lap{Seed: seed, Dir: dir}, o, progress)
}

// twoDigits rounds down: 5638 becomes 5600.
func twoDigits(v float64) float64 {
	unit := math.Pow(10, math.Floor(math.Log10(v))-1)
	return math.Floor(v/unit) * unit
}
