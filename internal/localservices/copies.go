package localservices

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// CopyRedis keeps a copy of Redis' data as it is now, in place of an earlier
// one, for [Services.RestoreRedis]. Redis may run: the copy is then what a
// backup of the folder of a living server is.
func (s *Services) CopyRedis() error {
	return s.locked(s.redis != nil, func() error {
		return s.folder.copyTree(s.redis.dir, s.redis.dir+"-copy")
	})
}

// RestoreRedis puts the copy in the place of the data of a killed Redis, so that
// the next StartRedis begins with it. It is an error while Redis runs, or
// without a copy.
func (s *Services) RestoreRedis() error {
	return s.locked(s.redis != nil, func() error {
		if err := s.redis.wipe(); err != nil {
			return err
		}
		return s.folder.copyTree(s.redis.dir+"-copy", s.redis.dir)
	})
}

// CopyPostgres keeps a copy of the cluster of a killed Postgres, in place of an
// earlier one, for [Services.RestorePostgres]. It is an error while Postgres
// runs: such a copy would not be of one moment.
func (s *Services) CopyPostgres() error {
	return s.locked(s.postgres != nil, func() error {
		if s.postgres.pid() != 0 {
			return errPostgresRuns
		}
		return s.folder.copyTree(s.postgres.dir, s.postgres.dir+"-copy")
	})
}

// RestorePostgres puts the copy in the place of the cluster of a killed
// Postgres. It is an error while Postgres runs, or without a copy.
func (s *Services) RestorePostgres() error {
	return s.locked(s.postgres != nil, func() error {
		if s.postgres.pid() != 0 {
			return errPostgresRuns
		}
		return s.folder.copyTree(s.postgres.dir+"-copy", s.postgres.dir)
	})
}

var errPostgresRuns = errors.New("localservices: Postgres runs: kill it before its data is copied or replaced")

// copyTree makes to a copy of from, whatever was there before; the servers'
// account owns it. Files that go away meanwhile are left out.
func (f *folder) copyTree(from, to string) error {
	if _, err := os.Stat(from); err != nil {
		return fmt.Errorf("localservices: there is no copy: %w", err)
	}
	if err := os.RemoveAll(to); err != nil {
		return err
	}
	return filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
		if err == nil {
			err = f.copyEntry(path, filepath.Join(to, path[len(from):]), entry)
		}
		if errors.Is(err, fs.ErrNotExist) && path != from {
			return nil
		}
		return err
	})
}

func (f *folder) copyEntry(from, to string, entry fs.DirEntry) error {
	switch {
	case entry.IsDir():
		if err := os.Mkdir(to, 0o700); err != nil {
			return err
		}
	case entry.Type().IsRegular():
		if err := copyFile(from, to); err != nil {
			return err
		}
	default:
		return nil // neither server keeps anything else
	}
	return f.account.own(to)
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

// StopTree stops (SIGSTOP) the process pid and all that descend from it, and
// lists them, for [ContinueTree].
func StopTree(pid int) []int { return stopTree(pid) }

// ContinueTree lets processes go on that [StopTree] has stopped.
func ContinueTree(family []int) {
	for i := len(family) - 1; i >= 0; i-- {
		syscall.Kill(family[i], syscall.SIGCONT) // an error means that it has ended
	}
}

// FreePort is a port of 127.0.0.1 that is free now and outside the range of
// source ports, for a server that is to have it again after it was killed.
func FreePort() (int, error) { return freePort() }
