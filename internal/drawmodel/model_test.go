package drawmodel

import (
	"bytes"
	"io"
	"testing"
	"testing/synctest"
)

// live runs a plan in a bubble of its own.
func live(t *testing.T, p Plan, text io.Writer) (r Report) {
	t.Helper()
	synctest.Test(t, func(*testing.T) { r = Run(p, text) })
	return r
}

// mustHold fails the test for everything that a world broke.
func mustHold(t *testing.T, r Report) {
	t.Helper()
	for _, b := range r.Broken[:min(len(r.Broken), 5)] {
		t.Errorf("seed %d, faults %v: %s: %s", r.Plan.Seed, r.Plan.Faults, b.Invariant, b.Seen)
	}
}

// TestProtocolHolds: worlds of all kinds keep the invariants, and much happens in
// them.
func TestProtocolHolds(t *testing.T) {
	var all Totals
	for seed := range uint64(40) {
		r := live(t, PlanOf(seed, 2500), nil)
		mustHold(t, r)
		all.Add(r)
	}
	for f := range faultCount {
		if all.Faults[f.String()] == 0 {
			t.Errorf("%v never happened", f)
		}
	}
	for _, word := range []string{"win", "loss", "pending", "none", "draw-limit-reached", "dependency-unavailable"} {
		if all.Answers[word] == 0 {
			t.Errorf("nobody was answered %q", word)
		}
	}
	if all.Rebuilt == 0 || all.Overtaken == 0 || all.LossBroken == 0 {
		t.Errorf("%d rebuilds, %d of them overtaken, %d losses that were drawn again", all.Rebuilt, all.Overtaken, all.LossBroken)
	}
	t.Logf("%+v", all)
}

// TestSameSeedSameBytes: the history of a seed is the same each time, and another
// one's is not.
func TestSameSeedSameBytes(t *testing.T) {
	digests := map[string]uint64{}
	for seed := range uint64(12) {
		p := PlanOf(seed, 1500)
		var first, second bytes.Buffer
		a, b := live(t, p, &first), live(t, p, &second)
		if a.Digest != b.Digest || !bytes.Equal(first.Bytes(), second.Bytes()) {
			t.Errorf("seed %d has two histories: %s and %s", seed, a.Digest, b.Digest)
		}
		if other, ok := digests[a.Digest]; ok {
			t.Errorf("seeds %d and %d have one history", seed, other)
		}
		digests[a.Digest] = seed
		if first.Len() == 0 || a.Clashing > 0 {
			t.Errorf("seed %d: %d bytes of history, %d messages in no order", seed, first.Len(), a.Clashing)
		}
	}
}
