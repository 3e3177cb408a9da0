package profiles_test

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/profiles"
)

func zipped(t *testing.T, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write(data)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestOneKindFails plants a fault in one page and finds it in the manifest, and
// all other kinds unharmed.
func TestOneKindFails(t *testing.T) {
	t.Parallel()
	good := encoded(t, "contentions,delay", 5, 7)
	slow := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	rows := map[string]struct {
		kind profiles.Kind
		page http.HandlerFunc
		want string
	}{
		"500":        {profiles.Block, answer(500, []byte("out of luck\x1b[31m\nat line 5")), "500 Internal Server Error at /debug/pprof/block: out of luck[31m"},
		"404":        {profiles.Mutex, answer(404, nil), "404 Not Found at /debug/pprof/mutex: is net/http/pprof registered on that port?"},
		"401":        {profiles.Heap, answer(401, nil), "401 Unauthorized at /debug/pprof/heap: the service wants credentials; send them as a header"},
		"403":        {profiles.Goroutine, answer(403, nil), "403 Forbidden at /debug/pprof/goroutine: the service wants credentials; send them as a header"},
		"slow":       {profiles.Block, slow, "no whole answer within 4s"},
		"cut-gzip":   {profiles.Block, answer(200, good[:len(good)/2]), "the answer's gzip is damaged or cut off (unexpected EOF)"},
		"HTML":       {profiles.Mutex, answer(200, []byte("\n<!doctype html><p>log in")), "the answer is a page of HTML and no profile: perhaps a login, or another server on that port"},
		"text":       {profiles.ThreadCreate, answer(200, []byte("hello")), "the answer is no profile: "},
		"empty":      {profiles.ThreadCreate, answer(200, nil), "the answer is empty"},
		"huge":       {profiles.Block, answer(200, bytes.Repeat([]byte("a"), 3<<20)), "the answer is larger than 2 MiB, the bound on one profile"},
		"bomb":       {profiles.Block, answer(200, zipped(t, bytes.Repeat([]byte("a"), 3<<20))), "the answer is larger than 2 MiB, the bound on one profile"},
		"zeros":      {profiles.Block, answer(200, make([]byte, 3<<20)), "the answer is no profile: it begins with a zero"},
		"gzip-zeros": {profiles.Block, answer(200, zipped(t, make([]byte, 3<<20))), "the answer is no profile: it begins with a zero"},
		"circles":    {profiles.Block, http.RedirectHandler("block", http.StatusFound).ServeHTTP, "it redirects in circles"},
		"cpu-404":    {profiles.CPU, answer(404, nil), "404 Not Found at /debug/pprof/profile: is net/http/pprof registered on that port?"},
		"cpu-in-use": {profiles.CPU, answer(500, []byte("Could not enable CPU profiling: cpu profiling already in use\n")), "another profile of that kind is being taken from the process, and it allows one at a time"},
		"cpu-too-long": {profiles.CPU, answer(400, []byte("profile duration exceeds server's WriteTimeout\n")),
			"the server's WriteTimeout is shorter than the profile: raise it or serve net/http/pprof on a server without one"},
	}
	var targets []profiles.Target
	for name, row := range rows {
		page := string(row.kind)
		if row.kind == profiles.CPU {
			page = "profile"
		}
		targets = append(targets, profiles.Target{Name: name, URL: serve(t, canned(t).but(page, row.page))})
	}
	m, dir := capture(t, profiles.Plan{Targets: targets, MaxProfileBytes: 2 << 20, Timeout: 4 * time.Second})
	for _, source := range m.Targets {
		row := rows[source.Name]
		for _, p := range source.Profiles {
			spared := p.Kind != row.kind && !(p.Kind == profiles.Allocs && row.kind == profiles.Heap)
			switch {
			case spared && p.Status == profiles.Failed:
				t.Errorf("%s: %s was lost: %s", source.Name, p.Kind, p.Error)
			case spared:
				checkFile(t, dir, p)
			case p.Kind == row.kind && (p.Status != profiles.Failed || !strings.HasPrefix(p.Error, row.want) || p.File != ""):
				t.Errorf("%s: got %+v", source.Name, p)
			}
		}
	}
	for _, p := range m.Profiles {
		if p.Status == profiles.Failed || p.Note == "" && p.Kind != profiles.Allocs {
			t.Errorf("the sum: %+v", p)
		}
	}
}

// TestAllocsWithoutHeap takes the page of its own when that of heap fails.
func TestAllocsWithoutHeap(t *testing.T) {
	t.Parallel()
	mux := canned(t).but("heap", answer(500, nil))
	m, dir := capture(t, profiles.Plan{Targets: []profiles.Target{{URL: serve(t, mux)}}, Kinds: []profiles.Kind{profiles.Heap, profiles.Allocs}})
	if p := entry(t, m, profiles.Heap); p.Status != profiles.Failed {
		t.Errorf("got %+v", p)
	}
	checkFile(t, dir, entry(t, m, profiles.Allocs))
}

// TestNothingThere is an error at once, and leaves nothing.
func TestNothingThere(t *testing.T) {
	t.Parallel()
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	for name, row := range map[string]struct{ url, want string }{
		"404 everywhere": {serve(t, http.NotFoundHandler()), "x: 404 Not Found at /debug/pprof/: is net/http/pprof registered on that port?"},
		"401 everywhere": {serve(t, answer(401, nil)), "x: 401 Unauthorized at /debug/pprof/: the service wants credentials"},
		"nobody":         {closed.URL, "connection refused"},
		"TLS":            {tlsServer(t).URL, "x: the certificate is not trusted: "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "bundle")
			m, err := profiles.Capture(t.Context(), profiles.Plan{
				Targets: []profiles.Target{{Name: "x", URL: row.url}}, Duration: time.Hour, Trace: true,
			}, dir)
			if err == nil || !strings.HasPrefix(err.Error(), "nothing could be captured: x: ") || !strings.Contains(err.Error(), row.want) || strings.Count(err.Error(), "x: ") > 1 {
				t.Errorf("got %v", err)
			}
			if m == nil || len(m.Profiles) > 0 || len(m.Targets[0].Profiles) != len(profiles.Kinds()) {
				t.Errorf("got %+v", m)
			}
			if _, err := os.Stat(dir); !os.IsNotExist(err) {
				t.Error("something was written: ", err)
			}
		})
	}
}

