package experiment_test

import (
	"fmt"
	"net"
	"net/http"
	"net/http/pprof"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/experiment"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/loadgen"
)

// helperVariable makes the test binary a small service: "serve", with options
// as its arguments.
const helperVariable = "EXPERIMENT_TEST_HELPER"

func TestMain(m *testing.M) {
	if os.Getenv(helperVariable) != "" {
		helper(os.Args[1:])
		return
	}
	if os.Getenv(experimentVariable) != "" {
		runUntilKilled(os.Args[1])
		return
	}
	os.Exit(m.Run())
}

// helper serves at the port given until it is ended. Options: work=D and
// sleep=D for each request, crash=N at the Nth request, deaf to never listen,
// exit to end at once, pprof to
// have profiles, busy=D for a processor kept busy, child for a child that
// serves instead.
func helper(args []string) {
	option := map[string]string{}
	for _, arg := range args {
		name, value, _ := strings.Cut(arg, "=")
		option[name] = value
	}
	lasts := func(name string) time.Duration {
		d, _ := time.ParseDuration(option[name])
		return d
	}
	fmt.Println("helper is here")
	if _, ok := option["exit"]; ok {
		fmt.Println("there is no configuration")
		os.Exit(3)
	}
	if _, ok := option["deaf"]; ok {
		fmt.Println("waiting for a database")
		select {}
	}
	if d := lasts("busy"); d > 0 {
		burn(d)
		return
	}
	if _, ok := option["child"]; ok {
		cmd := exec.Command(os.Args[0], "port="+option["port"], "work="+option["work"])
		cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
		_ = cmd.Run()
		return
	}
	l, err := net.Listen("tcp", "127.0.0.1:"+option["port"])
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	work, sleep := lasts("work"), lasts("sleep")
	crash, _ := strconv.ParseInt(option["crash"], 10, 64)
	var served atomic.Int64
	mux := http.NewServeMux()
	mux.Handle("/debug/", http.NotFoundHandler())
	if _, ok := option["pprof"]; ok {
		mux.HandleFunc("/debug/pprof/", pprof.Index)
		mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
		mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		if n := served.Add(1); n == crash {
			fmt.Println("out of luck")
			os.Exit(7)
		}
		burn(work)
		time.Sleep(sleep)
		_, _ = w.Write([]byte("ok"))
	})
	_ = http.Serve(l, mux)
}

// burn keeps a processor busy.
func burn(d time.Duration) {
	for end := time.Now().Add(d); time.Now().Before(end); {
	}
}

// helperArm is an arm of the helper.
func helperArm(name, options string, rate float64, window time.Duration) experiment.ProcessArm {
	return experiment.ProcessArm{
		Name: name, Command: "'" + os.Args[0] + "' port={{port}} " + options, Env: []string{helperVariable + "=serve"},
		URL: "http://127.0.0.1:{{port}}/{{seq}}", MetricsURL: "none", StartTimeout: 20 * time.Second,
		Plan: loadgen.Plan{Rate: rate, Duration: window, Warmup: window / 5},
	}
}

func manifest() runfolder.Manifest {
	return runfolder.Manifest{
		Tool: "lotteryctl test", Command: []string{"lotteryctl", "bench"}, Name: "test", Seed: 7,
		Benchmark: "HTTP", Service: "test", Workload: "constant-1000ps-1s", Rounds: 3,
		Arms: []runfolder.ArmManifest{{Name: "new", FreshProcess: true, URL: "http://host/"}},
	}
}
