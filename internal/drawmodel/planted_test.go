package drawmodel

import (
	"slices"
	"testing"
)

// planted is a bug with the faults that bring it to light, and what it breaks.
type planted struct {
	name   string // what it is, or where it was found
	bugs   bugs
	faults []Fault
	every  int64       // steps between two faults
	breaks []Invariant // one of these
	seed   uint64      // one that finds it; if it no longer does, others are tried
}

// plantedBugs are the faults that this protocol had, and the classic ones of
// others.
func plantedBugs() []planted {
	return []planted{
		{"1.1: a late rebuild is not fenced, and a win without hold and row stays", plant(NoToken, NoForget), []Fault{Ambush}, 100, []Invariant{Stranded}, 4},
		{"1.1: a late rebuild is not fenced", plant(NoToken), []Fault{Ambush}, 100, []Invariant{FalseAlarm}, 4},
		{"1.2: the loss of a key is not noticed", plant(LostKeyUnseen), []Fault{LoseKey}, 40, []Invariant{OneAnswer}, 0},
		{"1.4: holds of the future are skipped, and a win without hold and row stays", plant(FutureHoldsSkipped, NoForget), []Fault{StepClock, RestartKept, PostgresAway}, 40, []Invariant{Stranded}, 2},
		{"1.4: holds of the future are skipped", plant(FutureHoldsSkipped), []Fault{StepClock, RestartKept, PostgresAway}, 40, []Invariant{FalseAlarm}, 2},
		{"1.1: a win on record without hold and row stays one", plant(NoForget), []Fault{LoseKey, PostgresAway}, 40, []Invariant{Stranded}, 29},
		{"a key that is lost in a rebuild is not noticed", plant(LostInRebuild), []Fault{LoseKey}, 40, []Invariant{OneAnswer}, 14},
		{"the win is answered before it is committed", plant(AckBeforeCommit), nil, 40, []Invariant{LostWin}, 0},
		{">= for > in the stock", plant(OneTooMany), nil, 40, []Invariant{FalseAlarm, Stranded}, 0},
		{"no epoch in the insert", plant(NoEpochTest), []Fault{Freeze, RestartEmpty, LossyNetwork}, 100, []Invariant{Fence}, 24},
		{"a rebuild without the wins on record", plant(NoRecords), []Fault{RestartEmpty}, 100, []Invariant{OneAnswer}, 0},
		{"no run_id", plant(NoRunID), []Fault{RestartOlder}, 60, []Invariant{OneAnswer}, 56},
		{"the stock is looked at before the stored answer", plant(StockFirst), nil, 40, []Invariant{OneAnswer}, 0},
		{"holds are not journaled", plant(NoJournal), nil, 100, []Invariant{FalseAlarm, Stranded}, 0},
		{"the ledger has no constraint on units", plant(UnitTwice), []Fault{LoseKey}, 40, []Invariant{Oversold}, 0},
	}
}

// find looks for a bug in worlds of one seed after the other. The report is that of
// the first one that breaks what the bug breaks.
func (row planted) find(t *testing.T, from uint64, most int) (r Report, worlds int) {
	for worlds = range most {
		p := row.plan(from + uint64(worlds))
		p.Bugs = row.bugs
		r = live(t, p, nil)
		if slices.ContainsFunc(r.Broken, func(b Broken) bool { return slices.Contains(row.breaks, b.Invariant) }) {
			return r, worlds + 1
		}
	}
	return Report{}, most
}

func (row planted) plan(seed uint64) Plan { return Aimed(seed, 2000, row.every, row.faults...) }

// TestPlantedBugsAreFound: each bug breaks an invariant in one of the worlds, and
// the same world without the bug keeps all of them.
func TestPlantedBugsAreFound(t *testing.T) {
	const most = 300
	for _, row := range plantedBugs() {
		t.Run(row.bugs.String(), func(t *testing.T) {
			t.Parallel()
			r, worlds := row.find(t, row.seed, most)
			if worlds == most {
				t.Fatalf("%s: not found with seeds %d to %d", row.name, row.seed, row.seed+most-1)
			}
			t.Logf("%s: found with seed %d: %v", row.name, r.Plan.Seed, r.Broken[0])
			mustHold(t, live(t, row.plan(r.Plan.Seed), nil))
		})
	}
}
