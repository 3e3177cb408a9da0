// Package study finds out which tuning step helps: it says which arms an
// experiment over lotteryd's switches has, which two of them answer which
// question, and what the measured rounds answer.
//
// A tour, in the order of use:
//
//  1. [Spec] is what was asked: one of four plans (spec.go).
//  2. [New] makes it a [Design]: arms with their [steps.Choice], contrasts
//     (two arms, one question), and accounts (contrasts that should add up to
//     another one). design.go has the type, plans.go the four plans.
//  3. [Judge] answers the contrasts: a [Finding] for each, with an [Answer] in
//     the words of the steps (answer.go); [Balance] adds the steps up and shows
//     what is left over (account.go). [Compare] is for arms that are any program
//     (compare.go), [Capacities] for the highest rates that were found.
//
// # One judge
//
// Nothing is tested here. Rounds become the same benchmark results that the run
// folder holds (tables.go), and analyze/bench finds effects, intervals,
// p-values, corrections and verdicts: [Compare] is the judgement of `compare`
// for the same folder, and contrasts are asked as one family of [bench.Ask].
// This package adds what a design knows: which arms answer which question,
// which invariants broke, and what the steps add up to.
//
// # Why rounds are paired
//
// In a round every arm runs once, in random order, minutes apart at most. What
// the machine did to one arm it mostly did to the others too, so arms are
// compared within their round, and chance is judged by flipping the signs of
// those differences.
package study
