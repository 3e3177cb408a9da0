package recorder_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/lotteryctl/lotteryctl/profiles/recorder"
)

// A service embeds a recorder: it runs beside the servers, hears how long
// requests take, and is served on the private port.
func ExampleRecorder() {
	r, err := recorder.New(recorder.Options{Latency: 200 * time.Millisecond})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- r.Run(ctx) }()

	private := httptest.NewServer(r.Handler()) // in a service: its admin mux
	defer private.Close()

	r.Observe("GET /orders", 5*time.Millisecond) // within the limit
	response, err := http.Get(private.URL + recorder.Path)
	if err != nil {
		fmt.Println(err)
		return
	}
	response.Body.Close()
	fmt.Println(response.Status, len(r.Stats().Snapshots), "snapshots")

	stop()
	fmt.Println(<-ended)
	// Output:
	// 200 OK 0 snapshots
	// <nil>
}

// The route's pattern becomes a label of CPU and goroutine profiles; a handler
// adds what it finds out.
func ExampleLabels() {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /orders/{id}", func(w http.ResponseWriter, r *http.Request) {
		recorder.SetLabels(r.Context(), "result", "found")
		fmt.Fprint(w, "an order")
	})
	handler := recorder.Labels(mux, func(r *http.Request) string {
		_, pattern := mux.Handler(r)
		return pattern
	})
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, httptest.NewRequest("GET", "/orders/7", nil))
	fmt.Println(answer.Body)
	// Output: an order
}
