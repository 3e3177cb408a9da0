//go:build linux

package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/powerloss"
)

// line is one loss for people.
func line(o outcome) string {
	p := o.Plan
	var hit []string
	for name, is := range map[string]bool{"postgres": p.Postgres, "redis": p.Redis, "lotteryd": p.Lotteryd} {
		if is {
			hit = append(hit, name)
		}
	}
	slices.Sort(hit)
	text := fmt.Sprintf("loss %3d after %4d ms: %s; %s survives", p.Number, p.Load.Milliseconds(), strings.Join(hit, ", "), p.Survival)
	if p.Again > 0 {
		text += fmt.Sprintf("; again after %d ms", p.Again.Milliseconds())
	}
	text += fmt.Sprintf("; %d draws, %d wins, %d unknown; back after %.1f s, of which the stores %.1f s",
		o.Answers.Draws, o.Answers.Wins, o.Answers.Unknowns, o.Recovery.Seconds(), o.Stores.Seconds())
	if o.Wiped {
		text += "; Redis was wiped"
	}
	for _, b := range o.Broken {
		text += "\n  BROKEN: " + b
	}
	return text
}

// sums are the figures of a run.
type sums struct {
	losses, postgres, redis, both, lotteryd, again int
	bySurvival                                     map[powerloss.Survival]int
	answers                                        tally
	dropped                                        powerloss.Loss
	wiped, broken                                  int
	redrawn                                        int64
	recoveries, after                              []time.Duration // sorted; after is beyond the start of the stores
}

func sum(outcomes []outcome) sums {
	s := sums{bySurvival: map[powerloss.Survival]int{}}
	count := func(n *int, is bool) {
		if is {
			*n++
		}
	}
	for _, o := range outcomes {
		s.losses++
		count(&s.both, o.Plan.Postgres && o.Plan.Redis)
		count(&s.postgres, o.Plan.Postgres && !o.Plan.Redis)
		count(&s.redis, o.Plan.Redis && !o.Plan.Postgres)
		count(&s.lotteryd, o.Plan.Lotteryd)
		count(&s.again, o.Plan.Again > 0)
		count(&s.wiped, o.Wiped)
		count(&s.broken, len(o.Broken) > 0)
		s.bySurvival[o.Plan.Survival]++
		s.answers.add(o.Answers)
		s.redrawn += o.Redrawn
		for _, l := range o.Losses {
			s.dropped.Add(l)
		}
		if len(o.Broken) == 0 {
			s.recoveries, s.after = append(s.recoveries, o.Recovery), append(s.after, o.Recovery-o.Stores)
		}
	}
	slices.Sort(s.recoveries)
	slices.Sort(s.after)
	return s
}

// text is the report of a run.
func (s sums) text(c campaign) string {
	var b strings.Builder
	fmt.Fprintf(&b, "power losses: %d, seed %d; with something broken: %d\n", s.losses, c.Seed, s.broken)
	fmt.Fprintf(&b, "who lost it: both stores %d, only Postgres %d, only Redis %d; lotteryd killed in %d; a second loss during recovery in %d\n",
		s.both, s.postgres, s.redis, s.lotteryd, s.again)
	fmt.Fprintf(&b, "what survived: nothing %d, ordered %d, scattered %d, everything %d\n",
		s.bySurvival[powerloss.Nothing], s.bySurvival[powerloss.Ordered], s.bySurvival[powerloss.Scattered], s.bySurvival[powerloss.Everything])
	fmt.Fprintf(&b, "answers: %d draws, %d wins, %d losses; 202 %d times; no answer %d times; losses drawn again to another end %d\n",
		s.answers.Draws, s.answers.Wins, s.answers.Losses, s.answers.Pendings, s.answers.Unknowns, s.redrawn)
	fmt.Fprintf(&b, "disks: %d sectors (%.1f MiB) dropped in %d files, %d sectors kept by chance, %d files torn, %d files gone, %d changes to folders undone; Redis wiped %d times\n",
		s.dropped.Sectors, float64(s.dropped.Bytes())/(1<<20), s.dropped.Files, s.dropped.Kept, s.dropped.Torn, s.dropped.Gone, s.dropped.Changes, s.wiped)
	for _, times := range []struct {
		what   string
		sorted []time.Duration
	}{{"recovery, from the start of the stores to the first answer", s.recoveries}, {"of which after the stores were up", s.after}} {
		if n := len(times.sorted); n > 0 {
			fmt.Fprintf(&b, "%s: median %.2f s, p90 %.2f s, longest %.2f s\n",
				times.what, times.sorted[n/2].Seconds(), times.sorted[n*9/10].Seconds(), times.sorted[n-1].Seconds())
		}
	}
	return b.String()
}
