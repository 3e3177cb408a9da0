package loadgen_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/loadgen"
)

// TestGeneratorThatIsTheLimit makes the generator slow with a Record that
// takes longer than the requests are apart: the run must say so.
func TestGeneratorThatIsTheLimit(t *testing.T) {
	overClients(t, func(t *testing.T, c loadgen.Client) {
		url, stop := serve(t, func(http.ResponseWriter, *http.Request) {})
		defer stop()
		r := mustRun(t, loadgen.Plan{
			URL: url, Rate: 200, Duration: 500 * time.Millisecond, Client: c,
			Record: func(*loadgen.Exchange) { time.Sleep(20 * time.Millisecond) },
		})
		if !hasDoubt(r, loadgen.GeneratorLimit) {
			t.Errorf("lateness p99 %v, response p99 %v, doubts %+v", r.Lateness.Quantile(0.99), r.Response.Quantile(0.99), r.Doubts)
		}
	})
}

// TestHealthyRunIsSilent asks little of a server slow enough that what a busy
// test machine adds is not a third of it.
func TestHealthyRunIsSilent(t *testing.T) {
	overClients(t, func(t *testing.T, c loadgen.Client) {
		url, stop := serve(t, func(http.ResponseWriter, *http.Request) { time.Sleep(time.Second) })
		defer stop()
		r := mustRun(t, loadgen.Plan{URL: url, Rate: 40, Duration: 500 * time.Millisecond, Client: c})
		if len(r.Doubts) != 0 {
			t.Errorf("doubts %+v", r.Doubts)
		}
	})
}
