package httpapi_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/httpapi"
	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

const drawPath = "/v1/activities/spring/draws"

// port is a public port over a fake drawer, with what its observer and log saw.
type port struct {
	http.Handler
	observer *notingObserver
	log      *bytes.Buffer
}

func newPort(d lottery.Drawer, adjust ...func(*httpapi.PublicOptions)) *port {
	p := &port{observer: &notingObserver{}, log: &bytes.Buffer{}}
	o := httpapi.PublicOptions{Drawer: d, Observer: p.observer, Logger: slog.New(slog.NewTextHandler(p.log, nil))}
	for _, f := range adjust {
		f(&o)
	}
	p.Handler = httpapi.NewPublic(o)
	return p
}

// send sends one request; headers are pairs of name and value.
func (p *port) send(method, path, body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if method == "POST" && !slices.Contains(headers, "Content-Type") {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	p.ServeHTTP(w, r)
	return w
}

// drawRequest is a draw with that body, declared as JSON.
func drawRequest(body io.Reader) *http.Request {
	r := httptest.NewRequest("POST", drawPath, body)
	r.Header.Set("Content-Type", "application/json")
	return r
}

func winOf(name string) lottery.Answer {
	prize := &lottery.Prize{ID: "p1", Tier: "gold", Name: name}
	return lottery.Answer{Result: lottery.Win, Prize: prize, Unit: 17, Code: "ABCD-EFGH"}
}

func TestAnswers(t *testing.T) {
	const asked = `"activity":"spring","user":"u1","request":"r1"`
	replayed := winOf("Trip")
	replayed.Replayed = true
	for _, c := range []struct {
		name    string
		answer  lottery.Answer
		status  int
		body    string
		headers map[string]string // "" means: must not be there
	}{
		{"loss", lottery.Answer{}, 200, `{"result":"loss",` + asked + "}\n",
			map[string]string{"Content-Type": "application/json", "Cache-Control": "no-store", "Idempotent-Replayed": "", "Retry-After": ""}},
		{"replayed loss", lottery.Answer{Replayed: true}, 200, `{"result":"loss",` + asked + "}\n",
			map[string]string{"Idempotent-Replayed": "true"}},
		{"win", winOf("Trip"), 200,
			`{"result":"win",` + asked + `,"prize":{"id":"p1","tier":"gold","name":"Trip"},"unit":17,"code":"ABCD-EFGH"}` + "\n",
			map[string]string{"Content-Type": "application/json", "Idempotent-Replayed": ""}},
		{"replayed win", replayed, 200,
			`{"result":"win",` + asked + `,"prize":{"id":"p1","tier":"gold","name":"Trip"},"unit":17,"code":"ABCD-EFGH"}` + "\n",
			map[string]string{"Idempotent-Replayed": "true"}},
		{"pending", lottery.Answer{Result: lottery.Pending}, 202, `{"result":"pending",` + asked + "}\n",
			map[string]string{"Retry-After": "1", "Location": drawPath + "/r1?user=u1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newPort(answering(c.answer, nil))
			for _, w := range []*httptest.ResponseRecorder{
				p.send("POST", drawPath, `{"user":"u1","request":"r1"}`),
				p.send("GET", drawPath+"/r1?user=u1", ""),
			} {
				if w.Code != c.status || w.Body.String() != c.body {
					t.Errorf("got %d %s; want %d %s", w.Code, w.Body, c.status, c.body)
				}
				for name, want := range c.headers {
					if got := w.Header().Get(name); got != want {
						t.Errorf("%s: got %q; want %q", name, got, want)
					}
				}
			}
			heard := "answered " + c.answer.Result.String()
			if got, want := p.observer.taken(), []string{"started", heard, "started", heard}; !reflect.DeepEqual(got, want) {
				t.Errorf("observer heard %q; want %q", got, want)
			}
		})
	}
}

func TestWhatReachesTheDrawer(t *testing.T) {
	entry := func(user, request, proof string) lottery.Entry {
		return lottery.Entry{Activity: "spring", User: user, Request: request, Proof: proof}
	}
	for _, c := range []struct {
		name, method, path, body string
		headers                  []string
		want                     lottery.Entry
	}{
		{"all in the body", "POST", drawPath, `{"user":"u","request":"r","proof":"p"}`, nil, entry("u", "r", "p")},
		{"id in the header", "POST", drawPath, `{"user":"u"}`, []string{"Idempotency-Key", "r"}, entry("u", "r", "")},
		{"id as a structured string", "POST", drawPath, `{"user":"u"}`, []string{"Idempotency-Key", `"a\"b\\"`}, entry("u", `a"b\`, "")},
		{"bare id with quotes inside", "POST", drawPath, `{"user":"u"}`, []string{"Idempotency-Key", `a"b"c`}, entry("u", `a"b"c`, "")},
		{"bare id with a backslash", "POST", drawPath, `{"user":"u"}`, []string{"Idempotency-Key", `a\b`}, entry("u", `a\b`, "")},
		{"both alike", "POST", drawPath, `{"user":"u","request":"r"}`, []string{"Idempotency-Key", "r"}, entry("u", "r", "")},
		{"declared as JSON", "POST", drawPath, `{"user":"u","request":"r"}`, []string{"Content-Type", "Application/JSON; charset=utf-8"}, entry("u", "r", "")},
		{"escaped activity", "POST", "/v1/activities/a%2Fb/draws", `{"user":"u","request":"r"}`, nil, lottery.Entry{Activity: "a/b", User: "u", Request: "r"}},
		{"lookup", "GET", drawPath + "/r?user=u", "", nil, entry("u", "r", "")},
		{"lookup of strange ids", "GET", drawPath + "/" + url.PathEscape("../r/中?") + "?user=" + url.QueryEscape(`u&"<é`), "", nil, entry(`u&"<é`, "../r/中?", "")},
		{"head", "HEAD", drawPath + "/r?user=u", "", nil, entry("u", "r", "")},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []lottery.Entry
			w := newPort(recording(&got)).send(c.method, c.path, c.body, c.headers...)
			if w.Code != 200 || len(got) != 1 || got[0] != c.want {
				t.Errorf("status %d, drawer got %+v; want 200 and %+v (body %s)", w.Code, got, c.want, w.Body)
			}
		})
	}
}

// TestStrangeStringsComeBack sends ids and names no page, log or parser likes
// and reads the same ones back; the bytes of a replay are the same too.
func TestStrangeStringsComeBack(t *testing.T) {
	for _, s := range []string{`"`, `\`, "</script>", "中文🎁", "a\u2028b", "' OR 1=1 --", "{{user}}", "%s%n", "\u202egnp"} {
		answer := winOf(s)
		p := newPort(answering(answer, nil))
		body := `{"user":` + quoted(s) + `,"request":` + quoted(s) + `}`
		first := p.send("POST", drawPath, body)
		second := p.send("GET", drawPath+"/"+url.PathEscape(s)+"?user="+url.QueryEscape(s), "")
		got := parseWin(t, first.Body.Bytes())
		if got.User != s || got.Request != s || got.Prize.Name != s {
			t.Errorf("%q came back as %+v", s, got)
		}
		if !bytes.Equal(first.Body.Bytes(), second.Body.Bytes()) {
			t.Errorf("%q: draw answered %s, lookup %s", s, first.Body, second.Body)
		}
		if strings.ContainsAny(first.Body.String(), "<>\u2028") {
			t.Errorf("%q: the answer could open a tag or end a line: %s", s, first.Body)
		}
	}
}

func TestNothingStartsOnRefusal(t *testing.T) {
	var got []lottery.Entry
	p := newPort(recording(&got))
	for _, c := range refusals() {
		w := c.send(p)
		if w.Code != c.status {
			t.Errorf("%s: status %d; want %d (%s)", c.name, w.Code, c.status, w.Body)
		}
		if len(got) != 0 {
			t.Fatalf("%s: the drawer was called with %+v", c.name, got)
		}
		if heard := p.observer.taken(); len(heard) != 1 || heard[0] != "refused "+c.kind {
			t.Errorf("%s: observer heard %q; want one refusal of kind %s", c.name, heard, c.kind)
		}
	}
}

func TestCausesAreLoggedNotTold(t *testing.T) {
	secret := errors.New("dial tcp 10.0.0.7:5432: password=hunter2")
	for _, c := range []struct {
		name   string
		err    error
		status int
		kind   string
		logged string
	}{
		{"dependency", lottery.Unavailable("the ledger", secret), 503, "dependency-unavailable", "level=WARN"},
		{"stray error", secret, 500, "internal", "level=ERROR"},
		{"unknown kind", lottery.Refuse("made-up", "x"), 500, "internal", ""},
		{"client's doing", lottery.Refuse(lottery.KindBlocked, "you may not draw"), 403, "user-blocked", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newPort(answering(lottery.Answer{}, c.err))
			w := p.send("POST", drawPath, `{"user":"u","request":"r"}`)
			if w.Code != c.status || !strings.Contains(w.Body.String(), `"kind":"`+c.kind+`"`) {
				t.Errorf("got %d %s; want %d with kind %s", w.Code, w.Body, c.status, c.kind)
			}
			if strings.Contains(w.Body.String(), "hunter2") {
				t.Errorf("the client was told the cause: %s", w.Body)
			}
			if c.logged == "" && p.log.Len() > 0 || !strings.Contains(p.log.String(), c.logged) {
				t.Errorf("log is %q; want %q", p.log, c.logged)
			}
			if got, want := p.observer.taken(), []string{"started", "failed " + c.kind}; !reflect.DeepEqual(got, want) {
				t.Errorf("observer heard %q; want %q", got, want)
			}
		})
	}
}

func TestWinWithoutPrizeIsADefect(t *testing.T) {
	w := newPort(answering(lottery.Answer{Result: lottery.Win}, nil)).send("POST", drawPath, `{"user":"u","request":"r"}`)
	if w.Code != 500 {
		t.Errorf("got %d %s; want 500", w.Code, w.Body)
	}
}

func TestRetryAfterRoundsUp(t *testing.T) {
	err := lottery.Refuse(lottery.KindNotStarted, "opens soon")
	err.RetryAfter = 1100 * time.Millisecond
	w := newPort(answering(lottery.Answer{}, err)).send("POST", drawPath, `{"user":"u","request":"r"}`)
	if got := w.Header().Get("Retry-After"); got != "2" {
		t.Errorf("Retry-After is %q; want 2", got)
	}
}

// brokenReader gives some bytes and then an error.
type brokenReader struct {
	text string
	err  error
}

func (b *brokenReader) Read(p []byte) (int, error) {
	if b.text == "" {
		return 0, b.err
	}
	n := copy(p, b.text)
	b.text = b.text[n:]
	return n, nil
}

func TestBodyThatBreaksOff(t *testing.T) {
	var got []lottery.Entry
	p := newPort(recording(&got))
	// A whole object, but the chunked body never ends.
	r := drawRequest(&brokenReader{`{"user":"u","request":"r"}`, io.ErrUnexpectedEOF})
	w := httptest.NewRecorder()
	p.ServeHTTP(w, r)
	if w.Code != 400 || !strings.Contains(w.Body.String(), "broke off") || len(got) != 0 {
		t.Errorf("got %d %s, %d draws; want 400, no draw", w.Code, w.Body, len(got))
	}
}

// fakeActivities has one activity, or none.
type fakeActivities struct{ activity *lottery.Activity }

func (f fakeActivities) Activity(_ context.Context, id string) (*lottery.Activity, error) {
	if f.activity == nil || f.activity.Spec.ID != id {
		return nil, lottery.Refuse(lottery.KindUnknownActivity, "no activity %q", id)
	}
	return f.activity, nil
}

// TestNotice: users see the commitment before the end, the secret after it, and
// nothing of weights, stock and users.
func TestNotice(t *testing.T) {
	a := &lottery.Activity{Record: lottery.Record{Spec: lottery.Spec{ID: "spring", Name: "Spring", BlankWeight: 777, Blocked: []string{"mallory"},
		Prizes: []lottery.Prize{{ID: "car", Weight: 888, Stock: 999}}}, Secret: [lottery.SecretBytes]byte{1, 2, 3}}}
	p := newPort(answering(lottery.Answer{}, nil), func(o *httpapi.PublicOptions) { o.Activities = fakeActivities{a} })
	commitment := lottery.Commitment(a.Secret)
	w := p.send("GET", "/v1/activities/spring", "")
	if body := w.Body.String(); w.Code != 200 || !strings.Contains(body, hex.EncodeToString(commitment[:])) || !strings.Contains(body, `"Spring"`) {
		t.Errorf("got %d %s", w.Code, body)
	}
	for _, hidden := range []string{hex.EncodeToString(a.Secret[:]), "777", "888", "999", "mallory", "car"} {
		if strings.Contains(w.Body.String(), hidden) {
			t.Errorf("an open activity shows %q: %s", hidden, w.Body)
		}
	}
	a.Closed = true
	if w := p.send("GET", "/v1/activities/spring", ""); w.Code != 200 || !strings.Contains(w.Body.String(), `"secret": "`+hex.EncodeToString(a.Secret[:])+`"`) {
		t.Errorf("closed: got %d %s", w.Code, w.Body)
	}
	if w := p.send("GET", "/v1/activities/autumn", ""); w.Code != 404 || !strings.Contains(w.Body.String(), "unknown-activity") {
		t.Errorf("unknown: got %d %s", w.Code, w.Body)
	}
	if w := p.send("DELETE", "/v1/activities/spring", ""); w.Code != 405 {
		t.Errorf("DELETE: got %d", w.Code)
	}
}
