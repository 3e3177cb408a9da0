package drawmodel

import "strings"

// Bug is a fault that can be planted into the stores, to see that it is found.
type Bug uint

// The bugs.
const (
	// NoToken: steps of a rebuild do not ask whether another one began since.
	NoToken Bug = iota
	// NoForget: a win on record without hold and row stays one.
	NoForget
	// LostKeyUnseen: nobody counts what should be in users and records.
	LostKeyUnseen
	// LostInRebuild: a rebuild publishes what is there, whatever was lost meanwhile.
	LostInRebuild
	// FutureHoldsSkipped: reading all holds leaves out those of the future.
	FutureHoldsSkipped
	// AckBeforeCommit: the ledger says that it has a row that it does not have.
	AckBeforeCommit
	// OneTooMany: >= for > in the comparison with the stock.
	OneTooMany
	// NoEpochTest: the ledger takes rows of an epoch that has ended.
	NoEpochTest
	// NoRecords: a rebuild does not put the wins on record.
	NoRecords
	// NoRunID: a Redis that restarted is trusted.
	NoRunID
	// StockFirst: the stock is looked at before the stored answer.
	StockFirst
	// NoJournal: a hold is not journaled.
	NoJournal
	// UnitTwice: the ledger has no constraint on units.
	UnitTwice
	bugCount
)

// String is the name of a bug.
func (b Bug) String() string {
	return [...]string{
		"no-token", "no-forget", "lost-key-unseen", "lost-in-rebuild", "future-holds-skipped", "ack-before-commit", "one-too-many",
		"no-epoch-test", "no-records", "no-run-id", "stock-first", "no-journal", "unit-twice",
	}[b]
}

// bugs is a set of them.
type bugs uint

func (s bugs) has(b Bug) bool { return s&(1<<b) != 0 }

// String lists them.
func (s bugs) String() string {
	var names []string
	for b := range bugCount {
		if s.has(b) {
			names = append(names, b.String())
		}
	}
	return strings.Join(names, "+")
}

func plant(list ...Bug) (s bugs) {
	for _, b := range list {
		s |= 1 << b
	}
	return s
}
