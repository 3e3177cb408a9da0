package httpapi_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"runtime/pprof"
	"strings"
	"testing"

	"github.com/lotteryctl/lotteryctl/internal/httpapi"
	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// fakeOrganiser keeps activities in a map, or fails every call with err.
type fakeOrganiser struct {
	activities map[string]lottery.ActivityStatus
	err        error
}

func (f *fakeOrganiser) Put(_ context.Context, s lottery.Spec) (lottery.ActivityStatus, bool, error) {
	st, exists := f.activities[s.ID]
	if !exists || st.Spec.Name != s.Name {
		st.Version++
	}
	st.Spec = s
	st.Commitment = "c0ffee"
	f.activities[s.ID] = st
	return st, !exists, f.err
}

func (f *fakeOrganiser) Close(ctx context.Context, id string) (lottery.ActivityStatus, error) {
	st, err := f.Status(ctx, id)
	if err == nil {
		st.Closed = true
		f.activities[id] = st
	}
	return st, err
}

func (f *fakeOrganiser) Status(_ context.Context, id string) (lottery.ActivityStatus, error) {
	st, ok := f.activities[id]
	if f.err == nil && !ok {
		return st, lottery.Refuse(lottery.KindUnknownActivity, "no activity %q", id)
	}
	return st, f.err
}

func (f *fakeOrganiser) List(context.Context) ([]lottery.ActivityStatus, error) {
	var list []lottery.ActivityStatus
	for _, st := range f.activities {
		list = append(list, st)
	}
	return list, f.err
}

func (f *fakeOrganiser) Keys(_ context.Context, id, user, request string) (lottery.Keys, error) {
	_, err := f.Status(context.Background(), id)
	return lottery.Keys{User: lottery.Key([]byte(fmt.Sprintf("%-12s", user))), Request: lottery.Key([]byte(fmt.Sprintf("%-12s", request)))}, err
}

// adminPort is an admin port over fakes, with its log.
type adminPort struct {
	http.Handler
	organiser *fakeOrganiser
	level     *slog.LevelVar
	log       *bytes.Buffer
}

func newAdminPort(adjust ...func(*httpapi.AdminOptions)) *adminPort {
	p := &adminPort{organiser: &fakeOrganiser{activities: map[string]lottery.ActivityStatus{}}, level: &slog.LevelVar{}, log: &bytes.Buffer{}}
	o := httpapi.AdminOptions{
		Organiser: p.organiser, LogLevel: p.level, Logger: slog.New(slog.NewTextHandler(p.log, nil)),
		Metrics: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "lotteryd_up 1\n") }),
		Ready: func() httpapi.Readiness {
			return httpapi.Readiness{Ready: true, Checks: []httpapi.Check{{Name: "redis", OK: true}}}
		},
		Config: func() any { return map[string]string{"listen": "127.0.0.1:8080"} },
	}
	for _, f := range adjust {
		f(&o)
	}
	p.Handler = httpapi.NewAdmin(o)
	return p
}

func (p *adminPort) send(method, path, body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Host = "localhost:8081"
	if body != "" || method == "PUT" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		if headers[i] == "Host" {
			r.Host = headers[i+1]
		}
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	p.ServeHTTP(w, r)
	return w
}

const specBody = `{"id":"spring","name":"Spring","starts":"2026-01-01T00:00:00Z","ends":"2027-01-01T00:00:00Z",
"blank_weight":9,"prizes":[{"id":"p","tier":"gold","name":"Trip","weight":1,"stock":5}]}`

