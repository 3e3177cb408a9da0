// Package stat holds the statistics of a comparison of two arms, as pure
// functions: no clock, no files, no state, and the same answer every time.
//
// A sample is a slice of float64, one value for each run. Runs are the
// replicates, never requests: requests of one run resemble each other far more
// than they resemble those of the next run.
//
// The tour, in the order in which a comparison uses it:
//
//   - How large is the change? [HodgesLehmann] for independent runs,
//     [PairedHodgesLehmann] for rounds: a [Ratio] new/old with an interval.
//     [CliffsDelta] says how far the samples are apart, without any scale.
//   - Could it be chance? [SignFlip] when the runs of one round belong
//     together, [MannWhitney] otherwise. Both are exact at the sizes of real
//     experiments, ties and zeros included.
//   - Could noise be told from change? [Adjusted] takes out of the rounds what a
//     covariate explains, and [SignFlipAdjusted] tests what is left.
//   - With many questions asked at once: [Holm] corrects the p-values,
//     [OverallPaired] and [OverallUnpaired] ask one question of all of them.
//   - Were the runs fit to be compared? [Lag1], [MannKendall] and [Sequential].
//   - If it is not decided: [RunsToDecide], [MinPMannWhitney], [MinPSignFlip].
//   - How much does nothing at all change? [NoiseFloor], from an A/A run.
//
// Ratios are formed on the logarithmic scale, where twice as slow and twice as
// fast are equally far from no change. Two zeros have the ratio 1, a zero that
// became something the ratio +Inf, something that became zero the ratio 0; no
// function returns NaN for finite values that are not negative.
//
// Where chance is drawn (the resampling of rounds, permutations of too many
// runs), the generator is seeded by the caller, and the result says how many
// draws it rests on.
package stat
