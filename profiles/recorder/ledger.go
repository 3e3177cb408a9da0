package recorder

import "time"

const (
	// idleCores is what a process that does nearly nothing counts as using.
	// A share of nothing would allow nothing.
	idleCores = 0.1
	// savedFor bounds what an unused budget may add up to: after a quiet night
	// the recorder must not spend the night's allowance in the morning.
	savedFor = 2 * time.Minute
)

// ledger keeps the CPU budget. It earns a share of the CPU time that the
// process uses and pays what recording costs; while it is in debt nothing is
// recorded. So over any long time the cost is at most the share, plus the cost
// of the one thing that was begun while there was credit.
type ledger struct {
	share   float64
	balance time.Duration // below 0: debt
	rate    float64       // cores in use at the last step, idleCores at the least

	used                          time.Duration // by the process
	earned                        time.Duration // all in all
	sampling, encoding, snapshots time.Duration
	tracing                       time.Duration
}

// earn counts CPU time that the process used in wall time.
func (l *ledger) earn(cpu, wall time.Duration) {
	if wall <= 0 {
		return
	}
	l.used += cpu
	counted := max(cpu, time.Duration(idleCores*float64(wall)))
	l.rate = float64(counted) / float64(wall)
	l.earned += scale(counted, l.share)
	l.balance = min(l.balance+scale(counted, l.share), l.most())
}

// most is the balance that nothing is added to: savedFor's earnings.
func (l *ledger) most() time.Duration {
	return time.Duration(l.share * l.rate * float64(savedFor))
}

// pay counts a cost under one of the ledger's headings.
func (l *ledger) pay(heading *time.Duration, cost time.Duration) {
	*heading += cost
	l.balance -= cost
}

// spent is the cost under all headings.
func (l *ledger) spent() time.Duration { return l.sampling + l.encoding + l.tracing + l.snapshots }

// affords says whether anything may be begun.
func (l *ledger) affords() bool { return l.balance >= 0 }

// affordsSlice says whether a CPU slice may be begun. Slices may not use more
// than most of the earnings: dear ones would leave nothing for the rest.
func (l *ledger) affordsSlice(most float64) bool {
	return l.affords() && l.sampling+l.encoding <= scale(l.earned, most)
}

// affordsTrace says whether a flight recorder that costs a share of the
// process's CPU time may be switched on: for long enough that switching does
// not become the work, or there is no saving more.
func (l *ledger) affordsTrace(share float64) bool {
	need := time.Duration((share - l.share) * l.rate * float64(leastTrace))
	return l.balance >= min(need, scale(l.most(), 0.9))
}

func scale(d time.Duration, by float64) time.Duration { return time.Duration(float64(d) * by) }
