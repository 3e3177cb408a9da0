package profiles_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/golden"
	"github.com/lotteryctl/lotteryctl/profiles"
)

// sampleManifest has something in every field.
func sampleManifest() *profiles.Manifest {
	at := func(second int) time.Time { return time.Date(2026, 1, 2, 3, 4, second, 0, time.UTC) }
	requests := int64(36_000)
	cpu := profiles.Profile{
		Kind: profiles.CPU, Status: profiles.OK, File: "cpu.pb.gz", Delta: true,
		WindowStart: at(1), WindowEnd: at(31), DurationNS: 20 * time.Second, Requests: &requests, Bytes: 5120, Samples: 310,
		SampleTypes: []profiles.SampleType{{Type: "samples", Unit: "count", Total: 500}, {Type: "cpu", Unit: "nanoseconds", Total: 5_000_000_000}},
		Period:      &profiles.Period{Type: "cpu", Unit: "nanoseconds", Value: 10_000_000},
	}
	cpu.Notes = profiles.Notes{
		{Code: profiles.NotePartOfWindow, ProfiledNS: 20 * time.Second, PlannedNS: 30 * time.Second, Failure: &profiles.Failure{Code: profiles.FailTimedOut, Page: "/debug/pprof/profile", LimitNS: 30 * time.Second}},
		{Code: profiles.NoteOwnShare, Share: 0.25, Functions: `^net/http/pprof\.`},
		{Code: profiles.NoteWithoutTargets, Targets: []string{"api"}},
	}
	heap := profiles.Profile{
		Kind: profiles.Heap, Status: profiles.OK, File: "heap.pb.gz", StartFile: "heap-start.pb.gz", WindowEnd: at(32), Bytes: 4096, Samples: 12,
		SampleTypes: []profiles.SampleType{{Type: "inuse_space", Unit: "bytes", Total: 1 << 20}},
		Period:      &profiles.Period{Type: "space", Unit: "bytes", Value: 512 << 10},
	}
	block := profiles.Profile{Kind: profiles.Block, Status: profiles.Failed, Delta: true, Failure: &profiles.Failure{Code: profiles.FailNotFound, Page: "/debug/pprof/block", Status: 404}}
	all := []profiles.Profile{cpu, heap, block}
	return &profiles.Manifest{
		Format: profiles.Format, State: profiles.Partial, Reason: profiles.Reasons{{Code: profiles.ReasonInterrupted, IntoNS: 30 * time.Second, PlannedNS: 40 * time.Second}, {Code: profiles.ReasonStoppedAnswering, Target: "web"}},
		Tool: "lotteryctl v1", Command: []string{"lotteryctl", "profile", "--target", "http://127.0.0.1:6060"},
		Started: at(0), Ended: at(33), WindowStart: at(1), WindowEnd: at(31), DurationNS: 40 * time.Second, Requests: &requests,
		Profiles: all,
		Targets: []profiles.Source{{
			Name: "web", URL: "http://127.0.0.1:6060", Headers: []string{"Authorization"}, Restarted: true,
			Process: profiles.Process{
				GoVersion: "go1.26.1", OS: "linux", Arch: "amd64", PID: 7, Started: at(0), Binary: "shop", BuildID: "abc",
				Module: "example.com/shop", Version: "v1.2.3", Revision: "f00", Modified: true,
			},
			Profiles:   all,
			Goroutines: &profiles.Dump{Status: profiles.OK, File: "goroutines.txt", StartFile: "goroutines-start.txt", StartAt: at(0), EndAt: at(32)},
			Metrics:    &profiles.Metrics{Status: profiles.OK, File: "metrics.jsonl", URL: "http://127.0.0.1:6060/metrics", Format: "prometheus", Samples: 32},
			Trace: &profiles.Trace{Status: profiles.OK, File: "trace.out", Failure: &profiles.Failure{Code: profiles.FailSizeBound, MaxBytes: 64 << 20}, Bytes: 64 << 20,
				WindowStart: at(11), WindowEnd: at(16), Capped: true},
		}},
		Warnings: []profiles.Warning{
			{Code: profiles.WarnRestarted, Target: "web"},
			{Code: profiles.WarnProfilingOff, Target: "web", Kind: profiles.Mutex, Certain: true},
			{Code: profiles.WarnFailed, Target: "web", Kinds: []profiles.Kind{profiles.Block}, Failure: block.Failure},
		},
	}
}

