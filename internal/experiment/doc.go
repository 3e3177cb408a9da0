// Package experiment measures programs under load in rounds, each a fresh
// process, and writes what it saw into a run folder.
//
// The words, in the order they matter:
//
//   - An [Arm] is one of the things compared: a way to start a program and a
//     way to load it. An arm may also be a service that runs already; then
//     nothing is started and the rounds are repeated loads of one process.
//   - A [Target] is an arm that is up and ready for one round.
//   - A [Round] is one run of one arm and all its figures. Rounds, not
//     requests, are the replicates: requests of one run share its luck, and
//     statistics over them find differences that are not there. So every
//     figure is kept per round and percentiles are never averaged.
//   - [Run] goes through the rounds of a [Spec]: in every round each arm runs
//     once, in an order drawn from the seed, so that drift of the machine does
//     not favour an arm.
//   - A [Folder] is the run folder (docs/run-folder.md): run.json, rounds.jsonl,
//     bench.txt for benchstat, and a folder for each round.
//
// What happens in a round: start the arm; load it with package loadgen; when
// the warm-up ends, and again when the last answer is in, read the service's
// own runtime metrics ([Source]) and the machine's noise; stop the arm.
package experiment
