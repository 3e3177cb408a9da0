// Package stat has the statistics of a comparison of two arms, as pure functions:
// no clock, no files, no state, and the same result for the same input.
//
// A sample is a slice of float64 with one value per run. Runs are the replicates,
// not requests: requests of one run resemble each other far more than they
// resemble the requests of the next run.
//
// # A tour
//
// In the order in which a comparison uses the functions:
//
//  1. How large is the change? [HodgesLehmann] for independent runs,
//     [PairedHodgesLehmann] for rounds: a [Ratio] new/old with an interval.
//     [CliffsDelta] says how far the samples are apart, without a scale.
//  2. Could the change be chance? [SignFlip] if the runs of one round belong
//     together, otherwise [MannWhitney]. Both are exact at the sizes of real
//     experiments, including ties and zeros.
//  3. Can noise be removed? [Adjusted] removes from the rounds what a covariate
//     explains, and [SignFlipAdjusted] tests the rest.
//  4. Are there many questions? [Holm] corrects their p-values. [OverallPaired]
//     and [OverallUnpaired] ask one question about all of them.
//  5. Can the runs be compared at all? [Lag1], [MannKendall] and [Sequential].
//  6. How many runs are needed to decide? [RunsToDecide], [MinPMannWhitney] and
//     [MinPSignFlip].
//  7. How large is a change if nothing changed? [NoiseFloor], from an A/A run.
//
// # Ratios
//
// Ratios are computed on the logarithmic scale. There, twice as slow and twice as
// fast are equally far from no change. Two zeros have the ratio 1. From zero to
// another value the ratio is +Inf, and from another value to zero it is 0. For
// finite values that are not negative, no function returns NaN.
//
// # Random numbers
//
// Some functions draw random numbers: to resample rounds, or to permute runs if
// there are too many for all permutations. The caller gives the seed, and the
// result says how many draws it is based on.
package stat
