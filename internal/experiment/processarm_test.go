package experiment_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/experiment"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/loadgen"
)

// runOne runs one round of arms and returns what Run does.
func runOne(t *testing.T, arms ...experiment.Arm) (rounds []runfolder.Round, path string, err error) {
	t.Helper()
	spec := experiment.Spec{Name: "test", Benchmark: "HTTP", Rounds: 1, Arms: arms}
	folder, path := newFolder(t, spec)
	rounds, err = experiment.Run(t.Context(), spec, folder)
	return rounds, path + ".incomplete", err
}

func TestProcessArmIsMeasured(t *testing.T) {
	const work = time.Millisecond
	direct := helperArm("direct", "work=1ms", 100, 500*time.Millisecond)
	// The service is a child of what was started, as with a shell.
	child := helperArm("child", "child work=1ms", 100, 500*time.Millisecond)
	rounds, path, err := runOne(t, direct.Arm(), child.Arm())
	if err != nil || len(rounds) != 2 {
		t.Fatalf("got %d rounds, %v", len(rounds), err)
	}
	for _, r := range rounds {
		if r.Load.Requests != 50 || r.Load.Errors != 0 || r.StartupNS <= 0 {
			t.Errorf("%s: got %+v, want 50 requests without errors", r.Arm, r.Load)
		}
		// The work is by the wall clock: on a busy machine part of it is waiting.
		if r.Cost.ServerCPU == nil || *r.Cost.ServerCPU < float64(work)/4 {
			t.Errorf("%s: got CPU %v, want a good part of the 1 ms of each request", r.Arm, r.Cost.ServerCPU)
		}
		if r.Cost.PeakRSS == nil || *r.Cost.PeakRSS < 1<<20 || r.Noise.ServerRunQueue == nil || r.Noise.ServerSwitches == nil || r.Noise.ForeignCPU == nil {
			t.Errorf("%s: got %+v and %+v, want memory and noise of the processes", r.Arm, r.Cost, r.Noise)
		}
		log, err := os.ReadFile(filepath.Join(path, "arms", r.Arm, "round-1", "server.log"))
		if err != nil || !strings.HasPrefix(string(log), "helper is here") {
			t.Errorf("%s: got the log %q, %v", r.Arm, log, err)
		}
	}
}

// awaitGone waits for the port in a URL to be free again: nothing may be left.
func awaitGone(t *testing.T, url string) {
	t.Helper()
	address := strings.TrimPrefix(url, "http://")
	address, _, _ = strings.Cut(address, "/")
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			return
		}
		_ = conn.Close()
		if time.Now().After(deadline) {
			t.Fatalf("something still serves %s", address)
		}
	}
}

func TestStoppingEndsTheWholeGroup(t *testing.T) {
	arm := helperArm("child", "child", 100, time.Second).Arm()
	target, err := arm.Start(t.Context(), experiment.Lap{Round: 1, Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	if err := target.Stop(t.Context()); err != nil {
		t.Errorf("a service that ends by the signal ended well, got %v", err)
	}
	awaitGone(t, target.Plan.URL)
}

func TestArmThatCrashesWhileItIsLoaded(t *testing.T) {
	begun := time.Now()
	rounds, _, err := runOne(t, helperArm("weak", "crash=30", 100, time.Minute).Arm())
	var failed *experiment.ArmError
	if !errors.As(err, &failed) || failed.Arm != "weak" || failed.Round != 1 || failed.Kind != runfolder.EndedEarly ||
		!strings.Contains(err.Error(), "weak in round 1: ") || !strings.Contains(err.Error(), "exit status 7") || !strings.Contains(err.Error(), "out of luck") {
		t.Errorf("got %v, want the arm, its status and its last words", err)
	}
	if time.Since(begun) > 40*time.Second {
		t.Errorf("it took %v to notice", time.Since(begun))
	}
	for _, r := range rounds { // none, if it crashed in the warm-up
		if !r.Partial || !strings.Contains(r.Failure, "out of luck") {
			t.Errorf("got %+v, want a partial run with its failure", r)
		}
	}
}

func TestArmThatDoesNotComeUp(t *testing.T) {
	taken := httptest.NewServer(http.NotFoundHandler())
	defer taken.Close()
	deaf := helperArm("deaf", "deaf", 100, time.Second)
	deaf.StartTimeout = time.Second
	unready := helperArm("unready", "", 100, time.Second)
	unready.StartTimeout, unready.ReadyURL = 5*time.Second, taken.URL+"/ready"
	fixed := helperArm("fixed", "", 100, time.Second)
	fixed.Command, fixed.URL = "'"+os.Args[0]+"'", taken.URL+"/"
	// It never serves, and finds the port taken by another once it is up.
	both := helperArm("both", "", 100, time.Second)
	both.Command = strings.ReplaceAll(both.Command, "{{port}}", taken.URL[strings.LastIndexByte(taken.URL, ':')+1:]+" {{port}}")
	missing := helperArm("missing", "", 100, time.Second)
	missing.Command = "/no/such/service -port {{port}}"
	folder := helperArm("folder", "", 100, time.Second)
	folder.Dir = "/no/such/folder"
	for _, row := range []struct {
		arm  experiment.ProcessArm
		want []string
	}{
		{helperArm("exit", "exit", 100, time.Second), []string{"starting exit for round 1", "exit status 3", "helper is here | there is no configuration"}},
		{deaf, []string{"not ready within 1s", "nothing listens at 127.0.0.1:", "waiting for a database"}},
		{unready, []string{"not ready within 5s", "answered 404"}},
		{fixed, []string{"something listens at 127.0.0.1:", "already", "{{port}}"}},
		{both, []string{"exit status 1", "address already in use"}},
		{missing, []string{"/no/such/service", "no such file"}},
		{folder, []string{"/no/such/folder"}},
	} {
		begun := time.Now()
		rounds, path, err := runOne(t, row.arm.Arm())
		var failed *experiment.ArmError
		if len(rounds) != 0 || !errors.As(err, &failed) || failed.Arm != row.arm.Name {
			t.Errorf("%s: got %d rounds, %v", row.arm.Name, len(rounds), err)
			continue
		}
		for _, want := range row.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: got %v, want %q", row.arm.Name, err, want)
			}
		}
		if time.Since(begun) > 15*time.Second { // of a start timeout of 20 s
			t.Errorf("%s: it took %v to notice", row.arm.Name, time.Since(begun))
		}
		if _, err := os.Stat(path); err != nil {
			t.Errorf("%s: the folder is to stay: %v", row.arm.Name, err)
		}
	}
}

