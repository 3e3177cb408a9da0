package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"syscall"
	"time"
)

// kills are sudden deaths (SIGKILL), and one that is announced.
func kills() []fault {
	redis := func(name, about string, kill func(*nemesis, context.Context, *rand.Rand)) fault {
		return fault{name: name, about: about + ", 1 to 3 times", apply: func(ctx context.Context, n *nemesis, rng *rand.Rand) {
			for range 1 + rng.IntN(3) {
				kill(n, ctx, rng)
				pause(ctx, between(rng, 50*time.Millisecond, 300*time.Millisecond))
			}
		}}
	}
	return []fault{
		{name: "kill-lotteryd", about: "kill -9 one lotteryd, which a supervisor starts again, and that a second time at random within the start", apply: func(ctx context.Context, n *nemesis, rng *rand.Rand) {
			i := n.some(rng)
			n.killReplica(i)
			pause(ctx, restartPause+between(rng, 0, 250*time.Millisecond))
			n.killReplica(i)
			pause(ctx, between(rng, 100*time.Millisecond, 500*time.Millisecond))
		}},
		{name: "kill-lotteryd-often", about: "kill -9 any lotteryd, 4 to 8 times, at random intervals of 0.25 s in the mean", apply: func(ctx context.Context, n *nemesis, rng *rand.Rand) {
			for range 4 + rng.IntN(5) {
				n.killReplica(n.some(rng))
				pause(ctx, min(time.Duration(rng.ExpFloat64()*float64(250*time.Millisecond)), time.Second))
			}
		}},
		redis("kill-redis", "kill -9 Redis under appendfsync everysec, if possible while it has something to write", (*nemesis).killRedisEverysec),
		redis("kill-redis-always", "kill -9 Redis under appendfsync always: nothing may be lost", (*nemesis).killRedisAlways),
		redis("kill-redis-wiped", "kill -9 Redis and start it empty", (*nemesis).killRedisWiped),
		redis("kill-redis-old", "kill -9 Redis and start it with an older copy of its data", (*nemesis).killRedisOld),
		{name: "kill-postgres", about: "kill -9 the postmaster and all backends, 1 to 3 times", apply: func(ctx context.Context, n *nemesis, rng *rand.Rand) {
			for range 1 + rng.IntN(3) {
				n.killAndStartPostgres(ctx, between(rng, 0, 500*time.Millisecond))
				pause(ctx, between(rng, 50*time.Millisecond, 300*time.Millisecond))
			}
		}},
		{name: "kill-backend", about: "kill -9 one backend of Postgres, which ends all others", apply: func(ctx context.Context, n *nemesis, rng *rand.Rand) {
			for range 1 + rng.IntN(3) {
				n.killBackend(ctx)
				pause(ctx, between(rng, 100*time.Millisecond, 500*time.Millisecond))
			}
		}},
		{name: "kill-all", about: "kill -9 all lotteryd, Redis and Postgres at once", apply: (func(ctx context.Context, n *nemesis, rng *rand.Rand) {
			n.storing.Lock()
			defer n.storing.Unlock()
			n.lost.Store(true)
			var all sync.WaitGroup
			for i := range n.replicas {
				all.Go(func() { n.killReplica(i) })
			}
			all.Go(n.killRedis)
			all.Go(n.killPostgres)
			all.Wait()
			pause(ctx, between(rng, 0, 300*time.Millisecond))
			n.startStores(ctx)
		})},
		{name: "rolling-restart", about: "SIGTERM to each lotteryd in turn, with a load balancer that looks at /readyz", promise: noneFails, apply: rollingRestart},
	}
}

func (n *nemesis) killReplica(i int) {
	if n.replicas[i].kill() {
		n.count("kill -9 lotteryd", 1)
		n.note("killed " + n.replicas[i].name)
	}
}

func (n *nemesis) killRedis() {
	if n.services.RedisPID() == 0 {
		return
	}
	if err := n.services.KillRedis(); err != nil {
		n.note("killing redis: " + err.Error())
		return
	}
	n.count("kill -9 redis", 1)
	n.note("killed redis")
}

func (n *nemesis) killPostgres() {
	if n.services.PostgresPID() == 0 {
		return
	}
	if err := n.services.KillPostgres(); err != nil {
		n.note("killing postgres: " + err.Error())
		return
	}
	n.count("kill -9 postgres", 1)
	n.note("killed postgres")
}

func (n *nemesis) killAndStartPostgres(ctx context.Context, down time.Duration) {
	n.storing.Lock()
	defer n.storing.Unlock()
	n.killPostgres()
	pause(ctx, down)
	n.startStores(ctx)
}

