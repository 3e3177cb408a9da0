//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/powerloss"
	"github.com/lotteryctl/lotteryctl/internal/powerloss/fusemount"
)

// testPrograms builds lotteryd, and this program for the processes of the disks:
// the race detector would make a disk ten times slower.
func testPrograms(t *testing.T) programs {
	t.Helper()
	dir := t.TempDir()
	output, err := exec.CommandContext(t.Context(), "go", "build", "-buildvcs=false", "-o", dir, "../../cmd/lotteryd", ".").CombinedOutput()
	if err != nil {
		t.Fatalf("go build: %v\n%s", err, output)
	}
	return programs{filepath.Join(dir, "lotteryd"), []string{filepath.Join(dir, "powerbench"), "--serve-disk"}}
}

// deploy starts a deployment that ends with the test.
func deploy(t *testing.T, s setting) *round {
	t.Helper()
	r, err := newRound(t.Context(), testPrograms(t), s, none, t.TempDir())
	if errors.Is(err, fusemount.ErrNoFUSE) && os.Getenv("LOTTERYCTL_NO_FUSE") != "" {
		t.Skipf("LOTTERYCTL_NO_FUSE is set, and indeed: %v", err)
	}
	if err != nil {
		t.Fatalf("%v; without FUSE: run as root where /dev/fuse is, install fusermount3, or set LOTTERYCTL_NO_FUSE=1 to leave out what needs a mount", err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			log, _ := os.ReadFile(filepath.Join(r.dir, "lotteryd-0.log"))
			t.Logf("lotteryd's log, last part:\n%s", log[max(0, len(log)-3000):])
		}
		if err := r.close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

// TestPowerLosses is the short form of make power: some losses on a healthy
// deployment, after which nothing may be broken, and then one on a Postgres that
// does not sync, which must be found.
func TestPowerLosses(t *testing.T) {
	r := deploy(t, setting{Replicas: 1, Append: "everysec"})
	const load = 300 * time.Millisecond
	for i, p := range []plan{
		{Postgres: true, Redis: true, Lotteryd: true, Survival: powerloss.Nothing, Checkpoint: load / 2},
		{Postgres: true, Redis: true, Survival: powerloss.Scattered, Again: 100 * time.Millisecond},
		{Redis: true, Lotteryd: true, Survival: powerloss.Nothing, Rewrite: load / 2},
	} {
		p.Number, p.Seed, p.Load = i, uint64(i), load
		o, err := r.lose(t.Context(), p)
		if err != nil {
			t.Fatal(err)
		}
		t.Log(line(o))
		if len(o.Broken) > 0 {
			t.Errorf("loss %d broke: %q", i, o.Broken)
		}
		var dropped powerloss.Loss
		for _, l := range o.Losses {
			dropped.Add(l)
		}
		if dropped.Sectors == 0 || o.Answers.Wins == 0 || o.Recovery == 0 {
			t.Errorf("loss %d tests nothing: %+v, %+v", i, dropped, o.Answers)
		}
	}
	if t.Failed() {
		return
	}
	r.fault = fsyncOff
	if err := r.plant(t.Context()); err != nil {
		t.Fatal(err)
	}
	o, err := r.lose(t.Context(), plan{Number: 4, Load: 2 * load}.hitting())
	if err != nil {
		t.Fatal(err)
	}
	t.Log(line(o))
	if !strings.Contains(strings.Join(o.Broken, "\n"), "I1 ") {
		t.Errorf("Postgres did not sync, lost its power, and that was found: %q; want lost wins", o.Broken)
	}
}

// TestArchiveContinues: what is archived is not run again, and other settings
// are refused.
func TestArchiveContinues(t *testing.T) {
	dir := t.TempDir()
	c := campaign{Version: 1, Seed: 7, PerRound: 2}
	a, err := openArchive(dir, c)
	if err != nil {
		t.Fatal(err)
	}
	for n := range 3 {
		if err := a.add(outcome{Plan: planLoss(7, n), Broken: []string{"x"}[:n%2], Recovery: time.Duration(n)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := a.close(); err != nil {
		t.Fatal(err)
	}
	again, err := openArchive(dir, c)
	if err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(sum(again.outcomes)) != fmt.Sprint(sum(a.outcomes)) || len(again.outcomes) != 3 {
		t.Errorf("read back %+v, want %+v", again.outcomes, a.outcomes)
	}
	// Three of three are there: nothing is started.
	if err := losing(context.Background(), programs{}, c, 3, dir, again, t.Output()); err != nil {
		t.Error(err)
	}
	if err := again.close(); err != nil {
		t.Error(err)
	}
	c.Seed, c.Programs = 7, "another version"
	if _, err := openArchive(dir, c); err == nil || !strings.Contains(err.Error(), "another run") {
		t.Errorf("other programs: got %v, want a refusal", err)
	}
	c.Seed, c.Programs = 8, ""
	if _, err := openArchive(dir, c); err == nil || !strings.Contains(err.Error(), "another run") {
		t.Errorf("another seed: got %v, want a refusal", err)
	}
}

// TestPlansCoverAll: the plans of a campaign are the same for the same seed and
// contain each kind of loss.
func TestPlansCoverAll(t *testing.T) {
	var all []outcome
	appends := map[string]int{}
	for n := range 300 {
		p := planLoss(1, n)
		if p != planLoss(1, n) {
			t.Fatalf("loss %d has two plans", n)
		}
		if !p.Postgres && !p.Redis || p.Load < 300*time.Millisecond || p.Load > 1500*time.Millisecond {
			t.Errorf("loss %d: %+v", n, p)
		}
		all = append(all, outcome{Plan: p})
		appends[planRound(1, n).Append]++
	}
	s := sum(all)
	for what, n := range map[string]int{"both": s.both, "postgres": s.postgres, "redis": s.redis, "lotteryd": s.lotteryd, "again": s.again,
		"nothing": s.bySurvival[powerloss.Nothing], "ordered": s.bySurvival[powerloss.Ordered], "scattered": s.bySurvival[powerloss.Scattered],
		"everything": s.bySurvival[powerloss.Everything], "everysec": appends["everysec"], "always": appends["always"], "no": appends["no"]} {
		if n < 5 || n > 250 {
			t.Errorf("%s: %d of 300", what, n)
		}
	}
}

func TestReport(t *testing.T) {
	s := sum([]outcome{
		{Plan: plan{Postgres: true, Redis: true, Survival: powerloss.Nothing}, Answers: tally{Draws: 10, Wins: 4, Losses: 6, Unknowns: 1},
			Losses: []powerloss.Loss{{Sectors: 2048, Files: 2}, {Sectors: 2048, Files: 1}}, Recovery: time.Second},
		{Plan: plan{Redis: true, Survival: powerloss.Scattered, Again: 1}, Wiped: true, Recovery: 3 * time.Second, Redrawn: 2},
		{Plan: plan{Postgres: true, Survival: powerloss.Ordered, Lotteryd: true}, Broken: []string{"I1"}, Recovery: time.Hour},
	})
	got := s.text(campaign{Seed: 9})
	for _, want := range []string{"power losses: 3, seed 9; with something broken: 1\n",
		"both stores 1, only Postgres 1, only Redis 1; lotteryd killed in 1; a second loss during recovery in 1\n",
		"nothing 1, ordered 1, scattered 1, everything 0\n", "10 draws, 4 wins, 6 losses; 202 0 times; no answer 1 times; losses drawn again to another end 2\n",
		"4096 sectors (2.0 MiB) dropped in 3 files", "Redis wiped 1 times\n", "first answer: median 3.00 s, p90 3.00 s, longest 3.00 s\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("the report lacks %q:\n%s", want, got)
		}
	}
}
