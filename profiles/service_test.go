package profiles_test

import (
	"bufio"
	"expvar"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/pprof"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// asServiceEnv makes this test binary a service on that address. Profiles are of
// a whole process, so a test that is to be independent of others needs its own.
const asServiceEnv = "PROFILES_TEST_SERVICE"

func TestMain(m *testing.M) {
	if how := os.Getenv(asServiceEnv); how != "" {
		if err := beService(how); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// beService serves until standard input ends. how is an address, and after it
// "rates" (the block and mutex profiles are on) or "expvar" (instead of
// Prometheus).
func beService(how string) error {
	words := strings.Fields(how)
	if strings.Contains(how, "rates") {
		runtime.SetBlockProfileRate(1)
		runtime.SetMutexProfileFraction(1)
	}
	mux := pprofMux()
	if strings.Contains(how, "expvar") {
		mux.Handle("/debug/vars", expvar.Handler())
	} else {
		mux.HandleFunc("/metrics", showMetrics(time.Now()))
	}
	listener, err := net.Listen("tcp", words[0])
	if err != nil {
		return err
	}
	go http.Serve(listener, mux)
	go beBusy()
	fmt.Println(listener.Addr())
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

func showMetrics(began time.Time) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, "# HELP go_goroutines Goroutines.\n# TYPE go_goroutines gauge\ngo_goroutines %d\n", runtime.NumGoroutine())
		fmt.Fprintf(w, "go_info{version=%q} 1\nprocess_start_time_seconds %d.%09d\n", runtime.Version(), began.Unix(), began.Nanosecond())
		fmt.Fprintf(w, "http_requests_total 7\n")
	}
}

// beBusy has two goroutines contend for a lock, work and allocate.
func beBusy() {
	var lock sync.Mutex
	for range 2 {
		go func() {
			for {
				lock.Lock()
				kept := make([]byte, 64<<10)
				for begin := time.Now(); time.Since(begin) < time.Millisecond; {
					kept[0]++
				}
				lock.Unlock()
				time.Sleep(time.Millisecond)
			}
		}()
	}
}

// startService runs a service of its own process and returns its address and
// what ends it.
func startService(t *testing.T, how string) (address string, stop func()) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), asServiceEnv+"="+how)
	cmd.Stderr = os.Stderr
	input, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	output, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stop = sync.OnceFunc(func() {
		input.Close()
		cmd.Wait()
	})
	t.Cleanup(stop)
	address, err = bufio.NewReader(output).ReadString('\n')
	if err != nil {
		t.Fatal("the service did not start: ", err)
	}
	return strings.TrimSpace(address), stop
}

// pprofMux is net/http/pprof as a service registers it.
func pprofMux() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	return mux
}