func tlsServer(t *testing.T) *httptest.Server {
	t.Helper()
	server := httptest.NewTLSServer(pprofMux())
	server.Config.ErrorLog = nil
	t.Cleanup(server.Close)
	return server
}

// TestTLSAndHeaders reaches a server that wants both.
func TestTLSAndHeaders(t *testing.T) {
	t.Parallel()
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Token") != "secret" {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		http.StripPrefix("/admin", pprofMux()).ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	m, dir := capture(t, profiles.Plan{
		Targets: []profiles.Target{{
			URL: server.URL + "/admin/", TLS: server.Client().Transport.(*http.Transport).TLSClientConfig,
			Header: http.Header{"X-Token": {"secret"}},
		}},
		Kinds: []profiles.Kind{profiles.Goroutine},
	})
	if p := entry(t, m, profiles.Goroutine); p.Status != profiles.OK {
		t.Errorf("got %+v", p)
	}
	text, err := os.ReadFile(filepath.Join(dir, "profile.json"))
	if err != nil || strings.Contains(string(text), "secret") || !strings.Contains(string(text), "X-Token") {
		t.Errorf("the manifest has secrets or no headers: %v\n%s", err, text)
	}
}

// TestRedirects follows them on one host and never to another.
func TestRedirects(t *testing.T) {
	t.Parallel()
	var asked atomic.Int64
	elsewhere := serve(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	mux := canned(t)
	mux["/debug/pprof/block"] = http.RedirectHandler("/debug/pprof/block/", http.StatusTemporaryRedirect).ServeHTTP
	mux["/debug/pprof/block/"] = answer(200, encoded(t, "contentions,delay", 5, 7))
	mux["/debug/pprof/mutex"] = http.RedirectHandler(elsewhere+"/debug/pprof/mutex", http.StatusFound).ServeHTTP
	mux["/metrics"] = http.RedirectHandler(elsewhere+"/metrics", http.StatusFound).ServeHTTP
	m, _ := capture(t, profiles.Plan{
		Targets: []profiles.Target{{URL: serve(t, mux), Header: http.Header{"X-Token": {"secret"}}}},
		Kinds:   []profiles.Kind{profiles.Block, profiles.Mutex, profiles.ThreadCreate},
	})
	if p := entry(t, m, profiles.Block); p.Status != profiles.Empty { // the same at both ends
		t.Errorf("got %+v", p)
	}
	p := entry(t, m, profiles.Mutex)
	if want := "it redirects to another host, " + strings.TrimPrefix(elsewhere, "http://"); !strings.HasPrefix(p.Error, want) {
		t.Errorf("got %+v", p)
	}
	if asked.Load() > 0 {
		t.Error("the other host was asked")
	}
}

// TestTraceCap keeps a trace up to the bound.
func TestTraceCap(t *testing.T) {
	t.Parallel()
	trace := func(length int) []byte {
		return append([]byte("go 1.26 trace\x00\x00\x00"), make([]byte, length-16)...)
	}
	const limit = 2048
	rows := map[string]struct {
		body   []byte
		length int64
		status profiles.Status
		capped bool
		text   string
	}{
		"whole":    {trace(1000), 1000, profiles.OK, false, ""},
		"just":     {trace(limit), limit, profiles.OK, false, ""},
		"capped":   {trace(10_000), limit, profiles.OK, true, "cut off at 2 KiB, the bound on its size"},
		"no-trace": {[]byte("<html>"), 0, profiles.Failed, false, "the answer is no execution trace"},
	}
	plan := profiles.Plan{Kinds: []profiles.Kind{profiles.ThreadCreate}, Trace: true, MaxTraceBytes: limit}
	for name, row := range rows {
		plan.Targets = append(plan.Targets, profiles.Target{Name: name, URL: serve(t, canned(t).but("trace", answer(200, row.body)))})
	}
	m, dir := capture(t, plan)
	for _, source := range m.Targets {
		got, row := source.Trace, rows[source.Name]
		if got.Status != row.status || got.Capped != row.capped || got.Error != row.text || got.Bytes != row.length {
			t.Errorf("%s: got %+v", source.Name, got)
		}
		if info, err := os.Stat(filepath.Join(dir, "targets", source.Name, "trace.out")); (err == nil) != (row.status == profiles.OK) || err == nil && info.Size() != row.length {
			t.Errorf("%s: got %v, %v", source.Name, info, err)
		}
	}
	if want := "the trace of capped was cut off at 2 KiB, the bound on its size"; len(m.Warnings) != 1 || m.Warnings[0] != want {
		t.Errorf("warnings: %q", m.Warnings)
	}
}
