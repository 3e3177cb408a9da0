//go:build linux

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"syscall"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// replica is one lotteryd process, with the same addresses over restarts.
type replica struct {
	program, public, admin string
	stores                 []string // flags
	log                    string   // file
	process                *exec.Cmd
}

func newReplica(program, log string, stores []string) (*replica, error) {
	r := &replica{program: program, stores: stores, log: log}
	for _, address := range []*string{&r.public, &r.admin} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer l.Close()
		*address = l.Addr().String()
	}
	return r, nil
}

// start starts lotteryd and waits until it is ready.
func (r *replica) start(ctx context.Context) error {
	log, err := os.OpenFile(r.log, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	r.process = exec.Command(r.program, append([]string{"serve", "--migrate", "--drain-delay", "0s",
		"--listen", r.public, "--admin-listen", r.admin}, r.stores...)...)
	r.process.Stderr = log
	r.process.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := r.process.Start(); err != nil {
		r.process = nil
		return err
	}
	for ; ; time.Sleep(10 * time.Millisecond) {
		if ready(ctx, r.admin) {
			return nil
		}
		if ctx.Err() != nil {
			return fmt.Errorf("lotteryd at %s is not ready: %w; its log is %s", r.public, context.Cause(ctx), r.log)
		}
	}
}

func ready(ctx context.Context, admin string) bool {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+admin+"/readyz", nil)
	if err != nil {
		return false
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

// kill ends lotteryd as a loss of power would.
func (r *replica) kill() {
	if r.process != nil {
		_ = r.process.Process.Kill()
		_ = r.process.Wait()
		r.process = nil
	}
}

// activityID is the activity that is drawn from.
const activityID = "power"

func (r *replica) drawsURL() string {
	return "http://" + r.public + "/v1/activities/" + activityID + "/draws"
}

// put makes the activity: four draws in ten win.
func (r *replica) put(ctx context.Context) error {
	now := time.Now()
	body, err := json.Marshal(lottery.Spec{
		ID: activityID, Name: "Power loss", Starts: now.Add(-time.Minute), Ends: now.Add(2 * time.Hour),
		WinsPerUser: 40, BlankWeight: 60,
		Prizes: []lottery.Prize{
			{ID: "car", Tier: "first", Name: "Car", Weight: 2, Stock: 20, Fallback: "mug"},
			{ID: "mug", Tier: "third", Name: "Mug", Weight: 38, Stock: 12_000},
		},
	})
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, "http://"+r.admin+"/v1/activities/"+activityID, bytes.NewReader(body))
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
		text, _ := io.ReadAll(resp.Body)
		return fmt.Errorf("putting the activity: %s: %s", resp.Status, text)
	}
	return nil
}
