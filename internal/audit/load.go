package audit

import (
	"context"
	"time"

	"github.com/redis/go-redis/v9"
)

// Sources say where the deployment keeps its state.
type Sources struct {
	Postgres string // URL; required
	Redis    string // URL; "" leaves Redis out
	Activity string // "" means all
	// Wait is how long to wait for the holds in flight to end. 0 does not wait.
	Wait time.Duration
	// Progress is told what is read next. By default, nobody is.
	Progress func(what string)
}

// Evidence is everything a check rests on.
type Evidence struct {
	Ledger *Ledger
	// Redis holds a state for each activity of the ledger; nil if Redis was
	// left out.
	Redis map[string]*State
	// Log is what clients were answered; nil if nobody wrote it down.
	Log *Log
	// Only names the one activity that was loaded, "" for all: answers of others
	// are passed over.
	Only string
}

// restPause is the time between two looks for rest.
const restPause = 50 * time.Millisecond

// Load reads ledger and Redis so that they fit together: Redis is read before
// and after the ledger, and only if both are the same is a state at rest. While
// it is not, Load tries again until Wait is over; then it returns what it has,
// which [Check] judges as far as possible. The context should have a deadline.
// Neither store is written to.
func Load(ctx context.Context, src Sources) (Evidence, error) {
	if src.Progress == nil {
		src.Progress = func(string) {}
	}
	ev := Evidence{Only: src.Activity}
	var err error
	if src.Redis == "" {
		src.Progress("reading the ledger")
		ev.Ledger, err = LoadLedger(ctx, src.Postgres, src.Activity)
		return ev, err
	}
	client, err := openRedis(ctx, src.Redis)
	if err != nil {
		return ev, err
	}
	defer client.Close()
	for deadline := time.Now().Add(src.Wait); ; {
		calm, err := ev.load(ctx, client, src, deadline)
		if err != nil || calm || !time.Now().Before(deadline) {
			return ev, err
		}
		if err := pause(ctx); err != nil {
			return ev, err
		}
	}
}

// load is one try; calm says that another one would not be better.
func (ev *Evidence) load(ctx context.Context, client *redis.Client, src Sources, deadline time.Time) (calm bool, err error) {
	conn, err := connectPostgres(ctx, src.Postgres)
	if err != nil {
		return false, err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	ids, err := listActivities(ctx, conn, src.Activity)
	if err != nil {
		return false, err
	}
	src.Progress("waiting until no draw is in flight")
	before := make(map[string]Core, len(ids))
	for _, id := range ids {
		if before[id], err = awaitRest(ctx, client, id, deadline); err != nil {
			return false, err
		}
	}
	src.Progress("reading the ledger")
	if ev.Ledger, err = readLedger(ctx, conn, src.Activity); err != nil {
		return false, err
	}
	src.Progress("reading Redis")
	calm = true
	ev.Redis = make(map[string]*State, len(ids))
	for _, b := range ev.Ledger.Books {
		id := b.Record.Spec.ID
		s, err := readState(ctx, client, b, before[id])
		if err != nil {
			return false, err
		}
		ev.Redis[id] = s
		calm = calm && (s.Restless == "" || s.Dead != "")
	}
	return calm, nil
}

// readState reads what Redis says of a book that was read after before.
func readState(ctx context.Context, client *redis.Client, b *Book, before Core) (*State, error) {
	s := &State{Before: before.Seen}
	var err error
	id := b.Record.Spec.ID
	if s.Core, s.Dead, err = readCore(ctx, client, id); err != nil || s.Dead != "" {
		return s, err
	}
	s.Restless = restless(before, s.Core)
	if err := s.readWinners(ctx, client, b); err != nil {
		return s, err
	}
	draws, wins := b.limits()
	if err := s.readUsers(ctx, client, b, draws, wins); err != nil {
		return s, err
	}
	// What was read after the core is only good if Redis was not rebuilt or lost
	// meanwhile.
	after, dead, err := readCore(ctx, client, id)
	if err == nil && dead == "" && after.Epoch != s.Epoch {
		dead = "Redis was rebuilt while it was read"
	}
	s.Dead = dead
	return s, err
}

// awaitRest returns the core once no hold is in flight, or at the deadline.
func awaitRest(ctx context.Context, client *redis.Client, id string, deadline time.Time) (Core, error) {
	for {
		c, dead, err := readCore(ctx, client, id)
		if err != nil || dead != "" || len(c.Holds)+len(c.Journal) == 0 || !time.Now().Before(deadline) {
			return c, err
		}
		if err := pause(ctx); err != nil {
			return c, err
		}
	}
}

func pause(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(restPause):
		return nil
	}
}
