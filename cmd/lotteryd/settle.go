package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/lotteryctl/lotteryctl/internal/redis"
)

// settleTimeout bounds the calls to Redis.
const settleTimeout = 30 * time.Second

// newSettleCmd makes `lotteryd settle`.
func newSettleCmd(env environment) *cobra.Command {
	var activity string
	var forget bool
	loader := newConfigLoader(env.getenv)
	cmd := &cobra.Command{
		Use:   "settle --activity ID",
		Short: "List the holds that the ledger could not take, and forget them",
		Long: `List the holds of an activity that the ledger could not take, such as one of a
unit that does not exist. A rebuild sets them aside, so that they stop nothing else,
and their requests can be drawn again. lotteryctl verify reports them until they
are forgotten: find out first who wrote them to Redis.`,
		Example: `  lotteryd settle --activity spring
  lotteryd settle --activity spring --forget`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if activity == "" {
				return errors.New("--activity is missing; name the activity whose holds you want to see")
			}
			c, err := loader.loadFast()
			if err != nil {
				return err
			}
			return runSettle(cmd.Context(), env, c, activity, forget)
		},
	}
	loader.bind(cmd.Flags())
	cmd.Flags().StringVar(&activity, "activity", "", "id of the activity (required)")
	cmd.Flags().BoolVar(&forget, "forget", false, "forget the holds that are listed")
	return cmd
}

func runSettle(ctx context.Context, env environment, c Config, activity string, forget bool) error {
	ctx, cancel := context.WithTimeout(ctx, settleTimeout)
	defer cancel()
	store, err := redis.Open(redis.Options{URL: c.RedisURL})
	if err != nil {
		return err
	}
	defer store.Close()
	if err := store.Check(ctx); err != nil {
		return err
	}
	holds, err := store.Aside(ctx, activity)
	if err != nil {
		return err
	}
	slices.SortFunc(holds, func(a, b redis.Aside) int { return cmp.Compare(a.Key, b.Key) })
	for _, h := range holds {
		fmt.Fprintf(env.stdout, "request key %x: %q\n", h.Key, h.Text)
	}
	switch {
	case len(holds) == 0:
		fmt.Fprintf(env.stdout, "no hold of activity %q is set aside\n", activity)
	case forget:
		if err := store.ForgetAside(ctx, activity, holds); err != nil {
			return err
		}
		fmt.Fprintf(env.stdout, "%d forgotten\n", len(holds))
	}
	return nil
}