func TestAdminPaths(t *testing.T) {
	for _, c := range []struct {
		name, method, path, body string
		status                   int
		contains                 string
	}{
		{"live", "GET", "/livez", "", 200, `"live": true`},
		{"ready", "GET", "/readyz", "", 200, `"ready": true`},
		{"metrics", "GET", "/metrics", "", 200, "lotteryd_up 1"},
		{"config", "GET", "/config", "", 200, `"listen": "127.0.0.1:8080"`},
		{"log level", "GET", "/loglevel", "", 200, `"level": "info"`},
		{"pprof index", "GET", "/debug/pprof/", "", 200, "goroutine"},
		{"heap profile", "GET", "/debug/pprof/heap?debug=1", "", 200, "heap profile"},
		{"cpu profile", "GET", "/debug/pprof/profile?seconds=1", "", 200, "\x1f\x8b"},
		{"symbol", "POST", "/debug/pprof/symbol", "0x1", 200, "num_symbols"},
		{"command line", "GET", "/debug/pprof/cmdline", "", 404, "Unknown profile"},
		{"trace", "GET", "/debug/pprof/trace?seconds=0.01", "", 200, "go 1."},
		{"delta profile", "GET", "/debug/pprof/allocs?seconds=1", "", 200, "\x1f\x8b"},
		{"profile for abc", "GET", "/debug/pprof/profile?seconds=abc", "", 400, `seconds is \"abc\"`},
		{"profile for nothing", "GET", "/debug/pprof/profile?seconds=", "", 400, `seconds is \"\"`},
		{"profile for 0 s", "GET", "/debug/pprof/profile?seconds=0", "", 400, `seconds is \"0\"`},
		{"profile for half a second", "GET", "/debug/pprof/profile?seconds=0.5", "", 400, `seconds is \"0.5\"`},
		{"profile for ever", "GET", "/debug/pprof/profile?seconds=99999999999", "", 400, "at most 3600"},
		{"profile for two times", "GET", "/debug/pprof/profile?seconds=1&seconds=2", "", 400, "2 times"},
		{"profile with a broken query", "GET", "/debug/pprof/profile?seconds=1;x", "", 400, "query"},
		{"delta for abc", "GET", "/debug/pprof/heap?seconds=abc", "", 400, `seconds is \"abc\"`},
		{"delta as text", "GET", "/debug/pprof/heap?seconds=1&debug=1", "", 400, "incompatible"},
		{"trace for NaN", "GET", "/debug/pprof/trace?seconds=NaN", "", 400, `seconds is \"NaN\"`},
		{"trace for minus one", "GET", "/debug/pprof/trace?seconds=-1", "", 400, `seconds is \"-1\"`},
		{"unclean path", "GET", "//config", "", 404, `use \"/config\"`},
		{"path with dots", "GET", "/debug/../config", "", 404, `use \"/config\"`},
		{"no activities", "GET", "/v1/activities", "", 200, `"activities": []`},
		{"unknown activity", "GET", "/v1/activities/x", "", 404, "unknown-activity"},
		{"close unknown", "POST", "/v1/activities/x/close", "", 404, "unknown-activity"},
		{"create", "PUT", "/v1/activities/spring", specBody, 201, `"outcome": "created"`},
		{"keys of nobody", "POST", "/v1/activities/spring/keys", `{"request":"r1"}`, 400, `\"user\" is empty`},
		{"keys of an unknown activity", "POST", "/v1/activities/x/keys", `{"user":"ann","request":"r1"}`, 404, "unknown-activity"},
		{"keys by GET", "GET", "/v1/activities/spring/keys", "", 405, "method-not-allowed"},
		{"other id in path", "PUT", "/v1/activities/autumn", specBody, 400, `names activity \"autumn\", but the body names \"spring\"`},
		{"invalid spec", "PUT", "/v1/activities/spring", strings.Replace(specBody, `"stock":5`, `"stock":-5`, 1), 400, "stock is -5"},
		{"unknown field", "PUT", "/v1/activities/spring", `{"id":"spring","prices":[]}`, 400, `unknown field \"prices\"`},
		{"wrong type", "PUT", "/v1/activities/spring", `{"id":7}`, 400, "cannot unmarshal number"},
		{"empty spec", "PUT", "/v1/activities/spring", "", 400, "the body is empty"},
		{"two specs", "PUT", "/v1/activities/spring", specBody + specBody, 400, "there is more data"},
		{"huge spec", "PUT", "/v1/activities/spring", strings.Repeat(" ", 5<<20), 413, "request-too-large"},
		{"wrong level", "PUT", "/loglevel", `{"level":"loud"}`, 400, `level is \"loud\"`},
		{"wrong method", "DELETE", "/v1/activities/spring", "", 405, "GET, PUT"},
		{"wrong method outside", "POST", "/livez", "", 405, "use GET"},
		{"unknown path", "GET", "/admin", "", 404, "unknown-path"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newAdminPort().send(c.method, c.path, c.body)
			if w.Code != c.status || !strings.Contains(w.Body.String(), c.contains) {
				t.Errorf("got %d %.300s; want %d with %q", w.Code, w.Body, c.status, c.contains)
			}
			if w.Code >= 400 {
				checkProblem(t, w)
			}
		})
	}
}

