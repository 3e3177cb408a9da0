package main

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"runtime/pprof"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/cli"
	"github.com/lotteryctl/lotteryctl/profiles"
)

const foldedProfile = "main.main;main.serve;main.parse 6\nmain.main;main.serve 3\nruntime.gcBgMarkWorker 1\n"

// flameFiles writes a few profiles and returns their folder.
func flameFiles(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	writeText(t, dir, "a.folded", foldedProfile)
	writeText(t, dir, "bad.folded", "nonsense\n")
	writeText(t, dir, "partly.folded", foldedProfile+"nonsense\n")
	writeText(t, dir, "empty.pb.gz", "")
	writeText(t, dir, "damaged.pb.gz", "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff\x01\x02")
	writeText(t, dir, "heap.pb.gz", heapProfile(t))
	writeText(t, dir, "some.json", `{"a": 1}`)
	writeSnapshot(t, dir)
	if err := os.Mkdir(filepath.Join(dir, "folder"), 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

func writeText(t *testing.T, dir, name, text string) {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// writeBundle makes a bundle with a CPU profile in folded text, which a reader
// does not mind, a failed kind and dumps of goroutines.
func writeBundle(t *testing.T, dir, folded string, requests int64) {
	t.Helper()
	m := profiles.Manifest{
		Format: profiles.Format, State: profiles.Complete,
		Profiles: []profiles.Profile{
			{Kind: profiles.CPU, Status: profiles.OK, File: "cpu.pb.gz", Requests: &requests, SampleTypes: []profiles.SampleType{{Type: "samples", Unit: "count"}}},
			{Kind: profiles.Heap, Status: profiles.Failed, Failure: &profiles.Failure{Code: profiles.FailNotFound, Page: "/debug/pprof/heap", Status: 404}},
			{Kind: profiles.Mutex, Status: profiles.Empty, File: "mutex.pb.gz"},
		},
		Warnings: []profiles.Warning{{Code: profiles.WarnProfilingOff, Target: "web", Kind: profiles.Mutex, Certain: true}},
		Targets:  []profiles.Source{{Name: "web", Profiles: []profiles.Profile{{Kind: profiles.CPU, Status: profiles.OK, File: "targets/web/cpu.pb.gz"}}, Goroutines: &profiles.Dump{Status: profiles.OK, File: "goroutines.txt", StartFile: "goroutines-start.txt"}}},
	}
	text, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	writeText(t, dir, profiles.ManifestFile, string(text))
	writeText(t, dir, "cpu.pb.gz", folded)
	writeText(t, filepath.Join(dir, "targets", "web"), "cpu.pb.gz", folded)
	writeText(t, dir, "mutex.pb.gz", emptyProfile(t))
	start := "goroutine 1 [running]:\nmain.main()\n\t/main.go:1 +0x1\n"
	for i := range 5 {
		if i == 2 {
			writeText(t, dir, "goroutines-start.txt", start)
		}
		start += fmt.Sprintf("\ngoroutine %d [chan receive, 2 minutes]:\nmain.leak()\n\t/main.go:9 +0x1\ncreated by main.main in goroutine 1\n\t/main.go:2 +0x2\n", i+2)
	}
	writeText(t, dir, "goroutines.txt", start)
}

func heapProfile(t *testing.T) string {
	t.Helper()
	var heap bytes.Buffer
	if err := pprof.Lookup("heap").WriteTo(&heap, 0); err != nil {
		t.Fatal(err)
	}
	return heap.String()
}

func emptyProfile(t *testing.T) string {
	t.Helper()
	var text bytes.Buffer // in tests nobody switches the mutex profile on
	if err := pprof.Lookup("mutex").WriteTo(&text, 0); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

// writeSnapshot makes a snapshot of a recorder without some file, and packs it as
// the recorder does; and zip files that are none.
func writeSnapshot(t *testing.T, dir string) {
	t.Helper()
	files := map[string]string{
		"manifest.json":  `{"version": 1, "reason": "latency", "files": {"cpu.pb.gz": 9, "heap.pb.gz": 9, "goroutines.txt": 9}, "failed": {"goroutine.pb.gz": "it broke"}}`,
		"heap.pb.gz":     heapProfile(t),
		"cpu.pb.gz":      foldedProfile,
		"goroutines.txt": "goroutine 1 [running]:\nmain.main()\n\t/main.go:1 +0x1\n",
	}
	var packed, other bytes.Buffer
	archive, none := zip.NewWriter(&packed), zip.NewWriter(&other)
	for name, text := range files {
		writeText(t, filepath.Join(dir, "snapshot"), name, text)
		entry, err := archive.Create("20260101T000000.000Z-latency/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(entry, text); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(archive.Close(), none.Close()); err != nil {
		t.Fatal(err)
	}
	writeText(t, dir, "snapshot.zip", packed.String())
	writeText(t, dir, "other.zip", other.String())
	writeText(t, dir, "bad.zip", packed.String()[:packed.Len()/2])
}

// TestFlameOfSnapshots reads what a recorder left, as a folder and packed.
func TestFlameOfSnapshots(t *testing.T) {
	dir := t.TempDir()
	writeSnapshot(t, dir)
	for _, path := range []string{filepath.Join(dir, "snapshot"), filepath.Join(dir, "snapshot.zip")} {
		for want, args := range map[string][]string{
			"10 in total":               {path},
			"inuse_space (bytes): ":     {"--kind", "heap", path},
			"alloc_space (bytes): ":     {"--kind", "allocs", path},
			"alloc_objects (count):":    {"--kind", "allocs", "--type", "alloc_objects", path},
			"1 running":                 {"--goroutines", path},
			"\"evidence\": \"samples\"": {"--diff", "--json", path, filepath.Join(dir, "snapshot")},
		} {
			stdout, stderr, err := execute(t, append([]string{"flame"}, args...)...)
			if err != nil || !strings.Contains(stdout, want) {
				t.Errorf("%v: got %v, %s, stdout\n%.600s\nwant %s", args, err, stderr, stdout, want)
			}
		}
	}
}

// writeProfiledRun makes a run folder with the arms none and all, of five rounds each;
// in the second a function takes longer.
func writeProfiledRun(t *testing.T, dir string) {
	t.Helper()
	writeText(t, dir, "run.json", `{"format": 2, "arms": [{"name": "none"}, {"name": "all"}]}`)
	var lines strings.Builder
	for round := 1; round <= 5; round++ {
		for side, arm := range []string{"none", "all"} {
			bundle := fmt.Sprintf("profiles/%s-%d", arm, round)
			fmt.Fprintf(&lines, `{"round": %d, "order": %d, "arm": %q, "bundle": %q}`+"\n", round, side+1, arm, bundle)
			writeBundle(t, filepath.Join(dir, bundle), fmt.Sprintf("main.main;main.parse %d\nmain.main;main.write %d\nruntime.gc %d\n", 6000+1000*side+7*round, 3000+5*round, 900+3*round), 1000)
		}
	}
	writeText(t, dir, "profiled.jsonl", lines.String())
}

func TestFlameFormats(t *testing.T) {
	dir := flameFiles(t)
	a := filepath.Join(dir, "a.folded")
	for _, row := range []struct {
		args []string
		want string
	}{
		{[]string{a}, "samples (count): 10 in total\n\n      self    self%     sum%      total   total%  function\n         6     60 %     60 %          6     60 %  main.parse\n"},
		{[]string{"--lines", "1", a}, "3 more functions not shown."},
		{[]string{"--format", "folded", a}, "main.main;main.serve 3\nmain.main;main.serve;main.parse 6\nruntime.gcBgMarkWorker 1\n"},
		{[]string{"--format", "folded", a, a}, "main.main;main.serve 6\n"},
		{[]string{"--format", "folded", "--focus", "parse", "--root", "serve", a}, "main.serve;main.parse 6\n"},
		{[]string{"--format", "folded", "--ignore", "gc", "--hide", "serve", a}, "main.main 3\nmain.main;main.parse 6\n"},
		{[]string{"--format", "folded", "--show", "parse", a}, "main.parse 6\n"},
		{[]string{"--format", "folded", "--fold-runtime", a}, "[runtime] 1\n"},
		{[]string{"--format", "folded", "--group", "package", a}, "main 9\nruntime 1\n"},
		{[]string{"--format", "tree", "--min-share", "20%", a}, "         9     90 %          0    main.main\n"},
		{[]string{"--json", a}, `"format": 1`},
		{[]string{"--format", "speedscope", "--title", "x<y", a}, `"name":"x\u003cy"`},
		{[]string{"--format", "svg", a}, "<svg"},
		{[]string{"--format", "html", "--flame", a}, "<!DOCTYPE html>"},
	} {
		stdout, stderr, err := execute(t, append([]string{"flame"}, row.args...)...)
		if err != nil || !strings.Contains(stdout, row.want) {
			t.Errorf("%v: got %v, %s, stdout\n%.600s\nwant\n%s", row.args, err, stderr, stdout, row.want)
		}
	}
}

func TestFlameReadsStdinAndTellsOfBadLines(t *testing.T) {
	var out, errOut bytes.Buffer
	if err := run(t.Context(), []string{"flame", "-"}, strings.NewReader(foldedProfile+"nonsense\n"), &out, &errOut); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "10 in total") || errOut.String() != "note: line 4 is skipped: it has no value after a space: \"nonsense\"\n" {
		t.Errorf("got %q and %q", out.String(), errOut.String())
	}
}

func TestFlameWritesByTheNameOfOut(t *testing.T) {
	dir := flameFiles(t)
	for name, want := range map[string]string{
		"x.svg": "<svg", "x.html": "<!DOCTYPE html>", "x.folded": "main.main;main.serve 3", "x.speedscope.json": "speedscope.app",
		"x.json": `"nodes"`, "x.pb.gz": "\x1f\x8b", "x.txt": "in total",
	} {
		path := filepath.Join(dir, name)
		if stdout, _, err := execute(t, "flame", "--out", path, filepath.Join(dir, "a.folded")); err != nil || stdout != "" {
			t.Fatalf("%s: %v, %q", name, err, stdout)
		}
		if got, err := os.ReadFile(path); err != nil || !strings.Contains(string(got), want) {
			t.Errorf("%s: got %v, %.80s", name, err, got)
		}
	}
}

func TestFlameRefusals(t *testing.T) {
	dir := flameFiles(t)
	at := func(name string) string { return filepath.Join(dir, name) }
	bundle, ladder := at("bundle"), at("ladder")
	writeBundle(t, bundle, foldedProfile, 10)
	writeProfiledRun(t, ladder)
	for _, row := range []struct {
		args []string
		want string
	}{
		{nil, "no profile given; name a file or a folder, or - for stdin"},
		{[]string{at("missing.pb.gz")}, "missing.pb.gz: no such file or directory"},
		{[]string{at("empty.pb.gz")}, "empty.pb.gz: the input is empty"},
		{[]string{at("damaged.pb.gz")}, "damaged.pb.gz: it is truncated: the gzip data end too early"},
		{[]string{at("bad.folded")}, "bad.folded: none of its lines is a stack (line 1 is skipped"},
		{[]string{at("folder")}, "has no profiles: it is not a bundle"},
		{[]string{at("a.folded"), at("heap.pb.gz")}, "a.folded has the sample types samples and"},
		{[]string{"--type", "cpu", at("heap.pb.gz")}, `the profile has no sample type "cpu"; it has alloc_objects, alloc_space, inuse_objects and inuse_space`},
		{[]string{"--focus", "nothing", at("a.folded")}, "the filters exclude all of its 3 stacks"},
		{[]string{"--focus", "(", at("a.folded")}, "--focus is not a regular expression"},
		{[]string{"--label", "route", at("a.folded")}, "use KEY=REGEXP"},
		{[]string{"--group", "planet", at("a.folded")}, `unknown grouping "planet"`},
		{[]string{"--kind", "x", at("a.folded")}, `--kind is "x"`},
		{[]string{"--min-share", "100", at("a.folded")}, "--min-share is"},
		{[]string{"--format", "png", at("a.folded")}, `--format is "png"`},
		{[]string{"--out", at("x.png"), at("a.folded")}, "cannot infer the format from the name x.png"},
		{[]string{"--json", "--format", "svg", at("a.folded")}, "cannot be combined"},
		{[]string{"--flame", "--icicle", at("a.folded")}, "cannot be combined"},
		{[]string{"-", "-"}, "- was given twice"},
		{[]string{"--open", "--format", "top", at("a.folded")}, "--open can show svg and html"},
		{[]string{"--basis", "total", at("a.folded")}, "require --diff"},
		{[]string{"--diff", "--basis", "mile", at("a.folded"), at("a.folded")}, `unknown basis "mile"`},
		{[]string{"--diff", at("a.folded")}, "is only one profile; give two to compare"},
		{[]string{"--diff", at("a.folded"), at("heap.pb.gz")}, `no sample type "samples"`},
		{[]string{"--diff", "--basis", "request", at("a.folded"), at("a.folded")}, "values per request need the number of requests"},
		{[]string{"--diff", "--format", "pprof", at("a.folded"), at("a.folded")}, `--format is "pprof"; use svg, html, folded, top, json`},
		{[]string{"--diff", "--focus", "nothing like this", bundle, bundle}, "nothing to compare:"},
		{[]string{"--diff", "--old", at("a.folded")}, "--diff needs two sides"},
		{[]string{"--goroutines", at("a.folded")}, "it contains no goroutine"},
		{[]string{"--goroutines", "--diff", at("a.folded")}, "use one of them"},
		{[]string{"--kind", "heap", bundle}, "has no heap profile: 404 Not Found at /debug/pprof/heap: is net/http/pprof registered on that port?; with --kind it shows cpu"},
		{[]string{"--kind", "mutex", bundle}, "the profile is empty: mutex profiling is off on web; call runtime.SetMutexProfileFraction(100)"},
		{[]string{"--kind", "heap", filepath.Join(bundle, "profile.json")}, "has no heap profile"},
		{[]string{at("some.json")}, "it is JSON"},
		{[]string{"--kind", "mutex", at("snapshot")}, "a snapshot has no mutex profile"},
		{[]string{"--kind", "goroutine", at("snapshot.zip")}, "there is no goroutine profile: it broke"},
		{[]string{at("other.zip")}, "not a snapshot of a recorder"},
		{[]string{at("bad.zip")}, "not a valid zip file"},
		{[]string{dir}, dir + " contains several snapshots of a recorder; name one, such as the latest, " + at("snapshot")},
		{[]string{"--kind", "heap", filepath.Join(bundle, "targets", "web")}, "targets/web has no heap profile: it was not requested; with --kind it shows cpu"},
		{[]string{"--kind", "block", bundle}, "has no block profile: it was not requested"},
		{[]string{bundle + "@none"}, `is a single bundle and has no arm "none"`},
		{[]string{ladder}, "has profiles of the arms none, all; choose one"},
		{[]string{ladder + "@some"}, `has no profiles of an arm "some"; it has profiles of none, all`},
		{[]string{"--serve=0.0.0.0:0", at("a.folded")}, "can be reached from other hosts"},
		{[]string{"--serve=nonsense", at("a.folded")}, "use an address"},
		{[]string{"--serve", "--out", "x.svg", at("a.folded")}, "--serve serves pages"},
		{[]string{"--serve", "-"}, "it cannot read stdin"},
		{[]string{"--serve", at("missing")}, "no such file or directory"},
	} {
		stdout, stderr, err := execute(t, append([]string{"flame"}, row.args...)...)
		if cli.ExitCode(err) != cli.CodeUsage || !strings.Contains(stderr, row.want) || strings.Count(stderr, "\n") != 1 && !strings.Contains(stderr, "note: ") || stdout != "" {
			t.Errorf("%v: got %d, %q and %q, want %q", row.args, cli.ExitCode(err), stderr, stdout, row.want)
		}
	}
}

func TestFlameOfBundlesAndRuns(t *testing.T) {
	dir := t.TempDir()
	writeBundle(t, filepath.Join(dir, "bundle"), foldedProfile, 10)
	writeProfiledRun(t, filepath.Join(dir, "ladder"))
	ladder := filepath.Join(dir, "ladder")
	for _, row := range []struct {
		args []string
		want string
	}{
		{[]string{filepath.Join(dir, "bundle")}, "10 in total"},
		{[]string{filepath.Join(dir, "bundle", "targets", "web")}, "10 in total"},
		{[]string{ladder + "@none"}, "49,725 in total"}, // five rounds, merged
		{[]string{"--diff", ladder + "@none", ladder + "@all"}, "per request"},
		{[]string{"--diff", ladder}, "main.parse"},
		{[]string{"--diff", "--json", ladder}, `"evidence": "rounds"`},
		{[]string{"--diff", "--format", "folded", ladder}, "main.main;main.parse 6.021 7.021\n"},
		{[]string{"--diff", "--format", "svg", ladder}, "<svg"},
		{[]string{"--diff", "--format", "html", ladder}, "<!DOCTYPE html>"},
		{[]string{"--goroutines", filepath.Join(dir, "bundle")}, "+3 chan receive: 2 before, 5 after, waiting 2 minutes\n  may be a leak"},
		{[]string{"--goroutines", "--json", filepath.Join(dir, "bundle", "goroutines.txt")}, `"count": 5`},
	} {
		stdout, stderr, err := execute(t, append([]string{"flame"}, row.args...)...)
		if err != nil || !strings.Contains(stdout, row.want) {
			t.Errorf("%v: got %v, %s, stdout\n%.600s\nwant\n%s", row.args, err, stderr, stdout, row.want)
		}
	}
}

// TestFlameDiffFindsTheSlowerFunction plants a regression among rounds that
// scatter, and compares an arm with itself.
func TestFlameDiffFindsTheSlowerFunction(t *testing.T) {
	ladder := filepath.Join(t.TempDir(), "ladder")
	writeProfiledRun(t, ladder)
	type diff struct {
		Basis     string
		Functions []struct {
			Name string
			Self struct{ Verdict string }
		}
	}
	verdicts := func(old, new string) map[string]string {
		stdout, stderr, err := execute(t, "flame", "--diff", "--json", old, new)
		if err != nil {
			t.Fatal(stderr)
		}
		var d diff
		if err := json.Unmarshal([]byte(stdout), &d); err != nil {
			t.Fatal(err)
		}
		if d.Basis != "request" {
			t.Errorf("the basis is %s", d.Basis)
		}
		found := map[string]string{}
		for _, f := range d.Functions {
			found[f.Name] = f.Self.Verdict
		}
		return found
	}
	for name, verdict := range verdicts(ladder+"@none", ladder+"@all") {
		if want := map[bool]string{true: "grew", false: "within noise"}[name == "main.parse"]; verdict != want {
			t.Errorf("%s: got %s, want %s", name, verdict, want)
		}
	}
	for name, verdict := range verdicts(ladder+"@none", ladder+"@none") {
		if verdict != "within noise" {
			t.Errorf("the same twice: %s %s", name, verdict)
		}
	}
}

func TestFlameEndsQuietlyWhenItsReaderHasSeenEnough(t *testing.T) {
	dir := flameFiles(t)
	var errOut bytes.Buffer
	err := run(t.Context(), []string{"flame", "--format", "folded", filepath.Join(dir, "a.folded")}, strings.NewReader(""), closedPipe{}, &errOut)
	if err != nil || errOut.String() != "" {
		t.Errorf("got %v and %q", err, errOut.String())
	}
}

type closedPipe struct{}

func (closedPipe) Write([]byte) (int, error) { return 0, fmt.Errorf("write: %w", syscall.EPIPE) }

func TestFlameStopsWhenInterrupted(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	stop()
	err := run(ctx, []string{"flame", "-"}, strings.NewReader(foldedProfile), io.Discard, io.Discard)
	if cli.ExitCode(err) != cli.CodeInterrupted {
		t.Errorf("got %v, exit code %d", err, cli.ExitCode(err))
	}
}

func TestFlameOpens(t *testing.T) {
	dir := flameFiles(t)
	bin := t.TempDir()
	seen := filepath.Join(dir, "seen")
	writeText(t, bin, "xdg-open", "#!/bin/sh\necho \"$1\" > "+seen+"\n")
	if err := os.Chmod(filepath.Join(bin, "xdg-open"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TMPDIR", dir)
	t.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	stdout, stderr, err := execute(t, "flame", "--open", filepath.Join(dir, "a.folded"))
	if err != nil {
		t.Fatal(stderr)
	}
	path := strings.TrimSpace(stdout)
	if page, err := os.ReadFile(path); err != nil || !strings.HasPrefix(string(page), "<!DOCTYPE html>") {
		t.Errorf("%s: got %v, %.40s", path, err, page)
	}
	if opened, err := os.ReadFile(seen); err != nil || strings.TrimSpace(string(opened)) != path {
		t.Errorf("opened %q, %v; want %q", opened, err, path)
	}
	t.Setenv("PATH", dir)
	if _, stderr, err := execute(t, "flame", "--open", filepath.Join(dir, "a.folded")); err == nil || !strings.Contains(stderr, "cannot open a browser, because xdg-open is not installed; open the page yourself:") {
		t.Errorf("without an opener: got %v, %q", err, stderr)
	}
}

func TestFlameServes(t *testing.T) {
	dir := flameFiles(t)
	bundle := filepath.Join(dir, "bundle")
	writeBundle(t, bundle, foldedProfile, 10)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	out, in := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		err := run(ctx, []string{"flame", "--serve", bundle, filepath.Join(dir, "heap.pb.gz")}, strings.NewReader(""), in, io.Discard)
		_ = in.Close()
		ended <- err
	}()
	line := make([]byte, 200)
	n, err := out.Read(line)
	if err != nil {
		t.Fatal(err)
	}
	base := regexp.MustCompile(`http://127\.0\.0\.1:\d+/`).FindString(string(line[:n]))
	if base == "" || !strings.Contains(string(line[:n]), "3 profiles") {
		t.Fatalf("it says %q", line[:n])
	}
	for path, want := range map[string]string{
		"": `<a href="/profile/0?type=samples">samples</a>`, "profile/0": "main.parse", "profile/2?type=alloc_space": "alloc_space",
		"profile/1": "the profile is empty: mutex profiling is off", "profile/3": "404 page not found", "profile/2?type=x": "no sample type",
	} {
		if _, body := get(t, base+path, ""); !strings.Contains(body, want) {
			t.Errorf("%s: got %.300s", path, body)
		}
	}
	if status, _ := get(t, base, "evil.example"); status != http.StatusForbidden {
		t.Errorf("asked for by another name: got %d", status)
	}
	stop()
	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("it did not stop")
	}
}

// TestFlameServeCounts: what each argument has is said, and one without anything
// is an error, wherever it stands.
func TestFlameServeCounts(t *testing.T) {
	dir := flameFiles(t)
	bundle, heap, missing := filepath.Join(dir, "bundle"), filepath.Join(dir, "heap.pb.gz"), filepath.Join(dir, "missing")
	writeBundle(t, bundle, foldedProfile, 10)
	for _, row := range []struct {
		name string
		args []string
		want string
	}{
		{"the last is missing", []string{bundle, missing}, missing + ": no such file or directory"},
		{"the first is missing", []string{missing, bundle}, missing + ": no such file or directory"},
		{"a folder without profiles", []string{heap, t.TempDir()}, ""},
		{"stdin", []string{heap, "-"}, "it cannot read stdin"},
	} {
		stdout, stderr, err := execute(t, append([]string{"flame", "--serve"}, row.args...)...)
		if cli.ExitCode(err) != cli.CodeUsage || stdout != "" || !strings.Contains(stderr, row.want) {
			t.Errorf("%s: exit code %d, it says %q and %q", row.name, cli.ExitCode(err), stdout, stderr)
		}
	}
}

func get(t *testing.T, url, host string) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if host != "" {
		request.Host = host
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(response.Body)
	if err := errors.Join(err, response.Body.Close()); err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(body)
}
