// Package study finds out which tuning step pays: it says which arms an
// experiment over lotteryd's switches has, which two of them answer which
// question, and what the measured rounds answer.
//
// A tour, in the order of use:
//
//  1. [Spec] is what was asked: one of four plans (spec.go).
//  2. [New] makes it a [Design]: arms with their [steps.Choice], contrasts
//     (two arms, one question), and accounts (contrasts that should add up to
//     another one). design.go has the type, plans.go the four plans.
//  3. The rounds of a run folder become an [Effect] for each
//     contrast and metric (effect.go).
//  4. [Judge] corrects for the number of questions and gives the verdicts
//     (judge.go); [Balance] adds the steps up and shows what is left over
//     (account.go). [Compare] is the same for arms that are any program
//     (compare.go).
//
// # Why rounds are paired
//
// In a round every arm runs once, in random order, minutes apart at most. What
// the machine did to one arm it mostly did to the others too, so arms are
// compared within their round, and chance is judged by flipping the signs of
// those differences.
package study