func TestPutOutcomes(t *testing.T) {
	p := newAdminPort()
	renamed := strings.Replace(specBody, `"Spring"`, `"Summer"`, 1)
	for _, c := range []struct {
		body    string
		status  int
		outcome httpapi.Outcome
	}{
		{specBody, 201, httpapi.Created}, {specBody, 200, httpapi.Unchanged}, {renamed, 200, httpapi.Updated},
	} {
		w := p.send("PUT", "/v1/activities/spring", c.body)
		var got httpapi.PutResult
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
			t.Fatal(err)
		}
		if w.Code != c.status || got.Outcome != c.outcome || got.Activity.Commitment != "c0ffee" {
			t.Errorf("got %d %+v; want %d %s", w.Code, got, c.status, c.outcome)
		}
	}
	if w := p.send("POST", "/v1/activities/spring/keys", `{"user":"ann","request":"r1"}`); w.Code != 200 ||
		!strings.Contains(w.Body.String(), `"user_key": "616e6e202020202020202020"`) || !strings.Contains(w.Body.String(), `"request_key": "723120202020202020202020"`) {
		t.Errorf("keys: got %d %s", w.Code, w.Body)
	}
	if w := p.send("POST", "/v1/activities/spring/close", ""); w.Code != 200 || !strings.Contains(w.Body.String(), `"closed": true`) {
		t.Errorf("close: got %d %s", w.Code, w.Body)
	}
	p.organiser.err = errors.New("password=hunter2")
	for _, path := range []string{"/v1/activities", "/v1/activities/spring"} {
		w := p.send("GET", path, "")
		if w.Code != 500 || strings.Contains(w.Body.String(), "hunter2") || !strings.Contains(p.log.String(), "hunter2") {
			t.Errorf("%s: got %d %s; want 500 with the cause in the log only", path, w.Code, w.Body)
		}
	}
}

func TestLogLevelChanges(t *testing.T) {
	p := newAdminPort()
	if w := p.send("PUT", "/loglevel", `{"level":"debug"}`); w.Code != 200 || p.level.Level() != slog.LevelDebug {
		t.Errorf("got %d %s, level %v; want debug", w.Code, w.Body, p.level)
	}
}

// adminDoors are all the paths that need the token.
func adminDoors() []string {
	return []string{
		"/metrics", "/config", "/loglevel", "/debug/pprof/", "/debug/pprof/heap", "/debug/pprof/profile", "/debug/pprof/trace",
		"/debug/pprof/symbol", "/v1/activities", "/v1/activities/x", "/nowhere",
	}
}

func TestTokenIsDemanded(t *testing.T) {
	p := newAdminPort(func(o *httpapi.AdminOptions) { o.Token = "s3cret" })
	wrong := [][]string{
		nil, {"Authorization", ""}, {"Authorization", "Bearer"}, {"Authorization", "Bearer "}, {"Authorization", "Bearer s3cre"},
		{"Authorization", "Bearer s3cret "}, {"Authorization", "Basic s3cret"}, {"Authorization", "s3cret"},
	}
	for _, path := range adminDoors() {
		for _, header := range wrong {
			w := p.send("GET", path, "", header...)
			if w.Code != 401 || w.Header().Get("WWW-Authenticate") == "" {
				t.Errorf("%s with %q: got %d %.100s; want 401", path, header, w.Code, w.Body)
			}
		}
	}
	for _, header := range [][]string{{"Authorization", "Bearer s3cret"}, {"Authorization", "bearer s3cret", "Host", "lotteryd.example:8081"}} {
		if w := p.send("GET", "/config", "", header...); w.Code != 200 {
			t.Errorf("with the token (%q): got %d %s", header, w.Code, w.Body)
		}
	}
	for _, path := range []string{"/livez", "/readyz"} {
		if w := p.send("GET", path, "", "Host", "10.0.0.7:8081"); w.Code != 200 {
			t.Errorf("%s without a token: got %d %s", path, w.Code, w.Body)
		}
	}
}

