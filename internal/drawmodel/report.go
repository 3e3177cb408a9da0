package drawmodel

import (
	"fmt"
	"time"
)

// Invariant names what was broken.
type Invariant string

// The invariants. What each says is in docs/draw-protocol.md.
const (
	LostWin      Invariant = "I1 lost win"
	Oversold     Invariant = "I2 oversold"
	OneAnswer    Invariant = "I3 one answer"
	Conservation Invariant = "I4 conservation"
	Stranded     Invariant = "I5 stranded"
	Limits       Invariant = "I6 limits"
	Fence        Invariant = "I7 fence"
	Fair         Invariant = "I8 fair"
	FalseAlarm   Invariant = "alarm without a loss of data" // the domain counted a violation
	Defect       Invariant = "internal error"
)

// Broken is an invariant with what was seen.
type Broken struct {
	Invariant Invariant
	Seen      string
}

// Report is what happened in one world.
type Report struct {
	Plan       Plan
	Digest     string // of the history
	Steps      int64
	Lived      time.Duration // in the world's own time
	AnsweredIn time.Duration // from the last fault until every client had its answer
	Rebuilt    int64
	Overtaken  int64 // rebuilds that another one was begun over
	Clashing   int64 // messages whose order was not the seed's
	Faults     map[string]int64
	Answers    map[string]int64
	Alarms     map[string]int64 // violations that the domain counted
	LossBroken int64            // losses that became wins after Redis had lost data
	Broken     []Broken
	heard      []heard
}

func (r *Report) fail(i Invariant, format string, args ...any) {
	r.Broken = append(r.Broken, Broken{i, fmt.Sprintf(format, args...)})
}
