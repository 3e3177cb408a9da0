package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/audit"
)

// result is what a cycle came to, and a line of the archive.
type result struct {
	Cycle      int            `json:"cycle"`
	Seed       uint64         `json:"seed"`
	Faults     string         `json:"faults"`
	Replicas   int            `json:"replicas"`
	Flags      []string       `json:"flags"`
	Began      time.Time      `json:"began"`
	Seconds    float64        `json:"seconds"`
	Done       map[string]int `json:"done"` // what the nemesis did, by kind
	Draws      int            `json:"draws"`
	Answers    map[string]int `json:"answers"` // by result; of all invocations
	Won        int            `json:"won"`     // rows in the ledger
	AtOnce     int            `json:"wins_checked_at_once"`
	Forgotten  int            `json:"losses_drawn_again"`
	Odd        map[string]int `json:"odd,omitempty"` // answers that are no violations by themselves
	Recovery   []float64      `json:"recovery_ms"`   // from healed to the first success, by activity
	Settled    float64        `json:"settled_ms"`    // from healed until all requests had a definite answer
	Violations []violation    `json:"violations,omitempty"`
}

// generation is what cycles share: an activity lives on while others are under
// attack.
type generation struct {
	world   *world
	answers []audit.Answer // of the cycles so far
	old     []request      // a few wins of each cycle
	lost    bool           // Redis may have lost data in one of them
	flags   []string
}

// cycle is one attack.
type cycle struct {
	*generation
	number  int
	seed    uint64
	faults  combination
	workers int
	bound   time.Duration // in which all requests must have an answer
	history *history
	// patience is how long holds may take to end when nobody draws.
	patience time.Duration
	// sabotage is run when all requests have an answer; for planted bugs.
	sabotage func(ctx context.Context, n *nemesis, c *clients) error
}

// run attacks once and judges. The error is about the harness, not about what it
// found.
func (c *cycle) run(ctx context.Context) (res result, reports []*audit.Report, err error) {
	w, rng := c.world, rand.New(rand.NewPCG(c.seed, uint64(c.number)))
	res = result{Cycle: c.number, Seed: c.seed, Faults: c.faults.String(), Replicas: len(w.replicas), Flags: c.flags, Began: time.Now()}
	w.lost.Store(false)
	w.forged.Store(false)
	w.partial.Store(false)
	w.counted()
	n := &nemesis{world: w, note: c.history.event}
	for i, spec := range invent(rng, c.number, time.Now()) {
		n.activities = append(n.activities, spec.ID)
		if err := put(ctx, w.replicas[i%len(w.replicas)].admin, spec); err != nil {
			return res, nil, err
		}
	}
	looks := newWitness(w)
	people := newClients(c.history, w.outlets, looks.hear)
	defer people.close()

	var background sync.WaitGroup
	looking, endLooks := context.WithCancel(ctx)
	loading, endLoad := context.WithCancel(ctx)
	defer func() { endLoad(); endLooks(); background.Wait() }()
	background.Go(func() { looks.run(looking) })
	loaded, loadSeed := make(chan struct{}), rng.Uint64()
	background.Go(func() {
		defer close(loaded)
		l := &load{clients: people, activities: n.activities, workers: c.workers}
		l.run(loading, loadSeed)
	})

	pause(ctx, between(rng, 100*time.Millisecond, 300*time.Millisecond))
	c.attack(ctx, n, rng)
	pause(ctx, between(rng, 20*time.Millisecond, 200*time.Millisecond))
	if err := n.healed(ctx); err != nil {
		return res, nil, err
	}
	healed := time.Now()
	c.recover(ctx, n, people, &res)
	endLoad()
	<-loaded
	if ctx.Err() != nil {
		return res, nil, context.Cause(ctx)
	}

	settling, cancel := context.WithDeadline(ctx, healed.Add(c.bound))
	left := people.settle(settling, c.seed)
	cancel()
	res.Settled = milliseconds(time.Since(healed))
	failed := people.failures()
	if err := n.settleForged(ctx, c.patience); err != nil {
		res.Violations = append(res.Violations, violation{"not settled", err.Error()})
	}
	if c.sabotage != nil {
		if err := c.sabotage(ctx, n, people); err != nil {
			return res, nil, err
		}
	}
	people.each(ctx, append(people.everything(), c.old...), c.seed+1)
	late, err := agree(ctx, w, people, c.patience)
	if err != nil {
		return res, nil, fmt.Errorf("comparing epochs: %w", err)
	}
	if late > 0 {
		n.count("epoch raised late", late)
	}
	endLooks()
	background.Wait()
	if ctx.Err() != nil {
		return res, nil, context.Cause(ctx)
	}

	for i, q := range left {
		if i < 5 {
			res.Violations = append(res.Violations, violation{"unanswered", fmt.Sprintf("user %s request %s in %s has no definite answer %v after all is healed (one of %d)", q.user, q.id, q.activity, c.bound, len(left))})
		}
	}
	if len(c.faults) == 1 && c.faults[0].promise == noneFails && len(w.replicas) > 1 && failed > 0 {
		res.Violations = append(res.Violations, violation{"failed requests", fmt.Sprintf("%d requests failed during %s", failed, c.faults)})
	}
	for kind, detail := range people.odd {
		res.Violations = append(res.Violations, violation{kind, detail})
	}
	for _, r := range w.replicas {
		for _, log := range r.panics() {
			res.Violations = append(res.Violations, violation{"panic", log})
		}
	}
	if told := w.told(n.activities); len(told) > 0 && !w.partial.Load() {
		res.Violations = append(res.Violations, violation{"told by lotteryd", told[0]})
	} else if len(told) > 0 {
		n.count("violations that lotteryd noticed after it lost a part", len(told))
	}
	reports, err = c.conclude(ctx, n, looks, people, &res)
	return res, reports, err
}