func TestWebPagesAreRefused(t *testing.T) {
	p := newAdminPort()
	for _, headers := range [][]string{
		{"Sec-Fetch-Site", "cross-site"}, {"Origin", "https://evil.example"}, {"Host", "rebound.example:8081"},
		{"Sec-Fetch-Site", "same-site"}, {"Origin", "null"}, {"Origin", "http://localhost:9999"}, {"Sec-Fetch-Site", "odd"},
	} {
		if w := p.send("POST", "/v1/activities/spring/close", "", headers...); w.Code != 403 || !strings.Contains(w.Body.String(), "forbidden-origin") {
			t.Errorf("%q: got %d %s; want 403", headers, w.Code, w.Body)
		}
		for _, path := range []string{"/debug/pprof/profile?seconds=1", "/debug/pprof/trace?seconds=1", "/config", "/debug/recorder"} {
			if w := p.send("GET", path, "", headers...); w.Code != 403 || !strings.Contains(w.Body.String(), "forbidden-origin") {
				t.Errorf("GET %s, %q: got %d %s; want 403", path, headers, w.Code, w.Body)
			}
		}
	}
	for name, headers := range map[string][]string{
		"curl":                 nil,
		"typed by a person":    {"Sec-Fetch-Site", "none", "Sec-Fetch-Mode", "navigate"},
		"a page of this port":  {"Sec-Fetch-Site", "same-origin"},
		"an old browser, ours": {"Origin", "http://localhost:8081"},
	} {
		if w := p.send("GET", "/debug/pprof/goroutine?debug=1", "", headers...); w.Code != 200 {
			t.Errorf("%s: got %d %s; want 200", name, w.Code, w.Body)
		}
	}
	for _, host := range []string{"localhost", "LOCALHOST:1", "127.0.0.1:8081", "127.9.9.9", "[::1]:8081", "[::1]"} {
		if w := p.send("GET", "/config", "", "Host", host); w.Code != 200 {
			t.Errorf("host %s: got %d %s; want 200", host, w.Code, w.Body)
		}
	}
}

func TestReadiness(t *testing.T) {
	asked := 0
	var answer httpapi.Readiness
	drain := &httpapi.Drain{}
	p := newAdminPort(func(o *httpapi.AdminOptions) {
		o.Token, o.Drain = "s3cret", drain
		o.Ready = func() httpapi.Readiness {
			asked++
			return answer
		}
	})
	probe := func(want int, headers ...string) string {
		t.Helper()
		w := p.send("GET", "/readyz", "", headers...)
		if w.Code != want {
			t.Errorf("got %d %s; want %d", w.Code, w.Body, want)
		}
		return w.Body.String()
	}
	contains := func(body string, all ...string) {
		t.Helper()
		for _, part := range all {
			if !strings.Contains(body, part) {
				t.Errorf("got %s; want %s in it", body, part)
			}
		}
	}
	postgres := httpapi.Check{Name: "postgres", Reason: "postgres-away", Detail: "dial 10.0.0.7: refused"}
	answer = httpapi.Readiness{Degraded: true, Checks: []httpapi.Check{postgres}}
	body := probe(503)
	contains(body, `"postgres"`, `"postgres-away"`, `"ready": false`)
	if strings.Contains(body, "10.0.0.7") {
		t.Errorf("a stranger is told: %s", body)
	}
	contains(probe(503, "Authorization", "Bearer s3cret"), "10.0.0.7")
	answer = httpapi.Readiness{Ready: true, Degraded: true, Checks: []httpapi.Check{postgres}}
	contains(probe(200), `"ready": true`, `"degraded": true`, `"ok": false`)
	answer = httpapi.Readiness{Ready: true, Checks: []httpapi.Check{{Name: "postgres", OK: true}}}
	contains(probe(200), `"degraded": false`, `"ok": true`)
	drain.Start()
	before := asked
	contains(probe(503), `"draining"`)
	if asked != before {
		t.Error("somebody was asked while draining")
	}
	if w := p.send("GET", "/livez", ""); w.Code != 200 {
		t.Errorf("livez while draining: %d", w.Code)
	}
}

func TestAdminPanic(t *testing.T) {
	counted := 0
	p := newAdminPort(func(o *httpapi.AdminOptions) {
		o.Config = func() any { panic("boom") }
		o.Panicked = func() { counted++ }
	})
	if w := p.send("GET", "/config", ""); w.Code != 500 || counted != 1 || !strings.Contains(p.log.String(), "panic=boom") {
		t.Errorf("got %d, counted %d, log %s", w.Code, counted, p.log)
	}
}

// TestSecondProfileIsRefused: the runtime takes one CPU profile at a time.
func TestSecondProfileIsRefused(t *testing.T) {
	p := newAdminPort()
	if err := pprof.StartCPUProfile(io.Discard); err != nil {
		t.Fatal(err)
	}
	defer pprof.StopCPUProfile()
	w := p.send("GET", "/debug/pprof/profile?seconds=1", "")
	if w.Code != 503 || w.Header().Get("Retry-After") == "" || w.Header().Get("X-Go-Pprof") != "" || !strings.Contains(w.Body.String(), "already in use") {
		t.Errorf("got %d %v %s; want 503 with the reason", w.Code, w.Header(), w.Body)
	}
	checkProblem(t, w)
}
