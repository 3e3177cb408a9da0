//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/localservices"
	"github.com/lotteryctl/lotteryctl/internal/powerloss"
	"github.com/lotteryctl/lotteryctl/internal/powerloss/fusemount"
)

// machine is one store on a disk of its own, which can lose its power.
type machine struct {
	name   string // redis or postgres
	folder string // where the disk is mounted
	disk   *fusemount.Mounted
	server *localservices.Services
	shared map[string]bool // files of shared memory of the Postgres that runs
}

// newMachine mounts a disk and starts a store on it. What the start wrote is
// synced: a machine that loses its power while it is set up is set up again.
// diskProgram is the command of the process that serves the disk, redis are
// settings for that store.
func newMachine(ctx context.Context, name string, diskProgram []string, opt powerloss.Options, redis map[string]string) (m *machine, err error) {
	m = &machine{name: name, shared: map[string]bool{}}
	defer func() {
		if err != nil {
			err = errors.Join(err, m.close())
			m = nil
		}
	}()
	if m.folder, err = os.MkdirTemp("", "powerbench-"+name+"-"); err != nil {
		return m, err
	}
	if err = os.Chmod(m.folder, 0o755); err != nil {
		return m, err
	}
	if m.disk, err = fusemount.Start(exec.Command(diskProgram[0], diskProgram[1:]...), m.folder, opt); err != nil {
		return m, err
	}
	m.server, err = localservices.Start(ctx, localservices.Options{
		Redis: name == "redis", Postgres: name == "postgres", DataDir: m.folder, LoginRounds: 1,
		RedisSettings: redis,
		PostgresSettings: map[string]string{
			// A disk of ours cannot be mapped into memory.
			"dynamic_shared_memory_type": "posix",
			"shared_buffers":             "16MB",
			// More checkpoints, so that losses also meet them.
			"max_wal_size": "64MB", "min_wal_size": "32MB", "checkpoint_timeout": "30s",
		},
	})
	if err != nil {
		return m, err
	}
	return m, m.disk.SyncAll()
}

// off stops the disk at once; nothing else happens to the server.
func (m *machine) off() error { return m.disk.PowerOff() }

// lose kills the server and drops what its disk had not synced.
func (m *machine) lose(seed uint64, s powerloss.Survival) (loss powerloss.Loss, err error) {
	m.noteSharedMemory()
	err = m.server.PowerLoss(func() (err error) {
		loss, err = m.disk.Lose(seed, s)
		return err
	})
	m.removeSharedMemory()
	return loss, err
}

// start starts the server on what is left. A Redis that does not start is
// wiped, as the operator's manual says, and reported.
func (m *machine) start(ctx context.Context) (wiped bool, err error) {
	if m.name == "postgres" {
		return false, m.server.StartPostgres(ctx)
	}
	if err := m.server.StartRedis(ctx); err == nil || ctx.Err() != nil {
		return false, err
	}
	if err := m.server.WipeRedis(); err != nil {
		return true, err
	}
	return true, m.server.StartRedis(ctx)
}

// tryStart is start of a server whose power may go off again before it is ready.
func (m *machine) tryStart(ctx context.Context) error {
	if m.name == "redis" {
		return m.server.StartRedis(ctx)
	}
	return m.server.StartPostgres(ctx)
}

// noteSharedMemory remembers which files in /dev/shm a killed Postgres would
// leave behind: those that one of its processes has mapped now.
func (m *machine) noteSharedMemory() {
	pid := m.server.PostgresPID()
	if pid == 0 {
		return
	}
	processes, _ := filepath.Glob("/proc/[0-9]*") // the pattern is a valid one
	for _, dir := range processes {
		status, err := os.ReadFile(filepath.Join(dir, "status"))
		if err != nil || filepath.Base(dir) != strconv.Itoa(pid) && !strings.Contains(string(status), fmt.Sprintf("\nPPid:\t%d\n", pid)) {
			continue
		}
		maps, _ := os.ReadFile(filepath.Join(dir, "maps")) // an error: it has ended
		for line := range strings.Lines(string(maps)) {
			if _, name, found := strings.Cut(line, "/dev/shm/PostgreSQL."); found {
				m.shared["/dev/shm/PostgreSQL."+strings.Fields(name)[0]] = true
			}
		}
	}
}

// removeSharedMemory removes them, once no process of Postgres is left.
func (m *machine) removeSharedMemory() {
	for path := range m.shared {
		os.Remove(path) // some are gone already
	}
	clear(m.shared)
}

// close ends server and disk and removes what they had.
func (m *machine) close() error {
	var errs []error
	if m.server != nil {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		m.noteSharedMemory()
		errs = append(errs, m.server.Stop(ctx))
	}
	m.removeSharedMemory()
	if m.disk != nil {
		errs = append(errs, m.disk.Close())
	}
	if m.folder != "" {
		errs = append(errs, os.Remove(m.folder))
	}
	return errors.Join(errs...)
}
