package drawmodel

import (
	"context"
	"sync"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// activityID is the one activity of a world.
const activityID = "model"

// replica is one life of a lotteryd: the domain as it is, over the two fakes.
type replica struct {
	party
	redis  *redisClient
	keeper *lottery.Keeper
	engine *lottery.Engine
	cancel context.CancelFunc
	news   chan struct{}
	work   sync.WaitGroup
}

// startReplica wires a replica as lotteryd does, and starts its background work.
func startReplica(s *scheduler, name string, redis *redisState, ledger *ledgerState, bugs bugs, seen *sightings, told func()) *replica {
	r := &replica{party: party{name: name}, news: make(chan struct{}, 1)}
	r.redis = &redisClient{world: s, owner: &r.party, redis: redis, bugs: bugs, told: told}
	postgres := &ledgerClient{world: s, owner: &r.party, ledger: ledger, bugs: bugs, work: &r.work}
	catalogue := new(lottery.Catalogue)
	r.keeper = lottery.NewKeeper(catalogue, postgres, postgres, r.redis, seen, lottery.KeeperOptions{
		Refresh: time.Second, Overdue: 5 * time.Second, Grace: 30 * 24 * time.Hour, Recovery: 5 * time.Minute,
	})
	r.engine = lottery.NewEngine(catalogue, r.redis, postgres, r.keeper, seen)
	ctx, cancel := context.WithCancel(context.Background())
	r.cancel = cancel
	r.work.Go(func() { r.run(ctx) })
	return r
}

func (r *replica) run(ctx context.Context) {
	for r.keeper.Refresh(ctx) != nil {
		if ctx.Err() != nil {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	_ = r.keeper.Recover(ctx, activityID, 0)
	r.work.Go(func() {
		ctx := context.WithValue(ctx, who{}, "listener")
		for {
			select {
			case <-ctx.Done():
				return
			case <-r.news:
				_ = r.keeper.Refresh(ctx)
			}
		}
	})
	r.keeper.Run(ctx, nil, func(error) {})
}

// stop ends a replica's goroutines. Its messages must have been ended before.
func (r *replica) stop() {
	r.cancel()
	r.keeper.Stop()
	r.work.Wait()
	r.redis.work.Wait()
}

// sightings counts what the domain says it saw.
type sightings struct {
	mu         sync.Mutex
	rebuilt    int64
	violations map[string]int64
}

func newSightings() *sightings { return &sightings{violations: map[string]int64{}} }

// Reserved implements [lottery.Observer].
func (*sightings) Reserved(time.Duration) {}

// Committed implements [lottery.Observer].
func (*sightings) Committed(time.Duration) {}

// Reconciled implements [lottery.Observer].
func (*sightings) Reconciled(lottery.Ruling, int) {}

// Pending implements [lottery.Observer].
func (*sightings) Pending(string, int, time.Duration) {}

// Rebuilt implements [lottery.Observer].
func (s *sightings) Rebuilt(string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rebuilt++
}

// Violation implements [lottery.Observer].
func (s *sightings) Violation(_, what string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.violations[what]++
}