// TestPortLostToAnother: the first start finds the port taken, as if somebody
// had been quicker.
func TestPortLostToAnother(t *testing.T) {
	arm := helperArm("racer", "", 100, 50*time.Millisecond)
	arm.Command = `sh -c 'test -e once || { touch once; echo listen: address already in use; exit 1; }; exec "$0" port={{port}}' '` + os.Args[0] + "'"
	arm.Dir = t.TempDir()
	rounds, _, err := runOne(t, arm.Arm())
	if err != nil || len(rounds) != 1 || rounds[0].Load.Errors != 0 {
		t.Errorf("got %+v, %v, want another try with another port", rounds, err)
	}
}

func TestStartIsGivenUpOnCancel(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	dir := t.TempDir()
	_, err := helperArm("deaf", "deaf", 100, time.Second).Arm().Start(ctx, experiment.Lap{Round: 1, Dir: dir})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want the context's error", err)
	}
}

func TestProcessArmIsChecked(t *testing.T) {
	good := helperArm("good", "", 100, time.Second)
	if err := good.Check(); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		want   string
		change func(*experiment.ProcessArm)
	}{
		{"GOMAXPROCS", func(p *experiment.ProcessArm) { p.Name = "v-2" }},
		{"name a program", func(p *experiment.ProcessArm) { p.Command = " " }},
		{"quotes in a command must come in pairs", func(p *experiment.ProcessArm) { p.Command = "svc 'x {{port}}" }},
		{"in both the command and", func(p *experiment.ProcessArm) { p.Command = "svc" }},
		{"or in neither", func(p *experiment.ProcessArm) { p.URL = "http://127.0.0.1:80/" }},
		{"not the URL of a host", func(p *experiment.ProcessArm) { p.URL = "127.0.0.1:{{port}}" }},
		{"must begin with http://", func(p *experiment.ProcessArm) { p.Command, p.URL = "svc", "ftp://host/" }},
		{`unknown placeholder "x"`, func(p *experiment.ProcessArm) { p.URL += "{{x}}" }},
		{"rate must be", func(p *experiment.ProcessArm) { p.Plan.Rate = -1 }},
		{`unknown client "telegram"`, func(p *experiment.ProcessArm) { p.Plan.Client = "telegram" }},
	} {
		arm := good
		row.change(&arm)
		if err := arm.Check(); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("got %v, want %q", err, row.want)
		}
	}
	searched := good
	searched.Plan.Rate = 0 // still to be found
	if err := searched.Check(); err != nil {
		t.Errorf("a rate to be found: got %v", err)
	}
}

