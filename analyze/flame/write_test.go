package flame_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/lotteryctl/lotteryctl/analyze/flame"
)

// written is what a writer of the fixture writes.
func written(t *testing.T, write func(io.Writer) error) string {
	t.Helper()
	var out bytes.Buffer
	if err := write(&out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestGoldens(t *testing.T) {
	t.Parallel()
	p := fixtureProfile(t)
	tree, err := p.Fold(flame.FoldOptions{Type: 1, MinShare: 0.02})
	if err != nil {
		t.Fatal(err)
	}
	top, err := p.Top(1, flame.ByFunction)
	if err != nil {
		t.Fatal(err)
	}
	d := fixtureDiff(t)
	before, after := dump(t, testdata(t, "goroutines.txt")), dump(t, testdata(t, "goroutines-later.txt"))
	growth := flame.CompareGoroutines(before, after)
	for name, write := range map[string]func(io.Writer) error{
		"fixture.folded":          func(w io.Writer) error { return p.WriteFolded(w, 1, flame.ByFunction) },
		"fixture-package.folded":  func(w io.Writer) error { return p.WriteFolded(w, 0, flame.ByPackage) },
		"fixture.speedscope.json": func(w io.Writer) error { return p.WriteSpeedscope(w, 1, flame.ByFunction, "fixture") },
		"fixture-top.txt":         func(w io.Writer) error { return flame.WriteTop(w, top, p.Types[1], p.Total(1), 6) },
		"fixture-tree.txt":        func(w io.Writer) error { return tree.WriteText(w, flame.TextOptions{MinShare: 0.06}) },
		"fixture-tree.json":       tree.WriteJSON,
		"diff.txt":                func(w io.Writer) error { return d.WriteText(w, 5) },
		"diff.json":               d.WriteJSON,
		"diff.folded":             d.WriteFolded,
		"goroutines-groups.txt":   func(w io.Writer) error { return flame.WriteGoroutines(w, before.Groups(), 3) },
		"goroutines-groups.json":  func(w io.Writer) error { return flame.WriteGoroutinesJSON(w, before.Groups()) },
		"goroutines-growth.txt":   func(w io.Writer) error { return flame.WriteGoroutineGrowth(w, growth, 0) },
		"goroutines-growth.json":  func(w io.Writer) error { return flame.WriteGoroutineGrowthJSON(w, growth) },
	} {
		golden(t, name, written(t, write))
	}
}

// fixtureDiff has a regression in one function, within rounds that scatter.
func fixtureDiff(t *testing.T) *flame.Diff {
	t.Helper()
	var sides [2][]flame.Input
	for round := range int64(8) {
		for side := range sides {
			made := fixture()
			made.Sample[0].Value[0] += 3 * (round % 3)
			made.Sample[4].Value[0] += round % 2
			made.Sample[2].Value[0] += 40 * int64(side)
			for _, s := range made.Sample {
				s.Value[0] *= 10
				s.Value[1] = s.Value[0] * made.Period
			}
			sides[side] = append(sides[side], flame.Input{Profile: read(t, made), Requests: 1000})
		}
	}
	d, err := flame.Compare(sides[0], sides[1], flame.DefaultDiffOptions())
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestWrittenProfilesAreReadAgain(t *testing.T) {
	t.Parallel()
	p := fixtureProfile(t)
	again, err := flame.Read(strings.NewReader(written(t, p.WritePprof)), flame.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	for i := range p.Types {
		if got, want := folded(t, again, i), folded(t, p, i); got != want {
			t.Errorf("pprof: got\n%s\nwant\n%s", got, want)
		}
	}
	if !slices.Equal(again.Types, p.Types) || again.Period != p.Period || again.Duration != p.Duration || !again.Start.Equal(p.Start) || again.DefaultType != p.DefaultType {
		t.Errorf("pprof: got %+v, want %+v", again.Types, p.Types)
	}
	frames := func(p *flame.Profile) (list []flame.Frame) {
		for s := range p.Samples() {
			for _, id := range s.Stack {
				list = append(list, p.Frame(id))
			}
		}
		return list
	}
	if got, want := frames(again), frames(p); !slices.Equal(got, want) {
		t.Errorf("pprof: the frames are\n%+v, not\n%+v", got, want)
	}
	var routes []string
	for s := range again.Samples() {
		for _, l := range s.Labels {
			routes = append(routes, l.Key+"="+l.Value())
		}
	}
	if want := []string{"route=/draw", "route=/draw", "route=/admin", "route=/admin"}; !slices.Equal(routes, want) {
		t.Errorf("pprof: got labels %v, want %v", routes, want)
	}
	text := readText(t, folded(t, p, 0))
	if got, want := folded(t, text, 0), folded(t, p, 0); got != want {
		t.Errorf("folded: got\n%s\nwant\n%s", got, want)
	}
}

func TestPprofReadsWhatWasWritten(t *testing.T) {
	t.Parallel()
	p := fixtureProfile(t)
	path := filepath.Join(t.TempDir(), "written.pb.gz")
	if err := os.WriteFile(path, []byte(written(t, p.WritePprof)), 0o600); err != nil {
		t.Fatal(err)
	}
	for i, valueType := range p.Types {
		compareTop(t, p, i, pprofTop(t, path, valueType))
	}
}

func TestSpeedscopeIsWhole(t *testing.T) {
	t.Parallel()
	p := fixtureProfile(t)
	var file struct {
		Schema   string `json:"$schema"`
		Shared   struct{ Frames []struct{ Name, File string } }
		Profiles []struct {
			Type, Name, Unit     string
			StartValue, EndValue int64
			Samples              [][]int
			Weights              []int64
		}
	}
	if err := json.Unmarshal([]byte(written(t, func(w io.Writer) error { return p.WriteSpeedscope(w, 1, flame.ByFunction, "<x>") })), &file); err != nil {
		t.Fatal(err)
	}
	profile := file.Profiles[0]
	var total int64
	for i, weight := range profile.Weights {
		total += weight
		for _, frame := range profile.Samples[i] {
			if frame < 0 || frame >= len(file.Shared.Frames) {
				t.Fatalf("a sample has frame %d of %d", frame, len(file.Shared.Frames))
			}
		}
	}
	if total != p.Total(1) || profile.EndValue != total || len(profile.Samples) != len(profile.Weights) || profile.Unit != "nanoseconds" || profile.Type != "sampled" {
		t.Errorf("got %d of %d in %q", total, p.Total(1), profile.Unit)
	}
	if err := readText(t, "a -1\n").WriteSpeedscope(io.Discard, 0, flame.ByFunction, ""); err == nil {
		t.Error("a negative value was written")
	}
}

func TestWritersTellOfAFullDisk(t *testing.T) {
	t.Parallel()
	full := errors.New("no space left")
	p := fixtureProfile(t)
	tree, err := p.Fold(flame.FoldOptions{})
	if err != nil {
		t.Fatal(err)
	}
	d := fixtureDiff(t)
	for name, write := range map[string]func(io.Writer) error{
		"folded":     func(w io.Writer) error { return p.WriteFolded(w, 0, flame.ByFunction) },
		"speedscope": func(w io.Writer) error { return p.WriteSpeedscope(w, 0, flame.ByFunction, "") },
		"pprof":      p.WritePprof, "json": tree.WriteJSON,
		"tree":      func(w io.Writer) error { return tree.WriteText(w, flame.TextOptions{}) },
		"diff json": d.WriteJSON, "diff folded": d.WriteFolded, "diff": func(w io.Writer) error { return d.WriteText(w, 0) },
	} {
		if err := write(failing{full}); !errors.Is(err, full) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	for _, write := range []func() error{
		func() error { return p.WriteFolded(io.Discard, 2, flame.ByFunction) },
		func() error { return p.WriteSpeedscope(io.Discard, -1, flame.ByFunction, "") },
		func() error { _, err := p.Top(2, flame.ByFunction); return err },
	} {
		if err := write(); err == nil || !strings.Contains(err.Error(), "there is no sample type") {
			t.Errorf("got %v", err)
		}
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }
