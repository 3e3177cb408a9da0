package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/lotteryctl/lotteryctl/internal/localservices"
)

// drainDelay is how long a lotteryd serves after it was told to stop: longer than a
// load balancer needs to see it, on a machine with other things to do. (With 300 ms
// and a look every 20 ms, 4 requests of one cycle in 60 met a closed port.)
const drainDelay = "1500ms"

// mostReplicas is how many lotteryd there are at most.
const mostReplicas = 3

// world is what faults happen to: a Redis, a Postgres, up to three lotteryd, and
// between each lotteryd and each store a network of its own. Methods may be called
// by two faults at once.
type world struct {
	program  string
	folder   string
	services *localservices.Services
	redis    *goredis.Client // past the networks
	ledger   string          // URL of the present database, past the networks
	replicas []*replica      // those of the present generation
	outlets  []*outlet       // of the same
	toRedis  []*proxy        // by replica, of all that there may be
	toLedger []*proxy
	all      []*replica

	storing sync.Mutex  // held while a store is killed and started again
	lost    atomic.Bool // Redis may have lost data in this cycle
	forged  atomic.Bool // a bad hold was forged in this cycle
	partial atomic.Bool // Redis may have lost a part of an activity in this cycle, or has something in it that was forged

	mu     sync.Mutex
	counts map[string]int
	number int // of the generation
}

// openWorld starts the stores; replicas are started by renew.
func openWorld(ctx context.Context, program, folder string, log func(string)) (*world, error) {
	log("starting a private Redis and Postgres")
	services, err := localservices.Start(ctx, localservices.Options{
		Redis: true, Postgres: true, LoginRounds: 1,
		PostgresSettings: map[string]string{
			"max_connections": "50", "track_commit_timestamp": "on", "shared_buffers": "32MB",
		},
	})
	if err != nil {
		return nil, err
	}
	w := &world{program: program, folder: folder, services: services, counts: make(map[string]int)}
	if err := w.connect(); err != nil {
		return nil, errors.Join(err, w.close())
	}
	return w, nil
}

func (w *world) connect() error {
	conf, err := goredis.ParseURL(w.services.RedisURL())
	if err != nil {
		return err
	}
	conf.DialTimeout, conf.ReadTimeout, conf.WriteTimeout = time.Second, 2*time.Second, 2*time.Second
	w.redis = goredis.NewClient(conf)
	for i := range mostReplicas {
		r, err := newReplica(fmt.Sprintf("lotteryd-%d", i), w.program, w.folder)
		if err != nil {
			return err
		}
		w.all = append(w.all, r)
		for _, store := range []struct {
			url  string
			list *[]*proxy
		}{{w.services.RedisURL(), &w.toRedis}, {w.services.PostgresURL(), &w.toLedger}} {
			u, err := url.Parse(store.url)
			if err != nil {
				return err
			}
			p, err := newProxy(u.Host)
			if err != nil {
				return err
			}
			*store.list = append(*store.list, p)
		}
	}
	return nil
}

// renew begins a generation: an empty database, an empty Redis, and so many fresh
// replicas with the given flags. The cycles of a generation share them.
func (w *world) renew(ctx context.Context, replicas int, flags []string) error {
	for _, r := range w.all {
		r.halt()
		r.forget()
	}
	if err := w.services.FlushRedis(ctx); err != nil {
		return err
	}
	if w.number > 0 {
		if err := w.services.DropDatabase(ctx, fmt.Sprintf("chaos_%d", w.number)); err != nil {
			return err
		}
	}
	w.number++
	var err error
	if w.ledger, err = w.services.CreateDatabase(ctx, fmt.Sprintf("chaos_%d", w.number)); err != nil {
		return err
	}
	w.replicas, w.outlets = w.all[:replicas], nil
	for i, r := range w.replicas {
		r.run(behind(w.services.RedisURL(), w.toRedis[i]), behind(w.ledger, w.toLedger[i]), flags)
		w.outlets = append(w.outlets, &outlet{name: r.name, public: r.public})
	}
	for _, r := range w.replicas {
		if err := r.awaits(ctx, "/readyz"); err != nil {
			return err
		}
	}
	return nil
}

// behind is a URL with a proxy in the place of the server.
func behind(store string, p *proxy) string {
	u, err := url.Parse(store)
	if err != nil {
		return store
	}
	u.Host = p.address()
	return u.String()
}

func (w *world) close() error {
	for _, r := range w.all {
		r.halt()
	}
	for i := range w.toRedis {
		w.toRedis[i].close()
	}
	for i := range w.toLedger {
		w.toLedger[i].close()
	}
	if w.redis != nil {
		w.redis.Close()
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	return w.services.Stop(ctx)
}

// count adds to the number of times that something was done.
func (w *world) count(what string, n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.counts[what] += n
}

// counted returns the numbers so far and begins anew.
func (w *world) counted() map[string]int {
	w.mu.Lock()
	defer w.mu.Unlock()
	c := w.counts
	w.counts = make(map[string]int)
	return c
}

// heal undoes whatever faults may have left behind, and returns when both stores
// answer and all processes run that should.
func (w *world) heal(ctx context.Context) error {
	w.storing.Lock()
	defer w.storing.Unlock()
	for i := range w.all {
		w.toRedis[i].set(weather{})
		w.toLedger[i].set(weather{})
		w.toRedis[i].cut(-1)
		w.toLedger[i].cut(-1)
	}
	for _, pid := range []int{w.services.RedisPID(), w.services.PostgresPID()} {
		if pid != 0 {
			localservices.ContinueTree(localservices.StopTree(pid))
		}
	}
	for _, r := range w.replicas {
		r.thaw()
	}
	if err := errors.Join(w.services.StartRedis(ctx), w.services.StartPostgres(ctx)); err != nil {
		return err
	}
	if err := w.redis.Do(ctx, "REPLICAOF", "NO", "ONE").Err(); err != nil {
		return fmt.Errorf("healing Redis: %w", err)
	}
	for key, value := range map[string]string{"maxmemory": "0", "maxmemory-policy": "noeviction", "appendfsync": "everysec"} {
		if err := w.redis.ConfigSet(ctx, key, value).Err(); err != nil {
			return fmt.Errorf("healing Redis: %w", err)
		}
	}
	return nil
}

// newFolder makes the folder of logs and builds.
func newFolder() (string, error) {
	folder, err := os.MkdirTemp("", "chaos-")
	if err != nil {
		return "", err
	}
	return filepath.Abs(folder)
}

// logs are the logs of lotteryd that are kept.
func (w *world) logs() (all []string) {
	for _, r := range w.replicas {
		all = append(all, r.logsOf()...)
	}
	return all
}

// become makes the next generation run another program.
func (w *world) become(program string) {
	w.program = program
	for _, r := range w.all {
		r.halt()
		r.program = program
	}
}

// told lists the lines in which a lotteryd says that it saw one of the activities
// in a state that it takes for impossible. Where Redis lost nothing or everything
// there are none.
func (w *world) told(activities []string) (lines []string) {
	for _, log := range w.logs() {
		text, _ := os.ReadFile(log)
		for l := range bytes.Lines(text) {
			var entry struct{ Msg, Activity string }
			if bytes.Contains(l, []byte("invariant violated")) && json.Unmarshal(l, &entry) == nil && slices.Contains(activities, entry.Activity) {
				lines = append(lines, string(bytes.TrimSpace(l)))
			}
		}
	}
	return lines
}
