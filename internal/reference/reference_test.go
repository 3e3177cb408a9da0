package reference

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/experiment"
	"github.com/lotteryctl/lotteryctl/internal/golden"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/internal/steps"
	"github.com/lotteryctl/lotteryctl/loadgen"
	"github.com/lotteryctl/lotteryctl/profiles"
)

func TestFindProgram(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	if _, err := FindProgram(""); !errors.Is(err, ErrNoProgram) {
		t.Errorf("got %v, want ErrNoProgram", err)
	}
	var missing *ProgramError
	if _, err := FindProgram("/nowhere/lotteryd"); !errors.As(err, &missing) || missing.Asked != "/nowhere/lotteryd" {
		t.Errorf("got %v, want a ProgramError", err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if got, err := FindProgram(self); err != nil || got != self {
		t.Errorf("got %s, %v, want %s", got, err, self)
	}
}

// TestActivityFile pins what is drawn from: about one in ten wins, and stock
// never runs out.
func TestActivityFile(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	plan := loadgen.Plan{Rate: 1200, Duration: 10 * time.Second, Warmup: 2 * time.Second, Arrivals: loadgen.Constant}
	golden.Check(t, "bench-activity.golden", activityFile("bench-1", now, mostDraws(plan, false), Configuration{}))
	golden.Check(t, "bench-activity-random.golden", activityFile("bench-1", now, mostDraws(plan, true), Configuration{RandomDice: true}))
	plan.Rate = 1e9
	text := activityFile("bench-1", now, mostDraws(plan, false), Configuration{})
	if total := 3 * (mostUnits + 1000); total > 100_000_000 || strings.Count(text, fmt.Sprintf("stock: %d", mostUnits+1000)) != 3 {
		t.Errorf("the stock of an absurd rate must stay within what lotteryd takes:\n%s", text)
	}
	if text := activityFile("bench-1", now, 1, Configuration{LosersOnly: true}); strings.Count(text, " weight: 0,") != 3 {
		t.Errorf("somebody could win:\n%s", text)
	}
}

func TestConfigure(t *testing.T) {
	for _, row := range []struct {
		name, steps string
		override    []string
		random      bool
		flags       string
	}{
		{"best", "all", nil, false, ""},
		{"before", "none", nil, true, "--steps=none"},
		{"one switch", "none", []string{"dice=best"}, false, "--step"},
	} {
		choice, err := steps.ParseChoice(row.steps, row.override)
		if err != nil {
			t.Fatal(err)
		}
		c := Configure(row.name, choice)
		if c.Name != row.name || c.RandomDice != row.random || c.Switches != choice.String() || !strings.Contains(strings.Join(c.Flags, " "), row.flags) {
			t.Errorf("%s: got %+v", row.name, c)
		}
		if command := c.Command(); !slices.Equal(command[:3], []string{"lotteryd", "serve", "--migrate"}) || !slices.Equal(command[3:], c.Flags) {
			t.Errorf("%s: got %q", row.name, command)
		}
	}
}

func TestSamplingFlags(t *testing.T) {
	if got := samplingFlags([]profiles.Kind{profiles.CPU, profiles.Heap}); got != nil {
		t.Errorf("got %q for profiles that are always on", got)
	}
	if got := samplingFlags([]profiles.Kind{profiles.Block, profiles.Mutex}); len(got) != 4 {
		t.Errorf("got %q", got)
	}
}

func TestCountedViolations(t *testing.T) {
	metrics := `# TYPE lotteryd_invariant_violations_total counter
lotteryd_invariant_violations_total{what="other"} 0
lotteryd_invariant_violations_total{what="told sold out while units were left"} 12
lotteryd_draws_total{result="win"} 5
`
	got, err := countedViolations([]byte(metrics))
	if want := (runfolder.Broken{Name: "told sold out while units were left", Times: 12}); err != nil || len(got) != 1 || got[0] != want {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
	if got, err := countedViolations([]byte(strings.ReplaceAll(metrics, " 12", " 0"))); err != nil || got != nil {
		t.Errorf("without violations: got %+v, %v", got, err)
	}
	if _, err := countedViolations([]byte(strings.ReplaceAll(metrics, " 12", " many"))); err == nil {
		t.Error("a count that is no number was read")
	}
}

// FuzzCountedViolations: metrics are another program's.
func FuzzCountedViolations(f *testing.F) {
	f.Add([]byte("lotteryd_invariant_violations_total{what=\"other\"} 3\n"))
	f.Add([]byte("lotteryd_invariant_violations_total 1e400"))
	f.Fuzz(func(t *testing.T, metrics []byte) {
		counted, err := countedViolations(metrics)
		if err == nil && len(counted) > bytes.Count(metrics, []byte(violationsMetric)) {
			t.Errorf("%d kinds from %q", len(counted), metrics)
		}
	})
}

// buildLotteryd builds the real program, as `make build` does.
func buildLotteryd(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "lotteryd")
	output, err := exec.CommandContext(t.Context(), "go", "build", "-buildvcs=false", "-o", path, "../../cmd/lotteryd").CombinedOutput()
	if err != nil {
		t.Fatalf("go build: %v\n%s", err, output)
	}
	return path
}

// started is an arm that runs until the test ends.
func started(t *testing.T, arm experiment.Arm, lap experiment.Lap) *experiment.Target {
	t.Helper()
	target, err := arm.Start(t.Context(), lap)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := target.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return target
}

// TestArm starts the real program on private stores, lets clients draw, audits
// the run, and then plants a lost win among what a client was answered: the
// ledger of the run has never heard of it.
func TestArm(t *testing.T) {
	data, err := OpenData(t.Context(), "", "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = data.Close(context.Background()) })
	if !data.PrivateRedis() || !data.PrivatePostgres() || data.RedisURL() == "" {
		t.Errorf("got %+v, want private stores", data)
	}
	service := New(Options{Program: buildLotteryd(t), Data: data, Checked: true})
	plan := loadgen.Plan{Rate: 100, Duration: 500 * time.Millisecond}
	lap := experiment.Lap{Round: 1, Dir: t.TempDir()}
	target := started(t, service.Arm(Configuration{Name: "one"}, plan), lap)

	outcomes := map[string]int{}
	target.Plan.Record = func(x *loadgen.Exchange) { outcomes[target.Outcome(x)]++ }
	result, err := loadgen.Run(t.Context(), target.Plan)
	if err != nil || result.Counts.StatusClass(2) != 50 || outcomes["win"]+outcomes["loss"]+outcomes["pending"] != 50 {
		t.Fatalf("got %+v with outcomes %v, %v", result, outcomes, err)
	}
	if broken, err := target.Check(t.Context()); err != nil || len(broken) > 0 {
		t.Errorf("got %+v, %v of a healthy run", broken, err)
	}

	_, path, _ := strings.Cut(target.Plan.URL, "/v1/activities/")
	id, _, _ := strings.Cut(path, "/")
	if file, err := os.ReadFile(filepath.Join(lap.Dir, "activity.yaml")); err != nil || !strings.HasPrefix(string(file), "id: "+id+"\n") {
		t.Errorf("the activity's file is %q, %v", file, err)
	}
	metrics := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(metrics.Close)
	database, err := url.Parse(data.postgres)
	if err != nil {
		t.Fatal(err)
	}
	database.Path = "/run_1"
	w := &witness{activity: id, stores: stores{redis: data.redis, postgres: database.String()}, metricsURL: metrics.URL}
	if outcome := w.outcome(&loadgen.Exchange{
		Start: time.Now(), Sent: time.Millisecond, Done: 2 * time.Millisecond, Status: 200, RequestBody: []byte(`{"user":"nobody","request":"r"}`),
		ResponseBody: []byte(`{"result":"win","activity":"` + id + `","user":"nobody","request":"r","prize":{"id":"gold"},"unit":1,"code":"x"}`),
	}); outcome != "win" {
		t.Errorf("got outcome %q", outcome)
	}
	broken, err := w.check(t.Context())
	if err != nil || len(broken) == 0 || broken[0].ID != "I1" || broken[0].Name != "no lost win" || broken[0].Times != 1 {
		t.Errorf("got %+v, %v, want the lost win", broken, err)
	}
}

// TestArmOfLosers: nobody wins where nobody is to win.
func TestArmOfLosers(t *testing.T) {
	data, err := OpenData(t.Context(), "", "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = data.Close(context.Background()) })
	service := New(Options{Program: buildLotteryd(t), Data: data})
	plan := loadgen.Plan{Rate: 200, Duration: 500 * time.Millisecond}
	target := started(t, service.Arm(Configuration{Name: "losers", LosersOnly: true}, plan), experiment.Lap{Round: 1, Dir: t.TempDir()})
	outcomes := map[string]int{}
	target.Plan.Record = func(x *loadgen.Exchange) { outcomes[target.Outcome(x)]++ }
	if _, err := loadgen.Run(t.Context(), target.Plan); err != nil || outcomes["loss"] != 100 {
		t.Errorf("got %v, %v", outcomes, err)
	}
	if target.Check != nil {
		t.Error("nobody asked for a check")
	}
}
