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
	ask := func(s service) string {
		answer := httptest.NewRecorder()
		s.routes().ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/?user=ann", nil))
		return answer.Body.String()
	}
	healthy := ask(service{rounds: 10})
	if !strings.HasPrefix(healthy, `{"sum":"`) {
		t.Fatalf("got %s", healthy)
	}
	if got := ask(service{rounds: 10, share: 1, sleep: time.Millisecond}); got != healthy {
		t.Errorf("a sleeping request answers %s; want %s", got, healthy)
	}
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
	for _, args := range [][]string{{"--burn=-1"}, {"--burn=NaN"}, {"--sleep-share=2"}, {"--rounds=0"}, {"--port=x"}} {
		if err := run(context.Background(), args, io.Discard); err == nil {
			t.Errorf("%v: accepted", args)
		}
	}
}
