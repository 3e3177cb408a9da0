// Package audit checks from outside whether a lotteryd deployment kept its
// promises, the invariants I1 to I8 of the draw protocol.
//
// It compares three witnesses that do not know of each other: the ledger in
// Postgres, the state in Redis, and the log in which a client wrote down what
// it was answered. It shares no storage code with the service: it has its own
// SQL and reads Redis by the documented key layout. Only the dice, which are
// arithmetic, come from internal/lottery.
//
// A tour, in the order of use: [Load] reads ledger and Redis so that they fit
// together (ledger.go, schema.go, redis.go, load.go); [ReadAnswers] reads a
// log, and a [Recorder] gathers one in a test (log.go, recorder.go); [Check]
// compares them (check.go, then a file for each group of invariants) and
// returns a [Report] (report.go). [Run] does Load and Check.
//
// Work and memory are linear in ledger rows and answers.
//
// # No false alarms
//
// A checker that cries wolf is switched off. What can be explained by the
// protocol's stated weaknesses, or by reading two stores at two moments, is
// never called broken: it is listed as not checked, with the reason.
package audit
