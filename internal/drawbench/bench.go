package main

import (
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
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/lotteryctl/lotteryctl/internal/bars"
	"github.com/lotteryctl/lotteryctl/internal/experiment"
	"github.com/lotteryctl/lotteryctl/internal/reference"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/loadgen"
)

// options are the flags.
type options struct {
	rounds   int
	seconds  time.Duration
	only     string
	bare     string // a bareSpec: be the bare server
	lotteryd string
	draws    int
	extra    []string // flags of lotteryd in the overload part
}

// bench holds what the parts share.
type bench struct {
	options
	data     *reference.Data
	service  *reference.Service
	out      io.Writer
	progress io.Writer
	redis    *goredis.Client
	folder   string // holds logs, and the lotteryd binary if we built it
	runs     int    // so far; names the runs' folders
	cores    int    // of the machine
	machine  bars.Machine
	board    bars.Board
}

func (b *bench) prepare(ctx context.Context) (err error) {
	if b.folder, err = os.MkdirTemp("", "drawbench"); err != nil {
		return err
	}
	conf, err := goredis.ParseURL(b.data.RedisURL())
	if err != nil {
		return err
	}
	conf.ReadTimeout = time.Minute
	b.redis = goredis.NewClient(conf)
	if b.lotteryd == "" {
		b.lotteryd = filepath.Join(b.folder, reference.Name)
		build := exec.CommandContext(ctx, "go", "build", "-o", b.lotteryd, "./cmd/lotteryd")
		if out, err := build.CombinedOutput(); err != nil {
			return fmt.Errorf("building lotteryd (run drawbench from the top folder): %w\n%s", err, out)
		}
	}
	program, err := reference.FindProgram(b.lotteryd)
	if err != nil {
		return err
	}
	b.service = reference.New(reference.Options{Program: program, Data: b.data, Checked: strings.Contains(b.only, "overload")})
	return nil
}

func (b *bench) clean() {
	if b.redis != nil {
		_ = b.redis.Close()
	}
	_ = os.RemoveAll(b.folder)
}

// fresh empties Redis, so that no run inherits another's memory.
func (b *bench) fresh(ctx context.Context) error { return b.redis.FlushAll(ctx).Err() }

// lap is the folder of the next run.
func (b *bench) lap() (experiment.Lap, error) {
	b.runs++
	lap := experiment.Lap{Round: b.runs, Seed: uint64(b.runs), Dir: filepath.Join(b.folder, fmt.Sprintf("run-%d", b.runs))}
	return lap, os.Mkdir(lap.Dir, 0o700)
}

// startLotteryd starts a fresh process with a fresh activity.
func (b *bench) startLotteryd(ctx context.Context, c reference.Configuration, plan loadgen.Plan) (*experiment.Target, error) {
	lap, err := b.lap()
	if err != nil {
		return nil, err
	}
	return b.service.Arm(c, plan).Start(ctx, lap)
}

// startBare starts the yardstick, over an activity that exists in Redis only. With
// winners, one draw in ten is also a row in Postgres.
func (b *bench) startBare(ctx context.Context, plan loadgen.Plan, winners bool) (*experiment.Target, error) {
	if err := b.fresh(ctx); err != nil {
		return nil, err
	}
	info, err := b.redis.Info(ctx, "server").Result()
	if err != nil {
		return nil, err
	}
	_, rest, _ := strings.Cut(info, "run_id:")
	runID, _, _ := strings.Cut(rest, "\r")
	if err := b.redis.HSet(ctx, "lotteryd:{bare}:meta", "epoch", 2, "version", 1, "run_id", runID, "users", 0, "records", 0, "out", 0).Err(); err != nil {
		return nil, err
	}
	public, err := freePort()
	if err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	lap, err := b.lap()
	if err != nil {
		return nil, err
	}
	spec := bareSpec{Listen: public, Activity: "bare", RunID: runID, Redis: b.data.RedisURL()}
	if winners {
		spec.Postgres = b.data.PostgresURL()
	}
	text, err := json.Marshal(spec)
	if err != nil {
		return nil, err
	}
	process, err := experiment.StartProcess([]string{self, "--bare", string(text)}, nil,
		filepath.Join(lap.Dir, runfolder.ServerLogFile))
	if err != nil {
		return nil, err
	}
	target := &experiment.Target{Plan: reference.DrawPlan(plan), Ended: process.Ended(), Stop: process.Stop}
	target.Plan.URL, target.Plan.ServerPID = "http://"+public+"/", process.PID()
	if err := await(ctx, target.Plan.URL); err != nil {
		return nil, errors.Join(err, process.EarlyEnd(), process.Stop(ctx))
	}
	return target, nil
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

// freePort finds a free loopback address.
func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}
