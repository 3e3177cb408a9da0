package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/cli"
	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/runreport"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
)

// TestOneJudgeOfRandomFolders: bench and compare say the same of 50 randomly made
// run folders: the same number of questions, p-values and verdicts, in text and in
// JSON. The folders have what folders can have: few rounds, missing and failing
// ones, ties, zeros, arms that never ran, overload, searches for capacities.
func TestOneJudgeOfRandomFolders(t *testing.T) {
	judged, verdicts := 0, map[string]int{}
	for seed := range 50 {
		random := rand.New(rand.NewPCG(uint64(seed), 10))
		folder := writeRandomFolder(t, random)
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			n := sameJudgement(t, folder, verdicts)
			judged += n
		})
	}
	// That all of them are empty, or all the same, would prove nothing.
	if judged < 300 || verdicts["regressed"] < 20 || verdicts["improved"] < 20 || verdicts["equivalent"] < 20 || verdicts["inconclusive"] < 20 {
		t.Errorf("only %d comparisons with %v", judged, verdicts)
	}
}

// writeRandomFolder makes a run folder as bench writes it.
func writeRandomFolder(t *testing.T, random *rand.Rand) string {
	t.Helper()
	names := []string{"old", "new", "other-2", "x.y", "v3"}[:2+random.IntN(4)]
	capacityOnly := random.IntN(5) == 0
	manifest := runfolder.Manifest{
		Tool: "lotteryctl test", Name: "random", Benchmark: "Run", Service: "random", Workload: "constant-100ps-10s",
		Rounds: []int{1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 26}[random.IntN(12)], Seed: random.Uint64(),
	}
	if capacityOnly {
		manifest.Rules.CapacityOnly, manifest.Rules.Capacity = true, &runfolder.CapacityRules{SLO: 10 * time.Millisecond}
	}
	for _, name := range names {
		manifest.Arms = append(manifest.Arms, runfolder.ArmManifest{Name: name, FreshProcess: true, Arrivals: "constant", Rate: 100, DurationNS: 10 * time.Second})
	}
	path := filepath.Join(t.TempDir(), "run")
	folder, err := runfolder.Create(path, manifest)
	if err != nil {
		t.Fatal(err)
	}
	center := func() float64 { return []float64{1, 1, 1.02, 1.3, 0.6, 3}[random.IntN(6)] }
	shapes := map[string][3]float64{}
	for _, name := range names {
		shapes[name] = [3]float64{center(), center(), center()}
	}
	requests := []int64{100, 1000, 2000, 12_000}[random.IntN(4)]
	missing, ties, speed := random.IntN(8), random.IntN(3) == 0, random.IntN(2) == 0
	absent := "" // an arm that never runs
	if len(names) > 2 && random.IntN(4) == 0 {
		absent = names[1+random.IntN(len(names)-1)]
	}
	for round := range manifest.Rounds {
		luck := 1 + 0.3*random.Float64()
		for order, i := range random.Perm(len(names)) {
			run := randomRun(random, shapes[names[i]], luck, requests, ties, speed, capacityOnly)
			run.Round, run.Order, run.Arm = round+1, order+1, names[i]
			if missing == 0 && random.IntN(5) == 0 {
				continue
			}
			if names[i] == absent || missing == 1 && random.IntN(6) == 0 {
				run.Failure, run.FailureKind = "it ended", runfolder.EndedEarly
			}
			run.Partial = missing == 2 && random.IntN(8) == 0
			if missing == 3 && random.IntN(5) == 0 {
				repeated := run
				repeated.Repeated = true
				if err := folder.Add(repeated); err != nil {
					t.Fatal(err)
				}
				run.Repeat = 1
			}
			if err := folder.Add(run); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := folder.Close(""); err != nil {
		t.Fatal(err)
	}
	return path
}

// randomRun is one run of an arm whose figures are shape times what all arms have.
func randomRun(random *rand.Rand, shape [3]float64, luck float64, requests int64, ties, speed, capacityOnly bool) (run runfolder.Round) {
	now := luck * (1 + 0.02*random.NormFloat64())
	if ties {
		now = 1 + float64(random.IntN(2))/10
	}
	if capacityOnly {
		run.Capacity = &runfolder.Capacity{Rate: 1000 * shape[0] * now, GeneratorBound: shape[0] == 3 && random.IntN(3) == 0}
		return run
	}
	latency := func(ms float64) time.Duration { return time.Duration(ms * shape[0] * now * float64(time.Millisecond)) }
	run.Load = runfolder.Load{
		WindowNS: 10 * time.Second, AskedRate: float64(requests) / 10, AnsweredRate: float64(requests) / 10 * min(1, 1.5/shape[0]),
		Requests: requests, Answered: requests,
		Response: &runfolder.Quantiles{Mean: latency(1), P50: latency(0.8), P95: latency(3), P99: latency(5), Max: latency(20)},
		Lateness: &runfolder.Quantiles{P99: time.Microsecond},
	}
	if shape[1] == 3 && random.IntN(2) == 0 {
		run.Load.Errors = 1 + random.Int64N(requests/2)
	}
	run.Cost = runfolder.Cost{Bytes: figure(5000 * shape[1]), Allocs: figure(0), GCCycles: figure(float64(random.IntN(3))), PeakRSS: figure(30e6 * shape[2] * now)}
	if shape[1] > 1 {
		run.Cost.Allocs = figure(float64(random.IntN(3)))
	}
	if random.IntN(30) > 0 { // not every run has it
		run.Cost.ServerCPU = figure(2e5 * shape[2] * now)
	}
	if speed {
		run.Cost.ClientCPU = figure(5e4 * now * (1 + 0.01*random.NormFloat64()))
	}
	return run
}

// said is a comparison as bench and compare both say it.
type said struct {
	verdict              string
	gated                bool
	ratio, low, high     string
	p, corrected         string
	runsToDecide         int
	adjusted, isExcluded bool
}

func orNull(v *float64) string {
	if v == nil {
		return "null"
	}
	return fmt.Sprint(*v)
}

// sameJudgement holds the two commands against each other, and returns how many
// comparisons they agree about.
func sameJudgement(t *testing.T, path string, verdicts map[string]int) int {
	run, rounds, _, err := runfolder.Read(os.DirFS(path))
	if err != nil {
		t.Fatal(err)
	}
	report, err := runreport.New(path, run, rounds)
	if err != nil {
		t.Fatal(err)
	}
	var text, object strings.Builder
	if err := report.Print(&text, "a service", false); err != nil {
		t.Fatal(err)
	}
	if err := report.Print(&object, "a service", true); err != nil {
		t.Fatal(err)
	}
	bench, family := saidByBench(t, object.String())
	compared, _, err := execute(t, "compare", "--json", path)
	if len(bench) == 0 {
		if cli.ExitCode(err) != cli.CodeUsage && run.Rules.Capacity == nil {
			t.Errorf("bench compares nothing, and compare ends with %v:\n%s", err, compared)
		}
		return 0
	}
	if err != nil {
		t.Fatalf("bench has %d comparisons, compare says %v", len(bench), err)
	}
	theirs, theirFamily := saidByCompare(t, compared)
	for key, ours := range bench {
		if other := theirs[key]; other != ours {
			t.Errorf("%s: bench says %+v, compare %+v", key, ours, other)
		}
		verdicts[ours.verdict]++
	}
	for key, other := range theirs {
		if _, ok := bench[key]; !ok && !other.isExcluded {
			t.Errorf("%s is not in bench: %+v", key, other)
		}
	}
	if family >= 0 && family != theirFamily {
		t.Errorf("bench corrects for %d questions, compare for %d", family, theirFamily)
	}
	words, _, err := execute(t, "compare", path)
	if err != nil {
		t.Fatal(err)
	}
	sameWords(t, text.String(), words, bench, run.Rules.CapacityOnly)
	return len(bench)
}

// saidByBench reads bench --json. The family is -1 where it is not told.
func saidByBench(t *testing.T, text string) (all map[string]said, family int) {
	t.Helper()
	type effect struct {
		Unit                string
		Ratio, Low, High, P *float64
		Adjusted            bool
	}
	var report struct {
		Comparison *struct {
			Family int
			Arms   []struct {
				Arm     string
				Metrics []struct {
					Effect    effect
					Gated     bool
					Corrected *float64 `json:"corrected_p"`
					Verdict   string
					Rounds    int `json:"rounds_needed"`
				}
			}
		}
		Capacities []struct {
			Arm       string
			Versus    *effect  `json:"versus_first"`
			Corrected *float64 `json:"corrected_p"`
		}
	}
	if err := json.Unmarshal([]byte(text), &report); err != nil {
		t.Fatal(err)
	}
	all, family = map[string]said{}, -1
	if c := report.Comparison; c != nil {
		family = c.Family
		for _, arm := range c.Arms {
			for _, m := range arm.Metrics {
				e := m.Effect
				all[arm.Arm+" "+tidyUnit(e.Unit)] = said{m.Verdict, m.Gated, orNull(e.Ratio), orNull(e.Low), orNull(e.High), orNull(e.P), orNull(m.Corrected), m.Rounds, e.Adjusted, false}
			}
		}
	}
	for _, c := range report.Capacities {
		if e := c.Versus; e != nil {
			// Of a capacity bench gives figures and leaves the verdict to the reader.
			all[c.Arm+" "+e.Unit] = said{"", true, orNull(e.Ratio), orNull(e.Low), orNull(e.High), orNull(e.P), orNull(c.Corrected), 0, e.Adjusted, false}
		}
	}
	return all, family
}

// tidyUnit is a unit of bench.txt as compare has it.
func tidyUnit(unit string) string {
	switch unit {
	case "ns/op":
		return "sec/op"
	case "cpu-ns/op":
		return "cpu-sec/op"
	}
	if name, ok := strings.CutSuffix(unit, "-ns"); ok {
		return name + "-sec"
	}
	return unit
}

func saidByCompare(t *testing.T, text string) (all map[string]said, family int) {
	t.Helper()
	var report struct {
		Family int
		Tables []struct {
			Unit, Better string
			Gated        bool
			Rows         []struct {
				Cells []struct {
					Column     string
					Comparison *struct {
						Verdict  string
						Ratio    *struct{ Center, Low, High *float64 }
						Adjusted bool
						Excluded string
						P        *float64
						PHolm    *float64 `json:"p_holm"`
						Runs     int      `json:"runs_to_decide"`
					}
				}
			}
		}
	}
	if err := json.Unmarshal([]byte(text), &report); err != nil {
		t.Fatal(err)
	}
	all = map[string]said{}
	for _, table := range report.Tables {
		for _, row := range table.Rows {
			for _, cell := range row.Cells {
				c := cell.Comparison
				if c == nil || c.Ratio == nil || table.Better == "unknown" {
					continue
				}
				s := said{c.Verdict, table.Gated, orNull(c.Ratio.Center), orNull(c.Ratio.Low), orNull(c.Ratio.High), orNull(c.P), orNull(c.PHolm), c.Runs, c.Adjusted, c.Excluded != ""}
				if table.Unit == "capacity-ops/s" {
					s.verdict, s.runsToDecide = "", 0
				}
				all[cell.Column+" "+table.Unit] = s
			}
		}
	}
	return all, report.Family
}

// sameWords compares the texts: the sentence about the method, which has the number
// of questions, and how many verdicts of each kind there are.
func sameWords(t *testing.T, bench, compare string, judged map[string]said, capacityOnly bool) {
	t.Helper()
	lines := strings.Split(compare, "\n")
	if capacityOnly {
		return // a table without verdicts
	}
	if method := lines[1]; strings.HasPrefix(method, "(") && !strings.Contains(bench, method) {
		t.Errorf("bench does not say %s:\n%s", method, bench)
	}
	count := map[string]int{}
	for _, s := range judged {
		if s.gated {
			count[s.verdict]++
		}
	}
	var tally []string
	for _, verdict := range []string{"regressed", "improved", "changed", "inconclusive", "equivalent", "uncompared"} {
		if n := count[verdict]; n > 0 {
			tally = append(tally, fmt.Sprint(n, " ", verdict))
		}
	}
	if want := strings.Join(tally, ", "); lines[0] != want && len(tally) > 0 {
		t.Errorf("compare begins with %q, bench has %q", lines[0], want)
	}
	for _, warning := range slices.DeleteFunc(lines, func(l string) bool { return !strings.HasPrefix(l, "warning: ") }) {
		if !strings.Contains(bench, warning) {
			t.Errorf("bench does not say %q", warning)
		}
	}
}
