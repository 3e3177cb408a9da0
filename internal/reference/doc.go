// Package reference is lotteryd, the reference service, as a thing to measure.
//
//  1. [FindProgram] finds the program, [OpenData] the Redis and Postgres that it
//     works on: those given, or private ones.
//  2. [New] makes a [Service] of the two. Its [Service.Arm] is an arm of an
//     experiment: for each run a fresh lotteryd with the flags of a
//     [Configuration], on fresh data, with an activity of its own.
//  3. Where it is asked for, each run is audited afterwards: the arm remembers
//     what the client was answered, and asks ledger, Redis and lotteryd's own
//     counters whether that was kept.
//
// Arms of one Service start one after another, as those of an experiment do.
package reference
