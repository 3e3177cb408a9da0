package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// winsEach is how many wins each activity has before Redis is killed.
const winsEach = 200

// recovery kills Redis under load and measures until each activity answers again.
func (b *bench) recovery(ctx context.Context) error {
	fmt.Fprintf(b.out, "\nRecovery: Redis killed under load, each activity has %d wins. Seconds from the moment Redis answers again. Median [range]\n", winsEach)
	fmt.Fprintf(b.out, "%-12s %-22s %-22s %s\n", "activities", "half of them answer", "all of them answer", "ms per activity")
	for _, text := range strings.Split(b.activities, ",") {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return fmt.Errorf("--activities has %q; use numbers from 1, by comma", text)
		}
		var all []figures
		for round := range b.rounds {
			one, err := b.recoverOnce(ctx, n)
			if err != nil {
				return fmt.Errorf("%d activities: %w", n, err)
			}
			all = append(all, one)
			fmt.Fprintf(b.progress, "round %d/%d, %d activities: %v\n", round+1, b.rounds, n, one)
		}
		fmt.Fprintf(b.out, "%-12d %-22s %-22s %s\n", n, show(all, "half"), show(all, "all"), show(all, "each"))
	}
	return nil
}

func (b *bench) recoverOnce(ctx context.Context, n int) (out figures, err error) {
	s, err := b.open(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.close(ctx)) }()
	ids := make([]string, n)
	for i := range ids {
		ids[i] = fmt.Sprint("activity-", i)
		if err := s.put(ctx, ids[i], 2000, 0); err != nil {
			return nil, err
		}
	}
	if err := s.fill(ctx, ids); err != nil {
		return nil, err
	}
	// The load: a client of each activity, which goes on through the fault.
	loaded, stop := context.WithCancel(ctx)
	back := make([]time.Duration, n)
	var restarted time.Time
	started := make(chan struct{})
	var clients sync.WaitGroup
	for i, id := range ids {
		clients.Go(func() {
			for k := 0; loaded.Err() == nil; k++ {
				s.draw(loaded, id, fmt.Sprint("before-", k))
				select {
				case <-started:
					back[i] = s.firstAnswer(loaded, id, restarted)
					return
				case <-time.After(100 * time.Millisecond):
				}
			}
		})
	}
	time.Sleep(2 * time.Second)
	err = s.servers.KillRedis()
	if err == nil {
		err = s.servers.StartRedis(ctx)
	}
	restarted = time.Now()
	close(started)
	if err != nil {
		stop()
	}
	clients.Wait()
	stop()
	if err != nil {
		return nil, err
	}
	slices.Sort(back)
	all := back[n-1].Seconds()
	return figures{"half": back[n/2].Seconds(), "all": all, "each": 1000 * all / float64(n)}, nil
}

// firstAnswer draws until there is one, and tells how long after a moment that was.
func (s *site) firstAnswer(ctx context.Context, id string, since time.Time) time.Duration {
	for k := 0; ctx.Err() == nil; k++ {
		if s.draw(ctx, id, fmt.Sprint("after-", k)) == http.StatusOK {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	return time.Since(since)
}

// fill wins the wins that each activity has before the fault.
func (s *site) fill(ctx context.Context, ids []string) error {
	const clients = 32
	work := make(chan [2]string)
	var failed sync.Map
	var all sync.WaitGroup
	for range clients {
		all.Go(func() {
			for x := range work {
				if code := s.draw(ctx, x[0], x[1]); code != http.StatusOK {
					failed.Store(x[0], code)
				}
			}
		})
	}
	for k := range winsEach {
		for _, id := range ids {
			work <- [2]string{id, fmt.Sprint("fill-", k)}
		}
	}
	close(work)
	all.Wait()
	var err error
	failed.Range(func(id, code any) bool {
		err = fmt.Errorf("a draw of %v was answered with %v before the fault", id, code)
		return false
	})
	return errors.Join(err, ctx.Err())
}

// draw is one draw of one user; 0 without an answer.
func (s *site) draw(ctx context.Context, id, user string) int {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	body := strings.NewReader(fmt.Sprintf(`{"user":%q,"request":"r"}`, user))
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+s.public+"/v1/activities/"+id+"/draws", body)
	if err != nil {
		return 0
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := s.client.Do(req)
	if err != nil {
		return 0
	}
	resp.Body.Close()
	return resp.StatusCode
}
