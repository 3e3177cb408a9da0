package localservices_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/localservices"
)

// ownerDirEnv makes this test binary play an owner that never calls Stop: it
// starts both services in the named folder, prints their pids and waits.
const ownerDirEnv = "LOCALSERVICES_TEST_OWNER_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(ownerDirEnv); dir != "" {
		owner(dir)
	}
	os.Exit(m.Run())
}

func owner(dir string) {
	s, err := localservices.Start(context.Background(),
		localservices.Options{Redis: true, Postgres: true, Dir: dir})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(s.RedisPID(), s.PostgresPID())
	select {}
}

// openTempDir is a temporary folder that the servers' account can enter;
// t.TempDir is closed to other users.
func openTempDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "localservices-test-")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

func start(t *testing.T, opts localservices.Options) *localservices.Services {
	t.Helper()
	s, err := localservices.Start(context.Background(), opts)
	if err != nil {
		t.Fatalf("Start: %v", err)
	}
	t.Cleanup(func() {
		if err := s.Stop(context.Background()); err != nil {
			t.Errorf("Stop: %v", err)
		}
	})
	return s
}

// redisCommand sends one inline command and returns the reply: the payload of
// a bulk string, otherwise the first line.
func redisCommand(t *testing.T, rawURL, command string) string {
	t.Helper()
	u, err := url.Parse(rawURL)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.DialTimeout("tcp", u.Host, 5*time.Second)
	if err != nil {
		t.Fatalf("redis: %v", err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(5 * time.Second))
	password, _ := u.User.Password()
	fmt.Fprintf(conn, "AUTH %s\r\n%s\r\n", password, command)
	r := bufio.NewReader(conn)
	if line := readLine(t, r); line != "+OK" {
		t.Fatalf("AUTH: %s", line)
	}
	line := readLine(t, r)
	if strings.HasPrefix(line, "$") && line != "$-1" {
		return readLine(t, r)
	}
	return line
}

// redisInfo is one field of INFO.
func redisInfo(t *testing.T, rawURL, field string) string {
	t.Helper()
	script := fmt.Sprintf(`EVAL "return string.match(redis.call('INFO','everything'),'%s:([^%%c]*)')" 0`, field)
	return redisCommand(t, rawURL, script)
}

func readLine(t *testing.T, r *bufio.Reader) string {
	t.Helper()
	line, err := r.ReadString('\n')
	if err != nil {
		t.Fatalf("redis: %v", err)
	}
	return strings.TrimSpace(line)
}

func runs(pid int) bool {
	state, err := exec.Command("ps", "-o", "state=", "-p", fmt.Sprint(pid)).Output()
	return err == nil && !strings.HasPrefix(string(state), "Z")
}

// eventually polls until ok or the deadline, which the caller then reports.
func eventually(limit time.Duration, ok func() bool) bool {
	for deadline := time.Now().Add(limit); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if ok() {
			return true
		}
	}
	return ok()
}

func TestStartAndStopLeaveNothing(t *testing.T) {
	dir := openTempDir(t)
	var log strings.Builder
	s, err := localservices.Start(context.Background(),
		localservices.Options{Redis: true, Postgres: true, Dir: dir, Log: &log})
	if err != nil {
		t.Fatal(err)
	}
	redis, postgres := s.RedisPID(), s.PostgresPID()
	if !runs(redis) || !runs(postgres) {
		t.Errorf("redis %d and postgres %d should run", redis, postgres)
	}
	if got := redisCommand(t, s.RedisURL(), "PING"); got != "+PONG" {
		t.Errorf("PING: got %s", got)
	}
	for _, want := range []string{"Redis on 127.0.0.1:", "Postgres on 127.0.0.1:"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("log lacks %q: %s", want, log.String())
		}
	}
	for range 2 { // the second Stop does nothing
		if err := s.Stop(context.Background()); err != nil {
			t.Fatalf("Stop: %v", err)
		}
	}
	if runs(redis) || runs(postgres) {
		t.Errorf("redis %d or postgres %d still runs", redis, postgres)
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if err := s.KillRedis(); err == nil {
		t.Error("KillRedis after Stop: want an error")
	}
}

func TestOnlyOnesAsked(t *testing.T) {
	s := start(t, localservices.Options{Redis: true})
	if s.PostgresURL() != "" || s.PostgresPID() != 0 {
		t.Errorf("postgres was not asked for: %q, pid %d", s.PostgresURL(), s.PostgresPID())
	}
	if err := s.KillPostgres(); err == nil {
		t.Error("KillPostgres without Postgres: want an error")
	}
	if _, err := localservices.Start(context.Background(), localservices.Options{}); err == nil {
		t.Error("Start of nothing: want an error")
	}
}