// TestManifestShape holds the JSON of format 2 still: it is a contract.
func TestManifestShape(t *testing.T) {
	t.Parallel()
	got, err := json.MarshalIndent(sampleManifest(), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("testdata", "profile.json")
	if golden.Updating() {
		if err := os.WriteFile(path, append(got, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil || string(want) != string(got)+"\n" {
		t.Errorf("%v; got\n%s\nwant\n%s", err, got, want)
	}
	read, err := profiles.ReadManifest(os.DirFS("testdata"))
	if err != nil || !reflect.DeepEqual(read, sampleManifest()) {
		t.Errorf("read %+v, %v", read, err)
	}
}

// TestManifestIsDocumented finds each field's name in the description.
func TestManifestIsDocumented(t *testing.T) {
	t.Parallel()
	doc, err := os.ReadFile("../docs/profile-bundle.md")
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	fieldNames(reflect.TypeFor[profiles.Manifest](), names, map[reflect.Type]bool{})
	if len(names) < 40 {
		t.Fatalf("only %d fields were found", len(names))
	}
	for name := range names {
		if !strings.Contains(string(doc), "`"+name+"`") {
			t.Errorf("docs/profile-bundle.md does not mention %s", name)
		}
	}
}

func fieldNames(of reflect.Type, into map[string]bool, seen map[reflect.Type]bool) {
	switch {
	case of == reflect.TypeFor[time.Time](), seen[of]:
	case of.Kind() == reflect.Pointer || of.Kind() == reflect.Slice:
		fieldNames(of.Elem(), into, seen)
	case of.Kind() == reflect.Struct:
		seen[of] = true
		for i := range of.NumField() {
			name, _, _ := strings.Cut(of.Field(i).Tag.Get("json"), ",")
			into[name] = true
			fieldNames(of.Field(i).Type, into, seen)
		}
	}
}

// TestReadFormat1 reads a bundle that has sentences where codes are now: they are
// kept as they are.
func TestReadFormat1(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("testdata", "profile-format-1.json"))
	if err != nil {
		t.Fatal(err)
	}
	m, err := profiles.ReadManifest(fstest.MapFS{profiles.ManifestFile: {Data: text}})
	if err != nil {
		t.Fatal(err)
	}
	notes := profiles.Notes{{Code: profiles.NoteInText, Text: "20s of the window's 30s; then: no answer"}}
	block := &profiles.Failure{Code: profiles.FailInText, Said: "404 Not Found at /debug/pprof/block: is net/http/pprof registered on that port?"}
	trace := &profiles.Failure{Code: profiles.FailInText, Said: "cut off at 64 MiB, the bound on its size"}
	for _, row := range []struct {
		name      string
		got, want any
	}{
		{"format", m.Format, 1},
		{"why partial", m.Reason, profiles.Reasons{{Code: profiles.ReasonInText, Text: "interrupted 30s into a window of 40s"}}},
		{"note", m.Profiles[0].Notes, notes},
		{"failure", m.Profiles[2].Failure, block},
		{"note of the target", m.Targets[0].Profiles[0].Notes, notes},
		{"trace", m.Targets[0].Trace.Failure, trace},
		{"warnings", m.Warnings, []profiles.Warning{
			{Code: profiles.WarnInText, Text: "web restarted within the window: its profiles are of more than one process"},
			{Code: profiles.WarnInText, Kind: profiles.Mutex, Text: "mutex profiling is off on web: call runtime.SetMutexProfileFraction(100) when the service starts"},
		}},
	} {
		if !reflect.DeepEqual(row.got, row.want) {
			t.Errorf("%s: got %+v, want %+v", row.name, row.got, row.want)
		}
	}
}

func TestReadManifestRefuses(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ text, want string }{
		{"", "profile.json: not the manifest of a bundle: "},
		{"[]", "profile.json: not the manifest of a bundle: "},
		{"{}", "profile.json: not the manifest of a bundle: it has no format"},
		{`{"format":3}`, "profile.json: the bundle has format 3 and this program reads formats 1 to 2: use the version that wrote it"},
		{`{"format":1,"profiles":[{"file":"../../etc/passwd"}]}`, `profile.json: the path "../../etc/passwd" leads out of the bundle`},
		{`{"format":1,"targets":[{"trace":{"file":"/dev/zero"}}]}`, `profile.json: the path "/dev/zero" leads out of the bundle`},
		{`{"format":1,"profiles":[],"state":` + strings.Repeat(" ", 17<<20) + `"x"}`, "profile.json: it is larger than 16 MiB"},
	} {
		_, err := profiles.ReadManifest(fstest.MapFS{"profile.json": {Data: []byte(row.text)}})
		if err == nil || !strings.HasPrefix(err.Error(), row.want) {
			t.Errorf("%.60q: got %v", row.text, err)
		}
	}
	if _, err := profiles.ReadManifest(fstest.MapFS{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no bundle: %v", err)
	}
	if _, err := profiles.ReadManifest(fstest.MapFS{"profile.json": {Data: []byte(`{"format":1,"news":{"x":1}}`)}}); err != nil {
		t.Errorf("an unknown field: %v", err)
	}
}

// FuzzReadManifest finds that what is read has no path out of the bundle and
// reads the same when it is written again.
func FuzzReadManifest(f *testing.F) {
	text, err := json.Marshal(sampleManifest())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add([]byte(`{"format":1,"profiles":[{"file":".."}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		m, err := profiles.ReadManifest(fstest.MapFS{"profile.json": {Data: text}})
		if err != nil {
			return
		}
		for _, p := range m.Profiles {
			if p.File != "" && !filepath.IsLocal(p.File) {
				t.Fatalf("accepted the path %q", p.File)
			}
		}
		again, err := json.Marshal(m)
		if err != nil {
			return // years that RFC 3339 cannot write
		}
		second, err := profiles.ReadManifest(fstest.MapFS{"profile.json": {Data: again}})
		if err != nil || len(second.Profiles) != len(m.Profiles) || len(second.Targets) != len(m.Targets) {
			t.Fatalf("%v: %+v became %+v", err, m, second)
		}
	})
}
