package experiment

import (
	"time"

	"github.com/lotteryctl/lotteryctl/internal/runfolder"
)

// noiseMark is the machine's counters at one moment.
type noiseMark struct {
	at             time.Time
	server, client threads
	pressure, busy *time.Duration
	cores          int
	// known are the processes that are not foreign.
	known map[int]spent
	group []int // of the target
}

// spent is what a process used of the processors so far.
type spent struct {
	own time.Duration
	// reaped is what its children used that have ended and were waited for, with
	// what they had reaped: a database has a process for each connection.
	reaped time.Duration
	parent int
}

// threads are the counters of each thread of some processes; nil: not known.
type threads map[int]threadMark

type threadMark struct {
	wait     time.Duration // on a run queue
	switches int64         // involuntary
}

func (m noiseMark) since(before noiseMark) runfolder.Noise {
	n := runfolder.Noise{Over: m.at.Sub(before.at), CPUPressure: growth(before.pressure, m.pressure), Cores: m.cores}
	n.ServerRunQueue, n.ServerSwitches = m.server.since(before.server)
	n.ClientRunQueue, n.ClientSwitches = m.client.since(before.client)
	if busy := growth(before.busy, m.busy); busy != nil {
		foreign := *busy - m.knownCPU(before)
		n.ForeignClamped = foreign < 0
		foreign = max(foreign, 0)
		n.ForeignCPU = &foreign
	}
	return n
}

// since adds up what the threads gathered. One that is new has all its time
// from the window; so has one whose counters shrank: its number was used again.
func (t threads) since(before threads) (wait *time.Duration, switches *int64) {
	if t == nil || before == nil {
		return nil, nil
	}
	wait, switches = new(time.Duration), new(int64)
	for id, now := range t {
		old := before[id]
		if old.wait > now.wait || old.switches > now.switches {
			old = threadMark{}
		}
		*wait += now.wait - old.wait
		*switches += now.switches - old.switches
	}
	return wait, switches
}

// knownCPU is what the processes that are not foreign used since, those included
// that have ended in between.
func (m noiseMark) knownCPU(before noiseMark) time.Duration {
	var sum time.Duration
	reaped := map[int]time.Duration{} // since, by parent
	for pid, now := range m.known {
		old := before.known[pid]
		sum += max(0, now.own-old.own)
		reaped[pid] = max(0, now.reaped-old.reaped)
	}
	for pid, old := range before.known {
		if _, lives := m.known[pid]; !lives { // what it had used by then is in the sum of its parent now
			reaped[m.heir(before, old.parent)] -= old.own + old.reaped
		}
	}
	for _, r := range reaped {
		sum += max(0, r)
	}
	return sum
}

// heir is pid, or the one that waited for it and for those that it had waited for,
// if it has ended since.
func (m noiseMark) heir(before noiseMark, pid int) int {
	for range len(before.known) {
		if _, lives := m.known[pid]; lives {
			break
		}
		pid = before.known[pid].parent
	}
	return pid
}

// companyCPU is what the target's processes other than leader used since.
func (m noiseMark) companyCPU(before noiseMark, leader int) time.Duration {
	var sum time.Duration
	for _, pid := range m.group {
		if pid != leader {
			sum += max(0, m.known[pid].own-before.known[pid].own)
		}
	}
	return sum
}

// growth is nil when either end is unknown, or when the counter shrank.
func growth(before, after *time.Duration) *time.Duration {
	if before == nil || after == nil || *after < *before {
		return nil
	}
	d := *after - *before
	return &d
}