// attack applies the faults, which begin within 0.3 s of each other.
func (c *cycle) attack(ctx context.Context, n *nemesis, rng *rand.Rand) {
	var running sync.WaitGroup
	for _, f := range c.faults {
		offset, own := between(rng, 0, 300*time.Millisecond), rand.New(rand.NewPCG(rng.Uint64(), 1))
		running.Go(func() {
			pause(ctx, offset)
			n.note("begins: " + f.name)
			f.apply(ctx, n, own)
			n.note("ends: " + f.name)
		})
	}
	running.Wait()
}

// postgresPatience is how long Postgres may take to recover from a crash.
const postgresPatience = 30 * time.Second

// healed undoes all that faults left behind.
func (n *nemesis) healed(ctx context.Context) error {
	if err := n.heal(ctx); err != nil {
		return err
	}
	// A Postgres that ends a backend's death with a restart of its own is not asked
	// for when it is ready.
	for deadline := time.Now().Add(postgresPatience); ; pause(ctx, 10*time.Millisecond) {
		err := n.writable(ctx)
		if err == nil {
			break
		}
		if ctx.Err() != nil || time.Now().After(deadline) {
			return fmt.Errorf("healing Postgres: %w", err)
		}
	}
	n.note("healed")
	return nil
}

// recover measures the time until each activity answers again, while the load goes
// on.
func (c *cycle) recover(ctx context.Context, n *nemesis, people *clients, res *result) {
	ctx, cancel := context.WithTimeout(ctx, c.bound)
	defer cancel()
	res.Recovery = make([]float64, len(n.activities))
	var probes sync.WaitGroup
	for i, id := range n.activities {
		probes.Go(func() {
			took, _ := people.firstSuccess(ctx, id, c.seed)
			res.Recovery[i] = milliseconds(took)
		})
	}
	probes.Wait()
	pause(ctx, 100*time.Millisecond)
}

// settleForged waits until a forged hold was set aside, and forgets it, as an
// operator would.
func (n *nemesis) settleForged(ctx context.Context, patience time.Duration) error {
	if !n.forged.Load() {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for _, id := range n.activities {
		for n.redis.HLen(ctx, key{id, "holds"}.name()).Val() > 0 && ctx.Err() == nil {
			pause(ctx, 20*time.Millisecond)
		}
		cmd := exec.CommandContext(ctx, n.program, "settle", "--activity", id, "--forget")
		cmd.Env = append(cmd.Environ(), "LOTTERYD_REDIS_URL="+n.services.RedisURL())
		if output, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("lotteryd settle --activity %s: %w: %s", id, err, strings.TrimSpace(string(output)))
		}
	}
	return nil
}

// conclude audits and fills in the figures.
func (c *cycle) conclude(ctx context.Context, n *nemesis, looks *witness, people *clients, res *result) ([]*audit.Report, error) {
	c.lost = c.lost || n.lost.Load()
	answers := c.history.recorder.Log().Answers
	found, reports, err := c.judgeAtRest(ctx, n, slices.Concat(c.answers, answers))
	if err != nil {
		return nil, fmt.Errorf("auditing: %w", err)
	}
	early, checked, err := looks.verdict(ctx, n.activities)
	if err != nil {
		return nil, fmt.Errorf("comparing moments: %w", err)
	}
	res.Violations = slices.Concat(res.Violations, found, early)
	res.AtOnce = checked
	res.Won = int(reports[0].Counts.Rows)
	res.Forgotten = int(reports[0].Counts.Forgotten)
	res.Draws = int(reports[0].Counts.Requests)
	res.Done = n.counted()
	res.Odd = people.oddly
	res.Answers = make(map[string]int)
	for r, count := range people.results {
		res.Answers[string(r)] += count
	}
	res.Seconds = time.Since(res.Began).Seconds()
	c.answers = append(c.answers, answers...)
	won := slices.Collect(maps.Keys(looks.first))
	c.old = append(c.old, won[:min(len(won), 40)]...)
	return reports, nil
}

// repairTime is longer than lotteryd needs to find units that nobody holds, or an
// epoch that was raised: a reconciler's interval and a rebuild.
const repairTime = 2500 * time.Millisecond

// judgeAtRest audits, and once more if all that was found is what lotteryd itself
// repairs within a second or two.
func (c *cycle) judgeAtRest(ctx context.Context, n *nemesis, answers []audit.Answer) ([]violation, []*audit.Report, error) {
	for again := false; ; again = true {
		found, reports, err := judge(ctx, c.world, n.activities, answers, c.patience, n.lost.Load(), c.lost)
		if err != nil || again || len(found) == 0 || slices.ContainsFunc(found, func(v violation) bool { return v.Kind != "I4" && v.Kind != "I7" }) {
			return found, reports, err
		}
		n.count("audited again after "+found[0].Kind, 1)
		pause(ctx, repairTime)
	}
}

func milliseconds(d time.Duration) float64 {
	return float64(d.Round(10*time.Microsecond)) / float64(time.Millisecond)
}

// writeReports writes the audits for people.
func writeReports(w io.Writer, reports []*audit.Report) error {
	for _, r := range reports {
		if err := r.WriteText(w); err != nil {
			return err
		}
	}
	return nil
}
