package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestFaultsChangeNoAnswer(t *testing.T) {
	ask := func(s *service) string {
		answer := httptest.NewRecorder()
		s.routes().ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/?user=ann", nil))
		return answer.Body.String()
	}
	healthy := ask(&service{rounds: 10})
	if !strings.HasPrefix(healthy, `{"sum":"`) {
		t.Fatalf("got %s", healthy)
	}
	if got := ask(&service{rounds: 10, share: 1, sleep: time.Millisecond}); got != healthy {
		t.Errorf("a sleeping request answers %s; want %s", got, healthy)
	}
	if got := ask(&service{rounds: 10, capacity: 1000}); got != healthy {
		t.Errorf("a queueing request answers %s; want %s", got, healthy)
	}
}

func TestCapacityAndStalls(t *testing.T) {
	s := &service{rounds: 1, capacity: 100, stall: 200 * time.Millisecond, stallEvery: time.Minute}
	defer s.startStalls(t.Context())()
	answer := func() {
		s.routes().ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil))
	}
	began := time.Now()
	for range 20 {
		answer()
	}
	if took := time.Since(began); took < 200*time.Millisecond {
		t.Errorf("20 requests at 100/s took %v", took)
	}
	standing := &service{rounds: 1, stall: 100 * time.Millisecond, stallEvery: 101 * time.Millisecond}
	stop := standing.startStalls(t.Context())
	for standing.standing.TryRLock() { // until it stands still
		standing.standing.RUnlock()
		time.Sleep(time.Millisecond)
	}
	for !standing.standing.TryRLock() { // until it goes on
		time.Sleep(time.Millisecond)
	}
	standing.standing.RUnlock()
	stop()
}

func TestChosenShare(t *testing.T) {
	n := 0
	for i := range 10_000 {
		if chosen(fmt.Sprintf("user=%d", i), 0.1) {
			n++
		}
	}
	if n < 850 || n > 1150 {
		t.Errorf("%d of 10,000 chosen; want about 1,000", n)
	}
}

func TestBadFlags(t *testing.T) {
	for _, args := range [][]string{{"--burn=-1"}, {"--burn=NaN"}, {"--sleep-share=2"}, {"--rounds=0"}, {"--port=x"}, {"--capacity=-1"}, {"--stall-every=1ms"}} {
		if err := run(context.Background(), args, io.Discard); err == nil {
			t.Errorf("%v: accepted", args)
		}
	}
}
