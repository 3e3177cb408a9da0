package drawmodel

import (
	"math/rand/v2"
	"slices"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// Fault is something that a world does to its replicas and stores.
type Fault uint8

// The faults.
const (
	Kill         Fault = iota // a replica dies and comes back
	Freeze                    // a replica stands still
	RestartKept               // Redis restarts and has lost nothing
	RestartOlder              // Redis restarts and has lost its last moments
	RestartEmpty              // Redis restarts and has lost everything
	LoseKey                   // one key of the activity is gone
	StepClock                 // the clock of Redis jumps
	RedisAway                 // Redis cannot be reached
	PostgresAway              // Postgres cannot be reached
	LossyNetwork              // messages and answers are lost
	Amend                     // the organiser changes the weights
	BadHold                   // a hold in Redis is spoiled
	Ambush                    // a replica stands still before a step of its rebuild, and Postgres is away when it goes on
	faultCount
)

// String is the name of a fault.
func (f Fault) String() string {
	return [...]string{
		"kill", "freeze", "restart-kept", "restart-older", "restart-empty", "lose-key", "step-clock", "redis-away",
		"postgres-away", "lossy-network", "amend", "bad-hold", "ambush",
	}[f]
}

// losesData tells whether Redis may have forgotten something afterwards.
func (f Fault) losesData() bool {
	return slices.Contains([]Fault{RestartOlder, RestartEmpty, LoseKey, BadHold}, f)
}

// stops tells whether nobody draws afterwards until Redis was rebuilt.
func (f Fault) stops() bool { return f >= RestartKept && f <= LoseKey || f == Ambush }

// Plan is everything that a world depends on.
type Plan struct {
	Seed              uint64
	Steps             int64 // with faults
	Replicas, Clients int
	Users, Requests   int
	DrawsPerUser      int
	WinsPerUser       int
	Blank             uint64
	Prizes            []lottery.Prize
	Think             time.Duration // of a client, between two requests
	Pace              time.Duration // mean time of a step
	Slow              float64       // share of slow messages
	Faults            []Fault
	FaultEvery        int64 // steps, on average
	Bugs              bugs
}

// PlanOf draws a plan of a seed.
func PlanOf(seed uint64, steps int64) Plan {
	rng := rand.New(rand.NewPCG(seed, 0))
	pick := func(values ...int) int { return values[rng.IntN(len(values))] }
	p := Plan{
		Seed: seed, Steps: steps,
		Replicas: 1 + rng.IntN(3), Clients: 2 + rng.IntN(7), Users: pick(3, 10, 40),
		DrawsPerUser: pick(0, 0, 3, 12), WinsPerUser: pick(0, 0, 1, 4),
		Blank: uint64(pick(0, 2, 10)), Think: time.Duration(pick(1, 20, 200)) * time.Millisecond,
		Pace: time.Duration(pick(300, 1000, 3000, 8000)) * time.Microsecond, Slow: float64(pick(0, 0, 1, 5)) / 100,
		FaultEvery: int64(pick(60, 150, 400)),
	}
	p.Requests = max(5, int(steps)/pick(15, 25, 60))
	n := 1 + rng.IntN(3)
	for i := range n {
		prize := lottery.Prize{
			ID: string(rune('a' + i)), Tier: "t", Name: "prize", Weight: uint64(1 + rng.IntN(6)),
			Stock: int64(pick(1, 3, p.Requests/8+1, p.Requests/3+1, p.Requests)),
		}
		if i+1 < n && rng.IntN(2) == 0 {
			prize.Fallback = string(rune('a' + i + 1))
		}
		p.Prizes = append(p.Prizes, prize)
	}
	if rng.IntN(8) > 0 { // else it is healthy
		for f := range faultCount {
			if rng.IntN(3) == 0 {
				p.Faults = append(p.Faults, f)
			}
		}
	}
	return p
}

// Aimed is a plan of a seed with exactly these faults, one in every so many steps,
// and at least two replicas.
func Aimed(seed uint64, steps, every int64, faults ...Fault) Plan {
	p := PlanOf(seed, steps)
	p.Faults, p.FaultEvery, p.Replicas = faults, every, max(p.Replicas, 2)
	p.DrawsPerUser, p.Blank, p.Users = 0, 0, max(p.Users, 10)
	return p
}
