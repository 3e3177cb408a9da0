package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/profiles/recorder"
)

// adminGet asks the admin port and wants a 200.
func (d *deployment) adminGet(path string) []byte {
	d.t.Helper()
	resp, err := http.Get("http://" + d.admin + path)
	if err != nil {
		d.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		d.t.Fatalf("%s: %s %s %v", path, resp.Status, body, err)
	}
	return body
}

func (d *deployment) recorderStats() (s recorder.Stats) {
	d.t.Helper()
	if err := json.Unmarshal(d.adminGet("/debug/recorder"), &s); err != nil {
		d.t.Fatal(err)
	}
	return s
}

// TestRecorderInService has every draw count as slow, and looks at what the
// recorder kept, where it was told to; a profile by hand is taken beside it.
func TestRecorderInService(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "snapshots")
	d := deploy(t, nil, "--recorder-latency", "1us", "--recorder-dir", dir, "--recorder-cpu", "0.5")
	if hand := d.adminGet("/debug/pprof/profile?seconds=1"); !bytes.HasPrefix(hand, []byte{0x1f, 0x8b}) {
		t.Errorf("a profile by hand is no gzip file: %.40q", hand)
	}
	if s := d.recorderStats(); !s.Running || len(s.Snapshots) != 0 {
		t.Errorf("before a draw: %+v", s)
	}
	stop := d.load(4, 1)
	for deadline := time.Now().Add(30 * time.Second); len(d.recorderStats().Snapshots) == 0 && time.Now().Before(deadline); {
		time.Sleep(50 * time.Millisecond)
	}
	stop()
	s := d.recorderStats()
	if len(s.Snapshots) != 1 || s.Snapshots[0].Reason != recorder.ReasonLatency || s.Refused[fmt.Sprintf("latency: %v", recorder.ErrTooSoon)] == 0 {
		t.Fatalf("after slow draws: %+v", s)
	}
	name := s.Snapshots[0].Name
	trace := d.adminGet("/debug/recorder/snapshots/" + name + "/trace.out")
	if !bytes.HasPrefix(trace, []byte("go 1.")) {
		t.Errorf("the trace begins with %.20q", trace)
	}
	if kept, _ := filepath.Glob(filepath.Join(dir, name, "*")); len(kept) < 5 {
		t.Errorf("on disk: %v", kept)
	}
	if code := d.terminate(); code != 0 {
		t.Errorf("lotteryd ended with %d", code)
	}
}

// TestRecorderOff leaves nothing of it.
func TestRecorderOff(t *testing.T) {
	t.Parallel()
	c := defaultConfig()
	c.Recorder = "off"
	if r, err := openRecorder(c); r != nil || err != nil {
		t.Errorf("got %v, %v", r, err)
	}
	c.Recorder, c.RecorderDir = "on", "/dev/null/x"
	if _, err := openRecorder(c); err == nil || !strings.Contains(err.Error(), "folder for snapshots") {
		t.Errorf("with a folder that cannot be: %v", err)
	}
}

func TestRecorderShareIsChecked(t *testing.T) {
	t.Parallel()
	for _, share := range []string{"0", "0.6"} {
		_, err := loaded(t, []string{"--recorder-cpu", share}, stores(), "")
		if err == nil || !strings.Contains(err.Error(), "recorder_cpu (--recorder-cpu) is "+share) {
			t.Errorf("%s: %v", share, err)
		}
	}
}
