package main

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	benchmarks "github.com/lotteryctl/lotteryctl/analyze/bench"
	"github.com/lotteryctl/lotteryctl/analyze/units"
	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/runreport"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/internal/study"
)

// comparedJSON is what compare --json says of a cell.
type comparedJSON struct {
	Tables []struct {
		Unit    string
		Better  string
		Gated   bool
		Columns []string
		Rows    []struct {
			Cells []struct {
				Column  string
				Compare *struct {
					Verdict  benchmarks.Verdict
					Ratio    *struct{ Center, Low, High *float64 }
					Adjusted bool
					P        *float64
					PHolm    *float64 `json:"p_holm"`
					Runs     int      `json:"runs_to_decide"`
				} `json:"comparison"`
			}
		}
	}
}

// TestBenchAndCompareSayTheSame: one folder has one judge. Every figure of
// study.Compare, which bench prints, must be that of `compare FOLDER`.
func TestBenchAndCompareSayTheSame(t *testing.T) {
	folders, err := filepath.Glob("../../docs/runs/*")
	if err != nil || len(folders) == 0 {
		t.Fatalf("no committed runs: %v", err)
	}
	dir := t.TempDir()
	for _, row := range []struct {
		name   string
		rounds int
	}{{"planted", 10}, {"few", 4}, {"ranks", 7}} {
		r := armsReport(t, row.rounds)
		for i := range r.Rounds {
			// The median more than doubles and scatters; the machine's speed tells.
			if q := r.Rounds[i].Load.Response; r.Rounds[i].Arm == "new" {
				q.P50 = time.Duration(float64(q.P50) * (1.4 + 0.5*float64(i%5)))
			}
			r.Rounds[i].Cost.ClientCPU = figure(50_000 * (1 + 0.03*float64(i*7%11)))
		}
		r.Run.Name = row.name
		folder := writeRun(t, dir, r)
		text, err := os.Create(filepath.Join(folder, "bench.txt"))
		if err != nil {
			t.Fatal(err)
		}
		if err := runfolder.WriteBench(text, &r.Run, r.Rounds); err != nil {
			t.Fatal(err)
		}
		text.Close()
		folders = append(folders, folder)
	}
	for _, folder := range folders {
		t.Run(filepath.Base(folder), func(t *testing.T) { sameFigures(t, folder) })
	}
}

func sameFigures(t *testing.T, folder string) {
	run, rounds, _, err := runfolder.Read(os.DirFS(folder))
	if err != nil {
		t.Fatal(err)
	}
	bench, err := study.Compare(runreport.Report{Run: run}.Arms(), rounds, study.Rule{})
	if err != nil {
		t.Fatal(err)
	}
	stdout, _, err := execute(t, "compare", "--json", folder)
	if err != nil {
		t.Fatal(err)
	}
	var compared comparedJSON
	if err := json.Unmarshal([]byte(stdout), &compared); err != nil {
		t.Fatal(err)
	}
	same := func(what string, a float64, b *float64) {
		t.Helper()
		if finite := !math.IsInf(a, 0) && !math.IsNaN(a); finite != (b != nil) || finite && a != *b {
			t.Errorf("%s: bench has %v, compare %v", what, a, b)
		}
	}
	seen := 0
	for _, arm := range bench.Arms {
		for _, m := range arm.Metrics {
			what := arm.Arm + ", " + m.Effect.Unit
			found := false
			for _, table := range compared.Tables {
				if table.Unit != m.Table.Unit {
					continue
				}
				for _, cell := range table.Rows[0].Cells {
					if cell.Column != arm.Arm {
						continue
					}
					found = true
					c := cell.Compare
					if c == nil || c.Verdict != m.Verdict || table.Gated != m.Gated || c.Runs != m.Rounds || c.Adjusted != m.Effect.Adjusted {
						t.Errorf("%s: bench has %+v, compare %+v", what, m, c)
						continue
					}
					same(what+", ratio", m.Effect.Ratio.Center, c.Ratio.Center)
					same(what+", low", m.Effect.Ratio.Low, c.Ratio.Low)
					same(what+", high", m.Effect.Ratio.High, c.Ratio.High)
					same(what+", p", m.Effect.P, c.P)
					if (m.Corrected == nil) != (c.PHolm == nil) || m.Corrected != nil && *m.Corrected != *c.PHolm {
						t.Errorf("%s: bench has corrected p %v, compare %v", what, m.Corrected, c.PHolm)
					}
				}
			}
			if !found {
				t.Errorf("%s is not in compare", what)
			}
			seen++
		}
	}
	judged := 0
	for _, table := range compared.Tables {
		if table.Better != "unknown" {
			judged += len(table.Columns) - 1
		}
	}
	if seen == 0 || seen != judged {
		t.Errorf("bench has %d comparisons, compare %d", seen, judged)
	}
}

// TestBenchAndCompareWriteTheSame: the same words for the same figures.
func TestBenchAndCompareWriteTheSame(t *testing.T) {
	r := armsReport(t, 10)
	folder := writeRun(t, t.TempDir(), r)
	var text strings.Builder
	if err := runfolder.WriteBench(&text, &r.Run, r.Rounds); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "bench.txt"), []byte(text.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	compared, _, err := execute(t, "compare", folder)
	if err != nil {
		t.Fatal(err)
	}
	var printed strings.Builder
	if err := r.Print(&printed, "a service", false); err != nil {
		t.Fatal(err)
	}
	for _, m := range r.Comparison.Arms[0].Metrics {
		if m.Effect.Unit != "cpu-ns/op" {
			continue
		}
		effect := units.Effect(m.Effect.Ratio)
		if !strings.Contains(compared, effect) || !strings.Contains(compared, units.PText(*m.Corrected)) {
			t.Errorf("compare does not write %s, %s:\n%s", effect, units.PText(*m.Corrected), compared)
		}
		for _, part := range []string{units.Change(m.Effect.Ratio.Center), units.Interval(m.Effect.Ratio), units.P(*m.Corrected), string(m.Verdict)} {
			if !strings.Contains(printed.String(), part) {
				t.Errorf("bench does not write %s:\n%s", part, printed.String())
			}
		}
	}
}
