package httpapi_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/httpapi"
	"github.com/lotteryctl/lotteryctl/profiles/recorder"
)

// withRecorder is an admin port over a recorder that runs until the test ends.
// It has no flight recorder, which the process has but one of.
func withRecorder(t *testing.T, adjust ...func(*httpapi.AdminOptions)) *adminPort {
	t.Helper()
	r, err := recorder.New(recorder.Options{TraceAge: -1})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- r.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	for !r.Stats().Running {
		time.Sleep(time.Millisecond)
	}
	return newAdminPort(append(adjust, func(o *httpapi.AdminOptions) { o.Recorder = r })...)
}

func TestRecorderIsServed(t *testing.T) {
	p := withRecorder(t)
	w := p.send("GET", "/debug/recorder", "")
	var stats recorder.Stats
	if err := json.Unmarshal(w.Body.Bytes(), &stats); err != nil || w.Code != 200 || !stats.Running {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
	w = p.send("POST", "/debug/recorder/snapshot", "")
	place := w.Header().Get("Location")
	if w.Code != 201 || place == "" {
		t.Fatalf("got %d %s", w.Code, w.Body)
	}
	for _, row := range []struct{ path, part string }{{place, "goroutines.txt"}, {place + "/goroutines.txt", "goroutine "}, {place + "/manifest.json", `"manual"`}} {
		if w := p.send("GET", row.path, ""); w.Code != 200 || !strings.Contains(w.Body.String(), row.part) {
			t.Errorf("%s: got %d, without %q", row.path, w.Code, row.part)
		}
	}
	w = p.send("POST", "/debug/recorder/snapshot", "")
	if w.Code != 503 || w.Header().Get("Retry-After") != "300" && w.Header().Get("Retry-After") != "299" || !strings.Contains(w.Body.String(), "too soon") {
		t.Errorf("a second: got %d %v %s", w.Code, w.Header(), w.Body)
	}
	checkProblem(t, w)
	for _, c := range []struct {
		method, path string
		status       int
	}{
		{"GET", "/debug/recorder/snapshots/none", 404}, {"GET", place + "/none", 404}, {"GET", "/debug/recorder/none", 404},
		{"POST", "/debug/recorder", 405}, {"GET", "/debug/recorder/snapshot", 405}, {"DELETE", place, 405}, {"PUT", place + "/trace.out", 405},
	} {
		w := p.send(c.method, c.path, "")
		if w.Code != c.status {
			t.Errorf("%s %s: got %d %s; want %d", c.method, c.path, w.Code, w.Body, c.status)
		}
		checkProblem(t, w)
	}
}

func TestWithoutRecorder(t *testing.T) {
	for _, path := range []string{"/debug/recorder", "/debug/recorder/snapshots/x"} {
		if w := newAdminPort().send("GET", path, ""); w.Code != 404 || !strings.Contains(w.Body.String(), "unknown-path") {
			t.Errorf("%s: got %d %s", path, w.Code, w.Body)
		}
	}
}

func TestRecorderIsBehindTheDoor(t *testing.T) {
	p := withRecorder(t, func(o *httpapi.AdminOptions) { o.Token = "s3cret" })
	for _, path := range []string{"/debug/recorder", "/debug/recorder/snapshots/x", "/debug/recorder/snapshots/x/y"} {
		if w := p.send(http.MethodGet, path, ""); w.Code != 401 {
			t.Errorf("%s: got %d", path, w.Code)
		}
	}
	if w := p.send(http.MethodPost, "/debug/recorder/snapshot", ""); w.Code != 401 {
		t.Errorf("a snapshot: got %d", w.Code)
	}
}
