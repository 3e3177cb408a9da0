package localservices

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// freshTimeout bounds each of the commands below. Dropping a database waits
// for a checkpoint, which a slow disk makes long.
const freshTimeout = 60 * time.Second

// CreateDatabase makes an empty database in the private Postgres and returns
// its URL. name is a lower-case letter followed by up to 62 lower-case letters,
// digits and underscores. It runs psql, which comes with Postgres, and takes about 0.17 s (8 times, on 2 cores).
func (s *Services) CreateDatabase(ctx context.Context, name string) (databaseURL string, err error) {
	if err := checkDatabaseName(name); err != nil {
		return "", err
	}
	err = s.locked(s.postgres != nil, func() error { return s.postgres.psql(ctx, "CREATE DATABASE "+name) })
	if err != nil {
		return "", err
	}
	u, err := url.Parse(s.postgres.url())
	if err != nil {
		return "", err
	}
	u.Path = "/" + name
	return u.String(), nil
}

// DropDatabase removes a database made by CreateDatabase with everything in
// it, and ends the connections that it still has.
func (s *Services) DropDatabase(ctx context.Context, name string) error {
	if err := checkDatabaseName(name); err != nil {
		return err
	}
	return s.locked(s.postgres != nil, func() error {
		return s.postgres.psql(ctx, "DROP DATABASE "+name+" WITH (FORCE)")
	})
}

// FlushRedis deletes every key of the private Redis and its script cache, and
// returns when it is done.
func (s *Services) FlushRedis(ctx context.Context) error {
	return s.locked(s.redis != nil, func() error {
		return s.redis.converse(ctx, freshTimeout, []string{"FLUSHALL SYNC", "SCRIPT FLUSH SYNC"}, []string{"+OK", "+OK"})
	})
}

func checkDatabaseName(name string) error {
	if !regexp.MustCompile(`^[a-z][a-z0-9_]{0,62}$`).MatchString(name) || name == postgresDatabase {
		return fmt.Errorf("localservices: %q is not a valid name for a new database", name)
	}
	return nil
}

// psql runs one statement. The password travels in the environment, which
// other accounts cannot read, and no configuration of the user is looked at.
func (p *postgresServer) psql(ctx context.Context, statement string) error {
	program := filepath.Join(filepath.Dir(p.argv[0]), "psql")
	if !isProgram(program) {
		var err error
		if program, err = exec.LookPath("psql"); err != nil {
			return errors.New("localservices: psql is neither in the folder of postgres nor in PATH; install the Postgres client")
		}
	}
	ctx, cancel := context.WithTimeout(ctx, freshTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, "--no-psqlrc", "--no-password", "--quiet",
		"--set=ON_ERROR_STOP=1", "--command="+statement)
	cmd.Env = append(serverEnv("/"), "PGHOST=127.0.0.1", fmt.Sprintf("PGPORT=%d", p.port), "PGSSLMODE=disable",
		"PGUSER="+postgresUser, "PGPASSWORD="+p.password, "PGDATABASE="+postgresDatabase, "PGCONNECT_TIMEOUT=10")
	cmd.WaitDelay = time.Second
	output, err := cmd.CombinedOutput()
	if ctx.Err() != nil {
		return fmt.Errorf("localservices: %s: %w", statement, context.Cause(ctx))
	}
	if err != nil {
		return fmt.Errorf("localservices: %s: %w: %s", statement, err, strings.TrimSpace(string(output)))
	}
	return nil
}
