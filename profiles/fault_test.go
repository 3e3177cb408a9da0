package profiles_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
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
	type failure = profiles.Failure
	rows := []struct {
		name string
		kind profiles.Kind
		page http.HandlerFunc
		want failure // with Said as its beginning
	}{
		{"500", profiles.Block, answer(500, []byte("out of luck\x1b[31m\nat line 5")), failure{Code: profiles.FailBadStatus, Page: "/debug/pprof/block", Status: 500, Said: "out of luck[31m"}},
		{"404", profiles.Mutex, answer(404, nil), failure{Code: profiles.FailNotFound, Page: "/debug/pprof/mutex", Status: 404}},
		{"401", profiles.Heap, answer(401, nil), failure{Code: profiles.FailUnauthorized, Page: "/debug/pprof/heap", Status: 401}},
		{"403", profiles.Goroutine, answer(403, nil), failure{Code: profiles.FailUnauthorized, Page: "/debug/pprof/goroutine", Status: 403}},
		{"slow", profiles.Block, slow, failure{Code: profiles.FailTimedOut, Page: "/debug/pprof/block", LimitNS: time.Second}},
		{"cut-gzip", profiles.Block, answer(200, good[:len(good)/2]), failure{Code: profiles.FailDamagedGzip, Page: "/debug/pprof/block", Said: "unexpected EOF"}},
		{"HTML", profiles.Mutex, answer(200, []byte("\n<!doctype html><p>log in")), failure{Code: profiles.FailHTMLAnswer, Page: "/debug/pprof/mutex"}},
		{"text", profiles.ThreadCreate, answer(200, []byte("profiling is disabled\nask operations")), failure{Code: profiles.FailNotProfile, Page: "/debug/pprof/threadcreate", Said: `"profiling is disabled"`}},
		{"long-text", profiles.ThreadCreate, answer(200, []byte("a"+strings.Repeat("ä", 150))), failure{Code: profiles.FailNotProfile, Page: "/debug/pprof/threadcreate", Said: `"aääää`}},
		{"bytes", profiles.ThreadCreate, answer(200, []byte("\x07hello")), failure{Code: profiles.FailNotProfile, Page: "/debug/pprof/threadcreate", Said: "unknown wire type"}},
		{"empty", profiles.ThreadCreate, answer(200, nil), failure{Code: profiles.FailEmptyAnswer, Page: "/debug/pprof/threadcreate"}},
		{"huge", profiles.Block, answer(200, bytes.Repeat([]byte("a"), 3<<20)), failure{Code: profiles.FailTooLarge, Page: "/debug/pprof/block", MaxBytes: 2 << 20}},
		{"bomb", profiles.Block, answer(200, zipped(t, bytes.Repeat([]byte("a"), 3<<20))), failure{Code: profiles.FailTooLarge, Page: "/debug/pprof/block", MaxBytes: 2 << 20}},
		{"zeros", profiles.Block, answer(200, make([]byte, 3<<20)), failure{Code: profiles.FailNotProfile, Page: "/debug/pprof/block", Said: "it begins with a zero"}},
		{"gzip-zeros", profiles.Block, answer(200, zipped(t, make([]byte, 3<<20))), failure{Code: profiles.FailNotProfile, Page: "/debug/pprof/block", Said: "it begins with a zero"}},
		{"circles", profiles.Block, http.RedirectHandler("block", http.StatusFound).ServeHTTP, failure{Code: profiles.FailRedirectLoop, Page: "/debug/pprof/block"}},
		{"cpu-404", profiles.CPU, answer(404, nil), failure{Code: profiles.FailNotFound, Page: "/debug/pprof/profile", Status: 404}},
		{"cpu-in-use", profiles.CPU, answer(500, []byte("Could not enable CPU profiling: cpu profiling already in use\n")), failure{Code: profiles.FailBusy, Page: "/debug/pprof/profile"}},
		{"cpu-too-long", profiles.CPU, answer(400, []byte("profile duration exceeds server's WriteTimeout\n")), failure{Code: profiles.FailWriteTimeout, Page: "/debug/pprof/profile"}},
	}
	var targets []profiles.Target
	for _, row := range rows {
		page := string(row.kind)
		if row.kind == profiles.CPU {
			page = "profile"
		}
		targets = append(targets, profiles.Target{Name: row.name, URL: serve(t, canned(t).but(page, row.page))})
	}
	m, dir := capture(t, profiles.Plan{Targets: targets, MaxProfileBytes: 2 << 20, Timeout: 4 * time.Second})
	for i, source := range m.Targets {
		row := rows[i]
		for _, p := range source.Profiles {
			spared := p.Kind != row.kind && !(p.Kind == profiles.Allocs && row.kind == profiles.Heap)
			switch {
			case spared && p.Status == profiles.Failed:
				t.Errorf("%s: %s was lost: %v", source.Name, p.Kind, p.Failure)
			case spared:
				checkFile(t, dir, p)
			case p.Kind == row.kind && (p.Status != profiles.Failed || !isFailure(p.Failure, row.want) || p.File != ""):
				t.Errorf("%s: got %+v, %+v", source.Name, p, p.Failure)
			}
		}
	}
	for _, p := range m.Profiles {
		if p.Status == profiles.Failed || len(p.Notes) == 0 && p.Kind != profiles.Allocs {
			t.Errorf("the sum: %+v", p)
		}
	}
}

