//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// losing runs the losses of a campaign that are not archived yet, up to n of
// them, and stops early when a planted fault was caught. Each line of progress
// is one loss. The folder of a round is kept if something was broken in it.
func losing(ctx context.Context, p programs, c campaign, n int, dir string, a *archive, progress io.Writer) (err error) {
	var r *round
	end := func(keep bool) {
		if r == nil {
			return
		}
		err = errors.Join(err, r.close())
		if !keep {
			err = errors.Join(err, os.RemoveAll(r.dir))
		}
		r = nil
	}
	defer func() { end(err != nil) }()
	for number := len(a.outcomes); number < n; number++ {
		if r == nil {
			folder := filepath.Join(dir, fmt.Sprintf("round-from-%d", number))
			if err := os.MkdirAll(folder, 0o700); err != nil {
				return err
			}
			s := planRound(c.Seed, number/c.PerRound)
			s.Disk.EntryNeedsFolder = c.Strict
			if c.Planted != none {
				s.Disk.SyncTime = 0 // more answers
			}
			if r, err = newRound(ctx, p, s, c.Planted, folder); err != nil {
				return fmt.Errorf("the setup of round %d: %w", number/c.PerRound, err)
			}
		}
		plan := planLoss(c.Seed, number)
		if c.Planted != none {
			plan = plan.hitting()
		}
		o, err := r.lose(ctx, plan)
		if err != nil {
			return err
		}
		if err := a.add(o); err != nil {
			return err
		}
		fmt.Fprintln(progress, line(o))
		broken := len(o.Broken) > 0
		if broken && c.Planted != none {
			end(false)
			return err
		}
		// What is broken stays so. And a fault is planted once per deployment.
		if broken || c.Planted != none || (number+1)%c.PerRound == 0 {
			end(broken)
		}
	}
	return nil
}
