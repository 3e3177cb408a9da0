package localservices

import "context"

// RedisURL is redis://:password@127.0.0.1:port/0, or "" without Redis.
// It stays the same over KillRedis and StartRedis.
func (s *Services) RedisURL() string {
	if s.redis == nil {
		return ""
	}
	return s.redis.url()
}

// PostgresURL is postgres://lottery:password@127.0.0.1:port/postgres with
// sslmode=disable, or "" without Postgres. The user is a superuser of its own
// cluster. It stays the same over KillPostgres and StartPostgres.
func (s *Services) PostgresURL() string {
	if s.postgres == nil {
		return ""
	}
	return s.postgres.url()
}

// RedisPID is the process id of Redis, or 0 when it does not run.
func (s *Services) RedisPID() int {
	if s.redis == nil {
		return 0
	}
	return s.redis.pid()
}

// PostgresPID is the process id of the postmaster, or 0 when it does not run.
func (s *Services) PostgresPID() int {
	if s.postgres == nil {
		return 0
	}
	return s.postgres.pid()
}

// KillRedis kills Redis with SIGKILL and waits until it is gone. What Redis
// had handed to the kernel is still in its append-only file.
func (s *Services) KillRedis() error {
	return s.locked(s.redis != nil, func() error { return s.redis.kill() })
}

// WipeRedis deletes the data of a killed Redis, so that the next StartRedis
// begins empty. It is an error while Redis runs.
func (s *Services) WipeRedis() error {
	return s.locked(s.redis != nil, func() error { return s.redis.wipe() })
}

// StartRedis starts a killed Redis on its old port with its old password and
// data, and waits until it answers. It does nothing while Redis runs.
func (s *Services) StartRedis(ctx context.Context) error {
	return s.locked(s.redis != nil, func() error {
		if s.redis.pid() != 0 {
			return nil
		}
		return s.boundedStart(ctx, s.redis)
	})
}

// KillPostgres kills the postmaster and all its backends with SIGKILL, waits
// until they are gone and clears what would keep a new one from starting (the
// lock file and the shared memory segment).
func (s *Services) KillPostgres() error {
	return s.locked(s.postgres != nil, func() error { return s.postgres.kill() })
}

// StartPostgres starts a killed Postgres on its old port with its old password
// and data, and waits until its crash recovery is done and it accepts
// connections. It does nothing while Postgres runs.
func (s *Services) StartPostgres(ctx context.Context) error {
	return s.locked(s.postgres != nil, func() error {
		if s.postgres.pid() != 0 {
			return nil
		}
		return s.boundedStart(ctx, s.postgres)
	})
}

// PowerLoss kills all servers with SIGKILL, waits until none of their processes
// is left, and calls lose, which may change what is in the data folders. It then
// clears the lock file of Postgres as KillPostgres does. StartRedis and
// StartPostgres start again on what is there.
func (s *Services) PowerLoss(lose func() error) error {
	return s.locked(true, func() error {
		if s.postgres != nil {
			if err := s.postgres.end(); err != nil {
				return err
			}
		}
		if s.redis != nil {
			if err := s.redis.end(); err != nil {
				return err
			}
		}
		if err := lose(); err != nil {
			return err
		}
		if s.postgres != nil {
			return s.postgres.clearLock()
		}
		return nil
	})
}

// locked runs f alone, and only if the server exists and Stop was not called.
func (s *Services) locked(exists bool, f func() error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !exists || s.stopped {
		return errNotStarted
	}
	return f()
}
