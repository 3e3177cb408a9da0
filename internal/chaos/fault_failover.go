package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/lotteryctl/lotteryctl/internal/localservices"
)

// failovers are promotions of a replica of Redis that lags behind.
func failovers() []fault {
	return []fault{{
		name: "failover", about: "Redis has a replica that lags; kill -9 Redis, promote the replica, and later the other way round",
		apply: func(ctx context.Context, n *nemesis, rng *rand.Rand) {
			lag, lasts := between(rng, 0, 400*time.Millisecond), between(rng, 200*time.Millisecond, 900*time.Millisecond)
			n.storing.Lock()
			defer n.storing.Unlock()
			n.try("failover", n.failOver(ctx, lag, lasts))
		},
	}}
}

// replicaPatience bounds how long a replica may take to follow.
const replicaPatience = 8 * time.Second

// failOver promotes a replica that is behind by lag, and after a while the first
// server again.
func (n *nemesis) failOver(ctx context.Context, lag, lasts time.Duration) (err error) {
	ctx, cancel := context.WithTimeout(ctx, 4*replicaPatience)
	defer cancel()
	n.lost.Store(true)
	other, err := localservices.Start(ctx, localservices.Options{Redis: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, other.Stop(context.WithoutCancel(ctx))) }()
	first, _ := url.Parse(n.services.RedisURL())
	second, _ := url.Parse(other.RedisURL())
	conf, err := goredis.ParseURL(other.RedisURL())
	if err != nil {
		return err
	}
	password, _ := first.User.Password()
	between, err := newProxy(first.Host)
	if err != nil {
		return err
	}
	defer between.close()
	standby := goredis.NewClient(conf)
	defer standby.Close()
	// One password for both, since clients know one.
	if err := standby.ConfigSet(ctx, "requirepass", password).Err(); err != nil {
		return err
	}
	conf.Password = password
	promoted := goredis.NewClient(conf)
	defer promoted.Close()
	if err := n.redis.ConfigSet(ctx, "repl-diskless-sync-delay", "0").Err(); err != nil {
		return err
	}
	if err := follow(ctx, promoted, between.address(), password); err != nil {
		return err
	}
	between.set(weather{down: flow{hold: true}})
	pause(ctx, lag)
	n.killRedis()
	defer n.leadAll(first.Host)
	if err := lead(ctx, promoted); err != nil {
		return err
	}
	n.leadAll(second.Host)
	n.note(fmt.Sprintf("the replica, %v behind, is promoted", lag))
	pause(ctx, lasts)
	if err := n.services.StartRedis(ctx); err != nil {
		return err
	}
	if err := promoted.ConfigSet(ctx, "repl-diskless-sync-delay", "0").Err(); err != nil {
		return err
	}
	if err := follow(ctx, n.redis, second.Host, password); err != nil {
		return errors.Join(err, lead(ctx, n.redis))
	}
	n.note("back to the first server")
	return lead(ctx, n.redis)
}

// leadAll sends all lotteryd to another Redis.
func (n *nemesis) leadAll(host string) {
	for _, p := range n.toRedis {
		p.lead(host)
		p.reset()
	}
}

// follow makes a server the replica of another and waits until it has its data.
func follow(ctx context.Context, replica *goredis.Client, address, password string) error {
	u, err := url.Parse("redis://" + address)
	if err != nil {
		return err
	}
	if err := replica.ConfigSet(ctx, "masterauth", password).Err(); err != nil {
		return err
	}
	if err := replica.Do(ctx, "REPLICAOF", u.Hostname(), u.Port()).Err(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, replicaPatience, errors.New("the replica did not follow in time"))
	defer cancel()
	for {
		info, err := replica.Info(ctx, "replication").Result()
		if err == nil && infoField(info, "master_link_status") == "up" {
			return nil
		}
		pause(ctx, 10*time.Millisecond)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
}

// lead makes a replica a server of its own.
func lead(ctx context.Context, replica *goredis.Client) error {
	return replica.Do(ctx, "REPLICAOF", "NO", "ONE").Err()
}