// TestFailuresHideSecrets has a target repeat the header that it was sent.
func TestFailuresHideSecrets(t *testing.T) {
	t.Parallel()
	echo := func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, "not with "+r.Header.Get("Authorization")+", friend", http.StatusTeapot)
	}
	m, _ := capture(t, profiles.Plan{Kinds: []profiles.Kind{profiles.Heap, profiles.Block}, Targets: []profiles.Target{{
		URL: serve(t, canned(t).but("block", echo)), Header: http.Header{"Authorization": {"Bearer hunter2-hunter2"}},
	}}})
	if p := entry(t, m, profiles.Block); p.Failure == nil || p.Failure.Said != "not with ***, friend" {
		t.Errorf("got %+v", p.Failure)
	}
}

// isFailure compares all but the end of what was said.
func isFailure(got *profiles.Failure, want profiles.Failure) bool {
	if got == nil || !strings.HasPrefix(got.Said, want.Said) {
		return false
	}
	plain := *got
	plain.Said = want.Said
	return reflect.DeepEqual(plain, want)
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
	for _, row := range []struct {
		name, url string
		want      profiles.Failure // with Said as a part of it
	}{
		{"404 everywhere", serve(t, http.NotFoundHandler()), profiles.Failure{Code: profiles.FailNotFound, Page: "/debug/pprof/", Status: 404}},
		{"401 everywhere", serve(t, answer(401, nil)), profiles.Failure{Code: profiles.FailUnauthorized, Page: "/debug/pprof/", Status: 401}},
		{"nobody", closed.URL, profiles.Failure{Code: profiles.FailNoAnswer, Page: "/debug/pprof/", Said: "connection refused"}},
		{"TLS", tlsServer(t).URL, profiles.Failure{Code: profiles.FailCertificate, Page: "/debug/pprof/"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "bundle")
			m, err := profiles.Capture(t.Context(), profiles.Plan{
				Targets: []profiles.Target{{Name: "x", URL: row.url}}, Duration: time.Hour, Trace: true,
			}, dir)
			var nothing *profiles.NothingError
			if !errors.As(err, &nothing) || !strings.HasPrefix(err.Error(), "nothing was captured: x: ") || strings.Count(err.Error(), "x: ") > 1 {
				t.Fatalf("got %v", err)
			}
			got := nothing.Failures[0]
			if len(nothing.Failures) != 1 || got.Code != profiles.WarnFailed || got.Target != "x" || got.Kinds != nil ||
				got.Failure.Code != row.want.Code || got.Failure.Page != row.want.Page || got.Failure.Status != row.want.Status || !strings.Contains(got.Failure.Said, row.want.Said) {
				t.Errorf("got %+v, %+v", nothing.Failures, got.Failure)
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
	if p.Failure == nil || p.Failure.Code != profiles.FailOtherHost || p.Failure.Host != strings.TrimPrefix(elsewhere, "http://") {
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
	rows := []struct {
		name   string
		body   []byte
		length int64
		status profiles.Status
		capped bool
		want   profiles.FailureCode
	}{
		{"whole", trace(1000), 1000, profiles.OK, false, ""},
		{"just", trace(limit), limit, profiles.OK, false, ""},
		{"capped", trace(10_000), limit, profiles.OK, true, profiles.FailSizeBound},
		{"no-trace", []byte("<html>"), 0, profiles.Failed, false, profiles.FailNotTrace},
	}
	plan := profiles.Plan{Kinds: []profiles.Kind{profiles.ThreadCreate}, Trace: true, MaxTraceBytes: limit}
	for _, row := range rows {
		plan.Targets = append(plan.Targets, profiles.Target{Name: row.name, URL: serve(t, canned(t).but("trace", answer(200, row.body)))})
	}
	m, dir := capture(t, plan)
	for i, source := range m.Targets {
		got, row := source.Trace, rows[i]
		var code profiles.FailureCode
		if got.Failure != nil {
			code = got.Failure.Code
		}
		if got.Status != row.status || got.Capped != row.capped || code != row.want || got.Bytes != row.length {
			t.Errorf("%s: got %+v", source.Name, got)
		}
		if info, err := os.Stat(filepath.Join(dir, "targets", source.Name, "trace.out")); (err == nil) != (row.status == profiles.OK) || err == nil && info.Size() != row.length {
			t.Errorf("%s: got %v, %v", source.Name, info, err)
		}
	}
	want := []profiles.Warning{{Code: profiles.WarnTraceCut, Target: "capped", Failure: &profiles.Failure{Code: profiles.FailSizeBound, MaxBytes: limit}}}
	if !reflect.DeepEqual(m.Warnings, want) {
		t.Errorf("warnings: %+v", m.Warnings)
	}
}
