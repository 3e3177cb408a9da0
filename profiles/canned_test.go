package profiles_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/pprof/profile"
)

// pages are a service by their paths.
type pages map[string]http.HandlerFunc

func (p pages) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if page := p[r.URL.Path]; page != nil {
		page(w, r)
		return
	}
	http.NotFound(w, r)
}

// canned is a service that has all profiles, always the same. They are not those
// of this process: dozens of those at a time would wait for each other.
func canned(t *testing.T) pages {
	t.Helper()
	memory := encoded(t, "alloc_objects,alloc_space,inuse_objects,inuse_space", 4, 400, 1, 100)
	cpu, waits := encoded(t, "samples,cpu", 3, 30_000_000), encoded(t, "contentions,delay", 5, 7)
	goroutines := encoded(t, "goroutine", 2)
	return pages{
		"/debug/pprof/":       answer(200, nil),
		"/debug/pprof/heap":   answer(200, memory),
		"/debug/pprof/allocs": answer(200, memory),
		"/debug/pprof/block":  answer(200, waits),
		"/debug/pprof/mutex":  answer(200, waits),
		"/debug/pprof/goroutine": func(w http.ResponseWriter, r *http.Request) {
			if r.FormValue("debug") == "2" {
				w.Write([]byte("goroutine 1 [running]:\nmain.main()\n"))
				return
			}
			w.Write(goroutines)
		},
		"/debug/pprof/threadcreate": answer(200, encoded(t, "threadcreate", 1)),
		"/debug/pprof/profile": func(w http.ResponseWriter, _ *http.Request) {
			time.Sleep(time.Second)
			w.Write(cpu)
		},
		"/debug/pprof/trace": answer(200, []byte("go 1.26 trace\x00\x00\x00")),
	}
}

// but replaces a page.
func (p pages) but(path string, page http.HandlerFunc) pages {
	p["/debug/pprof/"+path] = page
	return p
}

func serve(t *testing.T, handler http.Handler) string {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}

// answer is a handler that always says the same.
func answer(status int, body []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		w.Write(body)
	}
}

// encoded is a profile with one stack, as the runtime sends it.
func encoded(t *testing.T, types string, values ...int64) []byte {
	t.Helper()
	fn := &profile.Function{ID: 1, Name: "main.work"}
	loc := &profile.Location{ID: 1, Line: []profile.Line{{Function: fn}}}
	p := &profile.Profile{
		Function: []*profile.Function{fn}, Location: []*profile.Location{loc},
		Sample: []*profile.Sample{{Location: []*profile.Location{loc}, Value: values}},
	}
	for name := range strings.SplitSeq(types, ",") {
		p.SampleType = append(p.SampleType, &profile.ValueType{Type: name, Unit: "count"})
	}
	var b bytes.Buffer
	if err := p.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
