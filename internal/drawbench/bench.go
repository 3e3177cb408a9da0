package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/lotteryctl/lotteryctl/internal/localservices"
	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// bench holds what the parts share.
type bench struct {
	options
	servers  *localservices.Services
	out      io.Writer
	progress io.Writer
	redis    *goredis.Client
	folder   string // holds the lotteryd binary if we built it
	runs     int    // names the activities
}

func (b *bench) prepare(ctx context.Context) error {
	conf, err := goredis.ParseURL(b.servers.RedisURL())
	if err != nil {
		return err
	}
	conf.ReadTimeout = time.Minute
	b.redis = goredis.NewClient(conf)
	if b.lotteryd != "" {
		return nil
	}
	if b.folder, err = os.MkdirTemp("", "drawbench"); err != nil {
		return err
	}
	b.lotteryd = filepath.Join(b.folder, "lotteryd")
	build := exec.CommandContext(ctx, "go", "build", "-o", b.lotteryd, "./cmd/lotteryd")
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("building lotteryd (run drawbench from the top folder): %w\n%s", err, out)
	}
	return nil
}

func (b *bench) clean() {
	_ = b.redis.Close()
	if b.folder != "" {
		_ = os.RemoveAll(b.folder)
	}
}

// target is a server under load.
type target struct {
	cmd    *exec.Cmd
	url    string // where draws go
	admin  string // "" for the bare server
	errout *bytes.Buffer
}

// stop ends the server as an operator would and waits for it.
func (t *target) stop() error {
	_ = t.cmd.Process.Signal(syscall.SIGTERM)
	done := make(chan error, 1)
	go func() { done <- t.cmd.Wait() }()
	select {
	case err := <-done:
		var exit *exec.ExitError
		if errors.As(err, &exit) && t.admin != "" {
			return fmt.Errorf("server ended with %w: %s", err, t.errout)
		}
		return nil
	case <-time.After(20 * time.Second):
		_ = t.cmd.Process.Kill()
		return errors.Join(errors.New("server did not stop in 20 s"), <-done)
	}
}

// fresh empties Redis, so that no run inherits another's memory.
func (b *bench) fresh(ctx context.Context) error { return b.redis.FlushAll(ctx).Err() }

// startLotteryd starts a fresh process and seeds a fresh activity in which one
// draw in winEvery wins; 0 for none.
func (b *bench) startLotteryd(ctx context.Context, winEvery int) (*target, error) {
	if err := b.fresh(ctx); err != nil {
		return nil, err
	}
	public, admin, err := freePorts()
	if err != nil {
		return nil, err
	}
	b.runs++
	id := fmt.Sprintf("bench-%d-%d", os.Getpid(), b.runs)
	cmd := exec.Command(b.lotteryd, "serve", "--migrate", "--drain-delay", "0s", "--log-level", "warn",
		"--redis-url", b.servers.RedisURL(), "--postgres-url", b.servers.PostgresURL(),
		"--listen", public, "--admin-listen", admin)
	t, err := b.start(cmd, "http://"+public+"/v1/activities/"+id+"/draws", "http://"+admin)
	if err != nil {
		return nil, err
	}
	if err := b.awaitAndSeed(ctx, t, id, winEvery); err != nil {
		return nil, errors.Join(err, t.stop())
	}
	return t, nil
}

func (b *bench) start(cmd *exec.Cmd, url, admin string) (*target, error) {
	t := &target{cmd: cmd, url: url, admin: admin, errout: new(bytes.Buffer)}
	cmd.Stderr = t.errout
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return t, cmd.Start()
}

func (b *bench) awaitAndSeed(ctx context.Context, t *target, id string, winEvery int) error {
	if err := await(ctx, t.admin+"/readyz"); err != nil {
		return fmt.Errorf("%w: %s", err, t.errout)
	}
	spec := lottery.Spec{
		ID: id, Name: id, Starts: time.Now().Add(-time.Hour), Ends: time.Now().Add(24 * time.Hour), BlankWeight: 1,
		Prizes: []lottery.Prize{{ID: "mug", Tier: "third", Name: "Mug", Stock: 1}},
	}
	if winEvery > 0 {
		spec.BlankWeight, spec.Prizes[0].Weight, spec.Prizes[0].Stock = uint64(winEvery)-1, 1, 100_000
	}
	body, err := json.Marshal(spec)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, t.admin+"/v1/activities/"+id, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode >= 300 {
		text, _ := io.ReadAll(io.LimitReader(resp.Body, 4096))
		return fmt.Errorf("seeding: %s: %s", resp.Status, text)
	}
	return nil
}

// startBare starts the yardstick, over an activity that exists in Redis only.
func (b *bench) startBare(ctx context.Context) (*target, error) {
	if err := b.fresh(ctx); err != nil {
		return nil, err
	}
	info, err := b.redis.Info(ctx, "server").Result()
	if err != nil {
		return nil, err
	}
	_, rest, _ := strings.Cut(info, "run_id:")
	runID, _, _ := strings.Cut(rest, "\r")
	if err := b.redis.HSet(ctx, "lotteryd:{bare}:meta", "epoch", 2, "version", 1, "run_id", runID).Err(); err != nil {
		return nil, err
	}
	public, _, err := freePorts()
	if err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	t, err := b.start(exec.Command(self, "--bare", public+",bare,"+runID+","+b.servers.RedisURL()), "http://"+public+"/", "")
	if err != nil {
		return nil, err
	}
	if err := await(ctx, t.url); err != nil {
		return nil, errors.Join(fmt.Errorf("%w: %s", err, t.errout), t.stop())
	}
	return t, nil
}

// await polls url until it answers 200.
func await(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return err
		}
		resp, err := http.DefaultClient.Do(req)
		if err == nil {
			_ = resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s did not become ready", url)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// freePorts finds two free loopback addresses.
func freePorts() (string, string, error) {
	a, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", "", err
	}
	defer a.Close()
	c, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", "", err
	}
	defer c.Close()
	return a.Addr().String(), c.Addr().String(), nil
}