func TestRedisRefusesStrangers(t *testing.T) {
	s := start(t, localservices.Options{Redis: true})
	u, _ := url.Parse(s.RedisURL())
	conn, err := net.Dial("tcp", u.Host)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(5 * time.Second))
	fmt.Fprint(conn, "PING\r\n")
	if got := readLine(t, bufio.NewReader(conn)); !strings.HasPrefix(got, "-NOAUTH") {
		t.Errorf("PING without password: got %s", got)
	}
}

func TestSettingsAreDurableAndCanBeOverridden(t *testing.T) {
	s := start(t, localservices.Options{Redis: true,
		RedisSettings: map[string]string{"maxmemory-policy": "allkeys-lru"}})
	conf, err := os.ReadFile(filepath.Join(s.Folder(), "redis", "redis.conf"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"appendonly yes", "appendfsync everysec", "maxmemory-policy noeviction"} {
		if !strings.Contains(string(conf), want) {
			t.Errorf("redis.conf lacks %q", want)
		}
	}
	if got := redisInfo(t, s.RedisURL(), "maxmemory_policy"); got != "allkeys-lru" {
		t.Errorf("maxmemory_policy: got %s, want the caller's", got)
	}
	if got := redisInfo(t, s.RedisURL(), "aof_enabled"); got != "1" {
		t.Errorf("aof_enabled: got %s, want 1", got)
	}
}

func TestRedisRestartKeepsDataAndWipeDoesNot(t *testing.T) {
	s := start(t, localservices.Options{Redis: true})
	address := s.RedisURL()
	if got := redisCommand(t, address, "SET stock 7"); got != "+OK" {
		t.Fatalf("SET: %s", got)
	}
	restart := func(wipe bool) {
		t.Helper()
		pid := s.RedisPID()
		if err := s.KillRedis(); err != nil {
			t.Fatal(err)
		}
		if runs(pid) || s.RedisPID() != 0 {
			t.Fatalf("redis %d still runs", pid)
		}
		if wipe {
			if err := s.WipeRedis(); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.StartRedis(context.Background()); err != nil {
			t.Fatal(err)
		}
		if s.RedisURL() != address {
			t.Fatalf("the URL changed: %s", s.RedisURL())
		}
	}
	restart(false)
	if got := redisCommand(t, address, "GET stock"); got != "7" {
		t.Errorf("after a restart: got %s, want 7", got)
	}
	if err := s.WipeRedis(); err == nil {
		t.Error("WipeRedis of a running Redis: want an error")
	}
	restart(true)
	if got := redisCommand(t, address, "GET stock"); got != "$-1" {
		t.Errorf("after a wipe: got %s, want no value", got)
	}
}

// TestPowerLoss: data folders are where they were asked for. lose is called when
// no process is left that could write there, and the servers start again on what
// it leaves.
func TestPowerLoss(t *testing.T) {
	data := openTempDir(t)
	s := start(t, localservices.Options{Redis: true, Postgres: true, DataDir: data})
	if got := redisCommand(t, s.RedisURL(), "SET stock 7"); got != "+OK" {
		t.Fatalf("SET: %s", got)
	}
	redis, postgres := s.RedisPID(), s.PostgresPID()
	lose := func() error {
		if runs(redis) || runs(postgres) || mentioned(data) {
			t.Error("a server still runs when its data is to be lost")
		}
		return os.RemoveAll(filepath.Join(data, "redis", "appendonlydir"))
	}
	if err := s.PowerLoss(lose); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(data, "postgres", "data", "postmaster.pid")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the lock file of Postgres: %v; want it gone", err)
	}
	if err := s.StartRedis(context.Background()); err != nil {
		t.Fatal(err)
	}
	if err := s.StartPostgres(context.Background()); err != nil {
		t.Fatal(err)
	}
	if got := redisCommand(t, s.RedisURL(), "GET stock"); got != "$-1" {
		t.Errorf("GET stock: got %s, want nothing: its file was lost", got)
	}
	failed := errors.New("not today")
	if err := s.PowerLoss(func() error { return failed }); !errors.Is(err, failed) {
		t.Errorf("got %v, want the error of lose", err)
	}
	if err := s.Stop(context.Background()); err != nil {
		t.Fatal(err)
	}
	if left, _ := os.ReadDir(data); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestTwoSideBySide(t *testing.T) {
	a := start(t, localservices.Options{Redis: true, Postgres: true})
	b := start(t, localservices.Options{Redis: true, Postgres: true})
	if a.RedisURL() == b.RedisURL() || a.PostgresURL() == b.PostgresURL() || a.Folder() == b.Folder() {
		t.Errorf("not apart: %s %s %s", a.RedisURL(), a.PostgresURL(), a.Folder())
	}
	redisCommand(t, a.RedisURL(), "SET whose a")
	if got := redisCommand(t, b.RedisURL(), "GET whose"); got != "$-1" {
		t.Errorf("b sees the data of a: %s", got)
	}
}

func TestMissingProgramsAreNamed(t *testing.T) {
	_, err := localservices.Start(context.Background(),
		localservices.Options{Redis: true, Postgres: true, SearchPath: []string{t.TempDir()}})
	var missing *localservices.MissingError
	if !errors.As(err, &missing) {
		t.Fatalf("got %v, want a MissingError", err)
	}
	if got := strings.Join(missing.Programs, " "); got != "redis-server postgres" {
		t.Errorf("programs: got %s", got)
	}
}

// TestCancelledStartLeavesNothing ends the start at several moments: initdb
// runs one program after another, below a shell.
func TestCancelledStartLeavesNothing(t *testing.T) {
	for _, after := range []time.Duration{50, 100, 150, 200, 250, 300} {
		dir := openTempDir(t)
		ctx, cancel := context.WithTimeout(context.Background(), after*time.Millisecond)
		s, err := localservices.Start(ctx, localservices.Options{Redis: true, Postgres: true, Dir: dir})
		cancel()
		if err == nil { // a fast machine
			err = s.Stop(context.Background())
		} else if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("after %d ms: got %v, want the deadline", after, err)
		}
		if left, _ := os.ReadDir(dir); len(left) > 0 {
			t.Errorf("after %d ms: left behind: %v, with %v", after, left, err)
		}
	}
}

func TestFailedStartShowsTheLog(t *testing.T) {
	dir := openTempDir(t)
	_, err := localservices.Start(context.Background(), localservices.Options{
		Redis: true, Dir: dir, RedisSettings: map[string]string{"no-such-setting": "1"}})
	if err == nil || !strings.Contains(err.Error(), "no-such-setting") {
		t.Errorf("got %v, want redis' own complaint about no-such-setting", err)
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// TestOwnerDies starts an owner process, ends it in a way that runs none of
// its code, and expects servers and folder to be gone soon.
func TestOwnerDies(t *testing.T) {
	for _, sig := range []syscall.Signal{syscall.SIGKILL, syscall.SIGINT, syscall.SIGTERM} {
		t.Run(sig.String(), func(t *testing.T) {
			dir := openTempDir(t)
			owner, redis, postgres := startOwner(t, dir)
			owner.Process.Signal(sig)
			owner.Wait()
			gone := func() bool {
				left, _ := os.ReadDir(dir)
				return !runs(redis) && !runs(postgres) && len(left) == 0
			}
			if !eventually(15*time.Second, gone) {
				left, _ := os.ReadDir(dir)
				t.Errorf("redis runs: %v, postgres runs: %v, left: %v", runs(redis), runs(postgres), left)
			}
		})
	}
}

// TestOwnerDiesDuringStart kills the owner while initdb works.
func TestOwnerDiesDuringStart(t *testing.T) {
	dir := openTempDir(t)
	owner := exec.Command(os.Args[0])
	owner.Env = append(os.Environ(), ownerDirEnv+"="+dir)
	if err := owner.Start(); err != nil {
		t.Fatal(err)
	}
	inside := func() bool {
		made, _ := filepath.Glob(filepath.Join(dir, "*", "postgres", "data", "base"))
		return len(made) == 1
	}
	if !eventually(20*time.Second, inside) {
		t.Error("initdb never began")
	}
	owner.Process.Kill()
	owner.Wait()
	gone := func() bool {
		left, _ := os.ReadDir(dir)
		return len(left) == 0 && !mentioned(dir)
	}
	if !eventually(15*time.Second, gone) {
		left, _ := os.ReadDir(dir)
		t.Errorf("left: %v, a process still names the folder: %v", left, mentioned(dir))
	}
}

// mentioned reports whether a process has dir in its arguments.
func mentioned(dir string) bool {
	out, _ := exec.Command("ps", "-A", "-o", "args=").Output()
	return strings.Contains(string(out), dir)
}

func startOwner(t *testing.T, dir string) (cmd *exec.Cmd, redis, postgres int) {
	t.Helper()
	cmd = exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), ownerDirEnv+"="+dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Fscan(out, &redis, &postgres); err != nil {
		t.Fatalf("the owner did not start: %v", err)
	}
	return cmd, redis, postgres
}
