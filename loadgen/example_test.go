package loadgen_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"time"

	"github.com/lotteryctl/lotteryctl/loadgen"
)

// exampleServer answers every request with its own body.
func exampleServer() *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(w, r.Body)
	}))
}

func Example() {
	server := exampleServer()
	defer server.Close()

	result, err := loadgen.Run(context.Background(), loadgen.Plan{
		URL:      server.URL + "/v1/orders?user={{user}}",
		Body:     `{"user": "{{user}}", "request": "{{uuid}}"}`,
		Header:   http.Header{"Content-Type": {"application/json"}},
		Rate:     200,
		Duration: 500 * time.Millisecond,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("intended:", result.Counts.Intended)
	fmt.Println("answered 2xx:", result.Counts.StatusClass(2))
	fmt.Println("response p99 under a minute:", result.Response.Quantile(0.99) < time.Minute)
	// Output:
	// intended: 100
	// answered 2xx: 100
	// response p99 under a minute: true
}

func ExampleAnswersLog() {
	server := exampleServer()
	defer server.Close()

	var file strings.Builder
	log := loadgen.NewAnswersLog(&file)
	_, err := loadgen.Run(context.Background(), loadgen.Plan{
		URL: server.URL, Body: "draw {{seq}}", Rate: 100, Duration: 30 * time.Millisecond, Record: log.Record,
		Connections: 1, // answers then come in the order of the requests
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := log.Flush(); err != nil {
		fmt.Println(err)
		return
	}
	err = loadgen.ReadAnswers(strings.NewReader(file.String()), func(line int, a loadgen.Answer, err error) bool {
		fmt.Println(line, a.Status, a.Request, "->", a.Response, err)
		return true
	})
	if err != nil {
		fmt.Println(err)
	}
	// Output:
	// 1 200 draw 0 -> draw 0 <nil>
	// 2 200 draw 1 -> draw 1 <nil>
	// 3 200 draw 2 -> draw 2 <nil>
}

func ExampleSchedule() {
	s, err := loadgen.NewSchedule(loadgen.Constant, 400, 0)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(s.Next(), s.Next(), s.Next())
	// Output: 0s 2.5ms 5ms
}

func ExampleHistogram() {
	var monday, tuesday loadgen.Histogram
	for i := range 100 {
		monday.Record(time.Duration(i) * time.Millisecond)
	}
	tuesday.RecordN(time.Second, 3)

	monday.Merge(&tuesday)
	fmt.Println(monday.Count(), monday.Min(), monday.Max())
	fmt.Println(monday.Quantile(0.5).Round(time.Millisecond))

	encoded, err := json.Marshal(&tuesday)
	fmt.Println(string(encoded))
	fmt.Println(err)
	// Output:
	// 103 0s 1s
	// 51ms
	// {"unit":"ns","sub_bucket_bits":7,"count":3,"sum":3000000000,"min":1000000000,"max":1000000000,"p50":1000000000,"p95":1000000000,"p99":1000000000,"p999":1000000000,"buckets":[[3054,3]]}
	// <nil>
}

func ExampleHistogram_WriteText() {
	var h loadgen.Histogram
	h.RecordN(2*time.Microsecond, 9)
	h.Record(3 * time.Millisecond)
	if err := h.WriteText(os.Stdout); err != nil {
		fmt.Println(err)
	}
	// Output:
	//          Value         Percentile   TotalCount 1/(1-Percentile)
	//
	//       0.002003     0.900000000000            9            10.00
	//       3.006463     1.000000000000           10             +Inf
	// #[Mean    =       0.301800, Total count    =           10]
	// #[Max     =       3.000000, Min            =     0.002000]
	// #[Buckets =           7296, SubBuckets     =          128]
	// #[Sum ns  = 3.018e+06]
}
