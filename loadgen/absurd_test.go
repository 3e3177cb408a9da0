package loadgen_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/loadgen"
)

// TestACancelIsSeenBehindAnAbsurdRate asks for more than anybody can send: the
// requests that are due must not keep the run from ending.
func TestACancelIsSeenBehindAnAbsurdRate(t *testing.T) {
	overClients(t, func(t *testing.T, c loadgen.Client) {
		url, stop := serve(t, func(http.ResponseWriter, *http.Request) {})
		defer stop()
		ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
		defer cancel()
		ended := make(chan error, 1)
		go func() {
			_, err := loadgen.Run(ctx, loadgen.Plan{
				URL: url, Rate: loadgen.MaxRate, Duration: time.Hour, Connections: 4, Client: c,
			})
			ended <- err
		}()
		select {
		case err := <-ended:
			if err != nil {
				t.Error(err)
			}
		case <-time.After(30 * time.Second):
			t.Fatal("still running 30 s after the cancel")
		}
	})
}
