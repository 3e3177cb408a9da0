// Package experiment measures programs under load in rounds, each a fresh
// process, and writes what it saw into a run folder.
//
// The words, in the order they matter:
//
//   - An [Arm] is one of the things compared: a way to start a program and a
//     way to load it. An arm may also be a service that runs already; then
//     nothing is started and the rounds are repeated loads of one process.
//   - A [Target] is an arm that is up and ready for one round.
//   - A [runfolder.Round] is one run of one arm and all its figures. Rounds, not
//     requests, are the replicates: requests of one run share its luck, and
//     statistics over them find differences that are not there. So every
//     figure is kept per round and percentiles are never averaged.
//   - [Run] goes through the rounds of a [Spec]: in every round each arm runs
//     once, in an order drawn from the seed, so that drift of the machine does
//     not favour an arm. A round that was too noisy ([runfolder.NoiseLimit]) is repeated
//     as a whole.
//   - A [runfolder.Folder] is the run folder (docs/run-folder.md): run.json, rounds.jsonl,
//     bench.txt for benchstat, and a folder for each run. After whatever
//     interruption, [runfolder.Resume] opens it again and Run goes on.
//   - A profiled round is one more run of every arm, in which profiles are taken
//     ([ProfileOptions]). It counts for no statistics and is written down apart,
//     as a [runfolder.Profiled].
//   - A [runfolder.Capacity] is the highest rate that an arm bears within a latency bound.
//
// What happens in a run: start the arm; load it with package loadgen; when the
// warm-up ends, and again when the last answer is in, read the service's own
// runtime metrics (package runtimemetrics) and the machine's noise; let the target check its
// promises; stop the arm. Then, if asked for, start it again and search its
// capacity ([FindCapacity]).
//
// Where to read on: run.go (rounds and repeats), one.go (a run), load.go (its
// load), measure.go (its figures), profiled.go and capture.go (profiled runs),
// search.go (capacity), processarm.go (an arm made of any command).
package experiment
