package comparecmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"net/url"
	"os"
	"slices"
	"strings"

	benchmarks "github.com/lotteryctl/lotteryctl/analyze/bench"
	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/cli"
	"github.com/lotteryctl/lotteryctl/internal/benchreport"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
)

// readNoise reads --noise: a calibration, or a run folder to calibrate by.
func (o *compareOptions) readNoise(ctx context.Context) (*benchmarks.Noise, error) {
	if o.noise == "" {
		return nil, nil
	}
	info, err := os.Stat(o.noise)
	if err != nil {
		return nil, fmt.Errorf("--noise: %w", err)
	}
	if info.IsDir() {
		return calibrateFolder(ctx, o.noise)
	}
	file, err := os.Open(o.noise)
	if err != nil {
		return nil, fmt.Errorf("--noise: %w", err)
	}
	defer file.Close()
	noise, err := benchmarks.ReadNoise(file)
	if errors.Is(err, benchmarks.ErrNoNoise) {
		return nil, fmt.Errorf("--noise: %s: %w; write one with compare --calibrate RUN --json", o.noise, err)
	}
	if err != nil {
		return nil, fmt.Errorf("--noise: %s: %w", o.noise, err)
	}
	return noise, nil
}

func calibrateFolder(ctx context.Context, path string) (*benchmarks.Noise, error) {
	m, err := readMaterial(ctx, cli.Env{Stdin: strings.NewReader(""), Stdout: io.Discard, Stderr: io.Discard}, []string{path})
	if err != nil {
		return nil, fmt.Errorf("--noise: %w", err)
	}
	if err := m.isAA(); err != nil {
		return nil, fmt.Errorf("--noise: %w", err)
	}
	query := benchmarks.Query{Table: benchmarks.NoKeys}
	if query.Col, err = m.armOrder(""); err != nil {
		return nil, fmt.Errorf("--noise: %w", err)
	}
	tables, err := query.Tables(m.set)
	if err != nil {
		return nil, fmt.Errorf("--noise: %w", err)
	}
	noise, _ := m.calibrate(tables)
	if len(noise.Floors) == 0 {
		return nil, fmt.Errorf("--noise: %s has too few runs for a noise floor", path)
	}
	return noise, nil
}

// The keys of a calibration's configuration that decide whether its floors say
// anything about other runs. requestKey is ours: bench.txt does not have it.
const (
	workloadKey = "workload"
	requestKey  = "request"
)

// calibrate measures the noise floors, and what they were measured on.
func (m *material) calibrate(tables *benchmarks.Tables) (*benchmarks.Noise, []benchmarks.Unbounded) {
	noise, skipped := benchmarks.Calibrate(tables, benchmarks.DefaultSeed)
	if requests := m.requests(); len(requests) == 1 {
		noise.Config[requestKey] = requests[0]
	}
	return noise, skipped
}

// requests are those that the runs of the folders sent, without the host: ports
// differ from run to run.
func (m *material) requests() (all []string) {
	for _, folder := range m.folders {
		for _, arm := range folder.run.Arms {
			if text := requestText(arm); !slices.Contains(all, text) {
				all = append(all, text)
			}
		}
	}
	return all
}

func requestText(arm runfolder.ArmManifest) string {
	_, path, _ := strings.Cut(arm.URL, "://")
	if slash := strings.IndexByte(path, '/'); slash >= 0 {
		path = path[slash:]
	} else {
		path = "/"
	}
	if u, err := url.Parse(arm.URL); err == nil {
		path = u.RequestURI()
	}
	text := strings.TrimSpace(arm.Method + " " + path)
	if arm.BodySHA256 != "" {
		text += " with body " + arm.BodySHA256[:min(8, len(arm.BodySHA256))]
	}
	return text
}

// checkNoise refuses noise that was measured on another workload, whose floors say
// nothing about these runs, and doubts noise from other conditions.
func (m *material) checkNoise(noise *benchmarks.Noise, tables *benchmarks.Tables) (doubts []benchreport.Doubt, err error) {
	doubt := func(format string, args ...any) {
		doubts = append(doubts, benchreport.Doubt{Code: benchreport.DoubtUnlike, Text: fmt.Sprintf(format, args...)})
	}
	if len(noise.Config) == 0 && len(noise.Benchmarks) == 0 {
		doubt("the noise does not say what it was measured on; make sure that it was the workload of these runs, or calibrate again")
		return doubts, nil
	}
	config := m.set.Config()
	config[requestKey] = m.requests()
	for _, key := range slices.Sorted(maps.Keys(noise.Config)) {
		was := noise.Config[key]
		for _, is := range config[key] {
			switch {
			case key == "service" || is == was || is == "":
			case key == requestKey, key == workloadKey && !isSimilar(was, is):
				return nil, fmt.Errorf("--noise: the noise was measured with the %s %q, and these runs have %q; calibrate with the %s of these runs (bench --calibrate)", key, was, is, key)
			default:
				doubt("%s: %s in the noise, %s in the runs: the noise floors may be those of something else", key, was, is)
			}
		}
	}
	if len(noise.Benchmarks) > 0 && !slices.ContainsFunc(rowLabels(tables), func(row string) bool { return slices.Contains(noise.Benchmarks, row) }) {
		doubt("the noise was measured on %s, and these runs have no such benchmark: the noise floors may be those of something else", strings.Join(noise.Benchmarks, ", "))
	}
	return doubts, nil
}

func rowLabels(tables *benchmarks.Tables) (labels []string) {
	for _, t := range tables.Tables {
		for _, row := range t.Rows {
			labels = append(labels, row.Label)
		}
	}
	return labels
}

// mostRates is how far the rates of two loads may be apart for the noise of one to
// say something about the other: bench without --rate finds another one each time.
const mostRates = 1.5

// isSimilar reports whether two workloads, as bench.txt has them, are the same but
// for a rate that is a little different, or for the length of a run.
func isSimilar(a, b string) bool {
	kindA, rateA, okA := loadText(a)
	kindB, rateB, okB := loadText(b)
	return okA && okB && kindA == kindB && math.Abs(math.Log(rateA/rateB)) <= math.Log(mostRates)
}

// loadText takes "constant-1200ps-10s" apart.
func loadText(text string) (kind string, rate float64, ok bool) {
	kind, rest, _ := strings.Cut(text, "-")
	number, _, ok := strings.Cut(rest, "ps-")
	if !ok {
		return kind, 0, false
	}
	_, err := fmt.Sscanf(number, "%g", &rate)
	return kind, rate, err == nil && rate > 0
}
