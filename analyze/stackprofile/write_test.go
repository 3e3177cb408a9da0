package stackprofile_test

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

	"github.com/lotteryctl/lotteryctl/analyze/stackprofile"
	"github.com/lotteryctl/lotteryctl/internal/golden"
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
	for _, row := range []struct {
		name  string
		write func(io.Writer) error
	}{
		{"fixture.folded", func(w io.Writer) error { return p.WriteFolded(w, 1, stackprofile.ByFunction) }},
		{"fixture-package.folded", func(w io.Writer) error { return p.WriteFolded(w, 0, stackprofile.ByPackage) }},
		{"fixture.speedscope.json", func(w io.Writer) error { return p.WriteSpeedscope(w, 1, stackprofile.ByFunction, "fixture") }},
	} {
		golden.Check(t, row.name, written(t, row.write))
	}
}

func TestWrittenProfilesAreReadAgain(t *testing.T) {
	t.Parallel()
	p := fixtureProfile(t)
	again, err := stackprofile.Read(strings.NewReader(written(t, p.WritePprof)), stackprofile.Limits{})
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
	frames := func(p *stackprofile.Profile) (list []stackprofile.Frame) {
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
	if err := json.Unmarshal([]byte(written(t, func(w io.Writer) error { return p.WriteSpeedscope(w, 1, stackprofile.ByFunction, "<x>") })), &file); err != nil {
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
	if err := readText(t, "a -1\n").WriteSpeedscope(io.Discard, 0, stackprofile.ByFunction, ""); err == nil {
		t.Error("a negative value was written")
	}
}

func TestWritersTellOfAFullDisk(t *testing.T) {
	t.Parallel()
	full := errors.New("no space left")
	p := fixtureProfile(t)
	for _, row := range []struct {
		name  string
		write func(io.Writer) error
	}{
		{"folded", func(w io.Writer) error { return p.WriteFolded(w, 0, stackprofile.ByFunction) }},
		{"speedscope", func(w io.Writer) error { return p.WriteSpeedscope(w, 0, stackprofile.ByFunction, "") }},
		{"pprof", p.WritePprof},
	} {
		if err := row.write(failing{full}); !errors.Is(err, full) {
			t.Errorf("%s: got %v", row.name, err)
		}
	}
	for _, write := range []func() error{
		func() error { return p.WriteFolded(io.Discard, 2, stackprofile.ByFunction) },
		func() error { return p.WriteSpeedscope(io.Discard, -1, stackprofile.ByFunction, "") },
		func() error { _, err := p.Top(2, stackprofile.ByFunction); return err },
	} {
		if err := write(); err == nil || !strings.Contains(err.Error(), "there is no sample type") {
			t.Errorf("got %v", err)
		}
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }
