package redis

import (
	"context"
	"fmt"
	"strconv"
	"strings"
)

// Condition is what of a Redis server endangers the answers that are stored in it.
type Condition struct {
	// Policy is the maxmemory-policy if the server may delete keys by it: there is a
	// limit, and the policy is not noeviction. Else it is "".
	Policy string
	// Evicted is how many keys the server has deleted since it was started, or since
	// CONFIG RESETSTAT.
	Evicted int64

	version string
}

// Condition asks the server. The error tells that it cannot be reached, or that it
// refuses; it names its address.
func (s *Store) Condition(ctx context.Context) (Condition, error) {
	info, err := s.control.Info(ctx, "server", "memory", "stats").Result()
	if err != nil {
		return Condition{}, fmt.Errorf("redis at %s cannot be used: %w; start it, or correct the URL", s.control.Options().Addr, err)
	}
	c := Condition{Policy: infoField(info, "maxmemory_policy"), version: infoField(info, "redis_version")}
	if c.Policy == "noeviction" || infoField(info, "maxmemory") == "0" {
		c.Policy = ""
	}
	c.Evicted, _ = strconv.ParseInt(infoField(info, "evicted_keys"), 10, 64)
	return c, nil
}

// Check refuses a Redis that the protocol cannot rest on: older than 7.0, or
// one that evicts keys when its memory is full.
func (s *Store) Check(ctx context.Context) error {
	c, err := s.Condition(ctx)
	if err != nil {
		return err
	}
	if major, _, _ := strings.Cut(c.version, "."); len(major) == 1 && major < "7" {
		return fmt.Errorf("redis %s is too old; use Redis 7.0 or newer, or Valkey", c.version)
	}
	return c.Evicts()
}

// Evicts is the error of a server that may delete keys; nil if it may not.
func (c Condition) Evicts() error {
	if c.Policy == "" {
		return nil
	}
	return fmt.Errorf("redis evicts keys when full (maxmemory-policy %s): a forgotten answer could be drawn again; set maxmemory-policy noeviction", c.Policy)
}
