package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/audit"
)

// violation is a promise that was not kept.
type violation struct {
	Kind   string `json:"kind"` // I1 to I8, or what was seen
	Detail string `json:"detail"`
}

// patienceOfAudit is how long holds may take to end when nobody draws. It is
// longer than reconcile_after and the reconciler's interval.
const patienceOfAudit = 25 * time.Second

// judge audits ledger, Redis and what clients were told. own are the activities of
// this cycle; the others are of earlier cycles of the generation, whose losses
// may have been lost before.
func judge(ctx context.Context, w *world, own []string, answers []audit.Answer, patience time.Duration, lost, lostBefore bool) (found []violation, reports []*audit.Report, err error) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	evidence, err := audit.Load(ctx, audit.Sources{Postgres: w.ledger, Redis: w.services.RedisURL(), Wait: patience})
	if err != nil {
		return nil, nil, err
	}
	for _, part := range []struct {
		mine bool
		lost bool
	}{{true, lost}, {false, lostBefore}} {
		r := audit.Check(portion(evidence, own, answers, part.mine), audit.Options{RedisLostData: part.lost, Show: 20})
		reports = append(reports, r)
		for _, v := range r.Invariants {
			for _, o := range v.Offenders {
				found = append(found, violation{v.ID, o})
			}
		}
	}
	for id, s := range evidence.Redis {
		if !slices.Contains(own, id) {
			continue // nobody may have drawn there since Redis was lost
		}
		for _, why := range []string{s.Dead, s.Restless} {
			if why != "" {
				found = append(found, violation{"not at rest", fmt.Sprintf("activity %s, %v after the last answer: %s", id, patience, why)})
			}
		}
	}
	return found, reports, nil
}

// portion is the evidence of one's own activities, or of all others.
func portion(all audit.Evidence, own []string, answers []audit.Answer, mine bool) audit.Evidence {
	ledger := *all.Ledger
	ledger.Books = nil
	for _, b := range all.Ledger.Books {
		if slices.Contains(own, b.Record.Spec.ID) == mine {
			ledger.Books = append(ledger.Books, b)
		}
	}
	log := &audit.Log{}
	for _, a := range answers {
		if slices.Contains(own, a.Activity) == mine {
			log.Answers = append(log.Answers, a)
		}
	}
	return audit.Evidence{Ledger: &ledger, Redis: all.Redis, Log: log}
}
