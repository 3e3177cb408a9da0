// Package drawmodel is a seeded model of the draw protocol. It runs the domain as it
// is (internal/lottery: engine, keeper, catalogue, several replicas of them) over
// stores that are made of maps, in a bubble of testing/synctest, and does to them what
// a seed says.
//
// A tour: [PlanOf] draws a plan of a seed; [Run] lives through it. scheduler.go
// decides which message moves next; scripts.go mirrors the scripts of internal/redis,
// ledger.go the statements of internal/postgres; nemesis.go and trap.go are the faults;
// client.go asks until it is answered; examine.go compares what was heard with the
// ledger and with Redis. bugs.go has the faults that are planted to see them found.
//
// One goroutine moves at a time. All the others wait for a message or for the
// bubble's clock, so the same seed gives the same history, byte for byte. That holds
// for one activity: the domain goes through several in the order of a map.
package drawmodel
