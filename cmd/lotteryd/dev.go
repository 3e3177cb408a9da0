package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/localservices"
	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// stopTimeout bounds the end of the private servers.
const stopTimeout = 15 * time.Second

// runDev serves with a private Redis and Postgres that live and die with it.
// What the configuration says about the two servers is not used.
func runDev(ctx context.Context, env environment, loader *configLoader) (err error) {
	c, err := loader.loadDev()
	if err != nil {
		return err
	}
	fmt.Fprintln(env.stderr, "starting a private Redis and Postgres …")
	private, err := localservices.Start(ctx, localservices.Options{Redis: true, Postgres: true})
	if err != nil {
		return err
	}
	defer func() {
		stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
		defer cancel()
		err = errors.Join(err, private.Stop(stopping))
	}()
	c.RedisURL, c.PostgresURL = private.RedisURL(), private.PostgresURL()
	return serve(ctx, c, newLogging(env.stderr, c), true, func(s *service, l listeners) error {
		sample := sampleActivity(time.Now())
		if _, _, err := s.keeper.Put(ctx, sample); err != nil {
			return err
		}
		fmt.Fprintf(env.stdout, devGreeting, l.public.Addr(), sample.ID, l.admin.Addr())
		return nil
	})
}

const devGreeting = `
lotteryd is up, with a sample activity. Draw:

  curl -s http://%[1]s/v1/activities/%[2]s/draws -H 'Content-Type: application/json' -d '{"user":"ann","request":"draw-1"}'

If you send it again, the answer is the same. Metrics, profiles and activities: http://%[3]s/metrics
Ctrl-C stops lotteryd, and removes the private servers and their data.
`

// sampleActivity wins one draw in ten, for a month.
func sampleActivity(now time.Time) lottery.Spec {
	now = now.UTC().Truncate(time.Second)
	return lottery.Spec{
		ID: "sample", Name: "Sample activity", Starts: now.Add(-time.Minute), Ends: now.AddDate(0, 1, 0),
		BlankWeight: 900,
		Prizes: []lottery.Prize{
			{ID: "bicycle", Tier: "first", Name: "Bicycle", Weight: 1, Stock: 3, Fallback: "voucher"},
			{ID: "voucher", Tier: "second", Name: "Voucher", Weight: 9, Stock: 100, Fallback: "sticker"},
			{ID: "sticker", Tier: "third", Name: "Sticker", Weight: 90, Stock: 100_000},
		},
	}
}
