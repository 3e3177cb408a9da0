package drawmodel

import "time"

// Totals are the sums of many worlds.
type Totals struct {
	Worlds, Steps, Rebuilt, Overtaken, Clashing, LossBroken int64

	Lived       time.Duration
	LongestWait time.Duration // from the last fault until every client had its answer
	Faults      map[string]int64
	Answers     map[string]int64
	Alarms      map[string]int64
	Broken      map[Invariant]int64
	Failed      []uint64 // seeds of the worlds that broke something
}

// Add adds a world.
func (t *Totals) Add(r Report) {
	t.Worlds++
	t.Steps += r.Steps
	t.Rebuilt += r.Rebuilt
	t.Overtaken += r.Overtaken
	t.Clashing += r.Clashing
	t.LossBroken += r.LossBroken
	t.Lived += r.Lived
	t.LongestWait = max(t.LongestWait, r.AnsweredIn)
	addAll(&t.Faults, r.Faults)
	addAll(&t.Answers, r.Answers)
	addAll(&t.Alarms, r.Alarms)
	if len(r.Broken) > 0 {
		t.Failed = append(t.Failed, r.Plan.Seed)
	}
	for _, b := range r.Broken {
		addAll(&t.Broken, map[Invariant]int64{b.Invariant: 1})
	}
}

func addAll[K comparable](sums *map[K]int64, more map[K]int64) {
	if *sums == nil {
		*sums = map[K]int64{}
	}
	for k, n := range more {
		(*sums)[k] += n
	}
}