// TestFindCapacity: answers that take 4 ms, one at a time, make 250 a second.
func TestFindCapacity(t *testing.T) {
	const limit = 250
	arm := experiment.Arm{Name: "serial", Start: func(_ context.Context, lap experiment.Lap) (*experiment.Target, error) {
		if !lap.Capacity {
			t.Error("the arm is not told that it is searched")
		}
		turn := make(chan struct{}, 1)
		server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
			turn <- struct{}{}
			time.Sleep(4 * time.Millisecond)
			<-turn
		}))
		return &experiment.Target{
			Plan: loadgen.Plan{URL: server.URL + "/{{seq}}"},
			Stop: func(context.Context) error { server.Close(); return nil },
		}, nil
	}}
	probing := false
	o := experiment.CapacityOptions{SLO: 60 * time.Millisecond, Probe: 400 * time.Millisecond, Precision: 0.2, Budget: 4 * time.Second}
	found, err := experiment.FindCapacity(t.Context(), arm, experiment.Lap{Round: 1, Dir: t.TempDir()}, o,
		func(p experiment.Progress) { probing = probing || p.Phase == experiment.Probing && p.Rate > 0 })
	if err != nil {
		t.Fatal(err)
	}
	// In probes this short the queue that 60 ms allow lets a little more through.
	if found.Rate > 1.4*limit || found.Rate < limit/5 || found.GeneratorBound || found.Limit == nil || found.Took > 30*time.Second {
		t.Errorf("got %+v, want a little below %d", found, limit)
	}
	if !probing || len(found.Probes) == 0 {
		t.Error("no progress or no probes")
	}
	if _, err := experiment.FindCapacity(t.Context(), arm, experiment.Lap{}, experiment.CapacityOptions{MinRate: 50, MaxRate: 20}, nil); err == nil {
		t.Error("bounds the wrong way round: got no error")
	}
}

func TestChooseRate(t *testing.T) {
	arm := func(name string, delay time.Duration) experiment.Arm {
		return (&testArm{name: name, delay: delay}).arm(t, time.Second)
	}
	o := experiment.CapacityOptions{MaxRate: 400, SLO: time.Second, Probe: 200 * time.Millisecond}
	choice, err := experiment.ChooseRate(t.Context(), []experiment.Arm{arm("fast", 0), arm("other", time.Millisecond)}, 1, o, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(choice.Arms) != 2 || choice.Rate > 240 || choice.Rate <= 0 || choice.Share != 0.6 || choice.Slowest == "" {
		t.Errorf("got %+v, want at most 60 %% of the highest rate of 400", choice)
	}
	if choice.SLO != o.SLO || choice.Asked != o.SLO {
		t.Errorf("got %+v, want the SLO asked for", choice)
	}
}

func TestChooseRateForAnArmThatKeepsTheSLONowhere(t *testing.T) {
	arms := []experiment.Arm{(&testArm{name: "slow", delay: 30 * time.Millisecond}).arm(t, time.Second)}
	o := experiment.CapacityOptions{SLO: time.Millisecond, MinRate: 50, MaxRate: 100, Probe: 150 * time.Millisecond}
	choice, err := experiment.ChooseRate(t.Context(), arms, 1, o, nil)
	if err != nil {
		t.Fatal(err)
	}
	if choice.Asked != time.Millisecond || choice.SLO < 32*time.Millisecond || choice.Arms[0].SLO != choice.SLO || choice.Rate < 30 {
		t.Errorf("got %+v, want an SLO that 30 ms are within", choice)
	}
	failing := (&testArm{name: "failing"}).arm(t, time.Second)
	// A short SLO: that it was not widened is what makes the answer come at once.
	o = experiment.CapacityOptions{SLO: 10 * time.Millisecond, MinRate: 50, MaxRate: 100, Probe: 100 * time.Millisecond, Statuses: experiment.StatusSet{204: true}}
	_, err = experiment.ChooseRate(t.Context(), []experiment.Arm{failing}, 1, o, nil)
	var failed *experiment.ArmError
	if !errors.As(err, &failed) || !strings.Contains(err.Error(), "failing: requests fail even at 50 per second (") || !strings.Contains(err.Error(), "requests failed)") {
		t.Errorf("got %v, want the arm that no rate suits", err)
	}
}

func TestCapacitySearchIsCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	arm := &testArm{name: "only"}
	spec := experiment.Spec{
		Name: "test", Benchmark: "HTTP", Rounds: 1, Arms: []experiment.Arm{arm.arm(t, time.Second)},
		Capacity: &experiment.CapacityOptions{MaxRate: 200}, CapacityOnly: true,
		Progress: func(p experiment.Progress) {
			if p.Phase == experiment.Probing && p.Rate > 0 {
				cancel()
			}
		},
	}
	folder, _ := newFolder(t, spec)
	rounds, err := experiment.Run(ctx, spec, folder)
	if !errors.Is(err, context.Canceled) || len(rounds) != 0 {
		t.Errorf("got %+v, %v, want nothing of half a search", rounds, err)
	}
	if arm.started.Load() != 1 || arm.stopped.Load() != 1 {
		t.Errorf("started %d, stopped %d times", arm.started.Load(), arm.stopped.Load())
	}
	if err := folder.Discard(); err != nil {
		t.Fatal(err)
	}
}

func TestCapacityOfAnArmThatCrashes(t *testing.T) {
	arm := helperArm("weak", "crash=200", 100, time.Second).Arm()
	_, err := experiment.FindCapacity(t.Context(), arm, experiment.Lap{Round: 3, Dir: t.TempDir()}, experiment.CapacityOptions{}, nil)
	var failed *experiment.ArmError
	if !errors.As(err, &failed) || failed.Round != 3 || !strings.Contains(err.Error(), "out of luck") {
		t.Errorf("got %v, want the failing arm and its last words", err)
	}
}
