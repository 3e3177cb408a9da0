package main

import (
	_ "expvar"
	"fmt"
	"net/http"
	_ "net/http/pprof"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"
)

// asServiceEnv makes this test binary a small HTTP service, for tests of bench
// --arm. Its value says how the service behaves, its first argument where it
// listens.
const asServiceEnv = "LOTTERYCTL_TEST_AS_SERVICE"

// stubService is the service; it never returns.
//
//	fast   answers at once
//	slow   answers after 20 ms
//	deaf   never listens
//	dies   ends in the 50th request
//	bare   the same as fast, without profiles
//	fragile:FILE  the same if FILE exists, which it then removes
func stubService(behaviour string) {
	var served atomic.Int64
	fragile := ""
	if len(behaviour) > 8 && behaviour[:8] == "fragile:" {
		fragile = behaviour[8:]
	}
	http.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		n := served.Add(1)
		switch {
		case behaviour == "slow":
			time.Sleep(20 * time.Millisecond)
		case behaviour == "dies" && n == 50, fragile != "" && n == 50 && os.Remove(fragile) == nil:
			fmt.Fprintln(os.Stderr, "the fiftieth was too much")
			os.Exit(3)
		}
		fmt.Fprint(w, "hello")
	})
	var handler http.Handler // all of the above, and profiles
	if behaviour == "bare" {
		mux := http.NewServeMux()
		mux.Handle("/debug/", http.NotFoundHandler())
		mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "hello") })
		handler = mux
	}
	if behaviour == "deaf" {
		fmt.Println("I hear nothing")
		time.Sleep(time.Hour)
	}
	fmt.Fprintln(os.Stderr, http.ListenAndServe("127.0.0.1:"+os.Args[1], handler))
	os.Exit(1)
}

// stubArm is the value of --arm for a stub.
func stubArm(t *testing.T, name, behaviour string) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%s=env '%s=%s' '%s' {{port}}", name, asServiceEnv, behaviour, self)
}

// armArgs are a short comparison of stubs into a folder that does not exist yet.
func armArgs(t *testing.T, arms []string, more ...string) (args []string, out string) {
	t.Helper()
	out = filepath.Join(t.TempDir(), "run")
	args = []string{"bench", "--url", "http://127.0.0.1:{{port}}/x?user={{user}}", "--runs", "2", "--duration", "300ms",
		"--warmup", "50ms", "--noise-limit", "none", "--out", out}
	for _, arm := range arms {
		args = append(args, "--arm", arm)
	}
	return append(args, more...), out
}
