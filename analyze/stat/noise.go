package stat

import (
	"math"
	"math/rand/v2"
	"slices"
)

// noiseDraws is the number of random splits behind a noise floor.
const noiseDraws = 999

// NoiseFloor estimates how large a change this machine shows when nothing
// changed: the values of an A/A run are split at random into two halves, as if
// they were two arms, the ratio of the two is estimated as a comparison would
// (Hodges-Lehmann), and the result is the share-quantile of its size over 999
// splits drawn with seed: with share 0.9, nine in ten comparisons of nothing
// stay below. It is a relative change, 0.05 for a factor of 1.05 in either
// direction; +Inf when zeros make it unbounded, NaN for fewer than four values
// or values without a ratio.
//
// The halves have half of the runs. More runs scatter less, so for the same
// number of runs in each arm the floor is somewhat high, on the safe side.
func NoiseFloor(values []float64, share float64, seed uint64) float64 {
	if len(values) < 4 || unfit(values) != "" {
		return math.NaN()
	}
	shuffled := slices.Clone(values)
	half := len(values) / 2
	var calculator Calculator
	return noise(share, seed, func(random *rand.Rand) Ratio {
		random.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		return fromLogs(calculator.differences(shuffled[:half], shuffled[half:]), 0, 1)
	})
}

// NoiseFloorPaired is NoiseFloor for an A/A run of two arms in rounds, with all
// runs on both sides: in each split, every round decides by a coin which of its
// two runs is called new.
func NoiseFloorPaired(a, b []float64, share float64, seed uint64) float64 {
	if len(a) != len(b) || len(a) < 2 || unfit(a, b) != "" {
		return math.NaN()
	}
	ratios := LogRatios(a, b)
	flipped := make([]float64, len(ratios))
	return noise(share, seed, func(random *rand.Rand) Ratio {
		for i, d := range ratios {
			if random.Uint64()&1 != 0 {
				d = -d
			}
			flipped[i] = d
		}
		averages, opposed := walshAverages(flipped)
		if opposed {
			return Ratio{Center: math.Inf(1)}
		}
		return fromLogs(averages, 0, 1)
	})
}

func noise(share float64, seed uint64, split func(*rand.Rand) Ratio) float64 {
	random := rand.New(rand.NewPCG(seed, 2))
	sizes := make([]float64, noiseDraws)
	for i := range sizes {
		sizes[i] = math.Abs(math.Log(split(random).Center))
	}
	return math.Expm1(quantileSorted(sortedCopy(sizes), share))
}