// startStores starts what does not run. What fails here is tried again when all
// is healed.
func (n *nemesis) startStores(ctx context.Context) {
	if err := n.services.StartRedis(ctx); err != nil {
		n.note("starting redis: " + err.Error())
	}
	if err := n.services.StartPostgres(ctx); err != nil {
		n.note("starting postgres: " + err.Error())
	}
}

func (n *nemesis) killRedisEverysec(ctx context.Context, rng *rand.Rand) {
	down := between(rng, 0, 300*time.Millisecond)
	n.storing.Lock()
	defer n.storing.Unlock()
	n.lost.Store(true)
	for range 20 { // what is in this buffer is lost even to a kill
		info, err := n.redis.Info(ctx, "persistence").Result()
		if err != nil || infoField(info, "aof_buffer_length") != "0" || infoField(info, "aof_pending_bio_fsync") != "0" {
			break
		}
		pause(ctx, 3*time.Millisecond)
	}
	n.killRedis()
	pause(ctx, down)
	n.startStores(ctx)
}

func (n *nemesis) killRedisAlways(ctx context.Context, rng *rand.Rand) {
	before, down := between(rng, 50*time.Millisecond, 300*time.Millisecond), between(rng, 0, 300*time.Millisecond)
	n.storing.Lock()
	defer n.storing.Unlock()
	if err := n.redis.ConfigSet(ctx, "appendfsync", "always").Err(); err != nil {
		n.lost.Store(true) // it is frozen, or cut off from us
	}
	pause(ctx, before)
	n.killRedis()
	pause(ctx, down)
	n.startStores(ctx)
}

func (n *nemesis) killRedisWiped(ctx context.Context, rng *rand.Rand) {
	n.storing.Lock()
	defer n.storing.Unlock()
	n.lost.Store(true)
	n.killRedis()
	if err := n.services.WipeRedis(); err != nil {
		n.note("wiping redis: " + err.Error())
	}
	pause(ctx, between(rng, 0, 200*time.Millisecond))
	n.startStores(ctx)
}

func (n *nemesis) killRedisOld(ctx context.Context, rng *rand.Rand) {
	age, down := between(rng, 100*time.Millisecond, 700*time.Millisecond), between(rng, 0, 200*time.Millisecond)
	n.storing.Lock()
	defer n.storing.Unlock()
	n.lost.Store(true)
	err := n.services.CopyRedis()
	pause(ctx, age)
	n.killRedis()
	if err == nil {
		err = n.services.RestoreRedis()
	}
	if err != nil {
		n.note("putting the old copy back: " + err.Error())
	}
	pause(ctx, down)
	n.startStores(ctx)
}

func (n *nemesis) killBackend(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	conn, err := n.dial(ctx)
	if err != nil {
		return // it is down already
	}
	defer conn.Close(context.WithoutCancel(ctx))
	var pid int
	if err := conn.QueryRow(ctx, "SELECT pid FROM pg_stat_activity WHERE application_name = 'lotteryd' ORDER BY random() LIMIT 1").Scan(&pid); err != nil || pid <= 1 {
		return
	}
	if syscall.Kill(pid, syscall.SIGKILL) == nil {
		n.count("kill -9 a backend", 1)
		n.note(fmt.Sprintf("killed backend %d", pid))
	}
}

// rollingRestart restarts each replica as a deployment does: told to stop, taken
// out of the load balancer, ended, started, taken in again when ready.
func rollingRestart(ctx context.Context, n *nemesis, rng *rand.Rand) {
	watching, cancel := context.WithCancel(ctx)
	var balancer sync.WaitGroup
	for i, r := range n.replicas {
		balancer.Go(func() {
			for watching.Err() == nil {
				n.outlets[i].closed.Store(!r.asks(watching, "/readyz"))
				pause(watching, 20*time.Millisecond)
			}
			n.outlets[i].closed.Store(false)
		})
	}
	for _, r := range n.replicas {
		ending, done := context.WithTimeout(ctx, 15*time.Second)
		n.note("SIGTERM to " + r.name)
		if err := r.terminate(ending); err != nil {
			n.note(err.Error())
		}
		n.count("SIGTERM", 1)
		if err := r.awaits(ending, "/readyz"); err != nil {
			n.note(err.Error())
		}
		pause(ending, 100*time.Millisecond) // until the balancer has seen it
		done()
	}
	cancel()
	balancer.Wait()
}
